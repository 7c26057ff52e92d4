"""The account of a call at its end, as Markdown: what was seen and heard, and what was asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Query
from visavis.layers.perception.conditions import Condition
from visavis.layers.perception.summary import happened, phrase, report
from visavis.session.perceiving.calls import signals
from visavis.session.perceiving.voices import Spoken
from visavis.session.perceiving.words import condition_of, is_open, question

UNANSWERED = "This server cannot answer that: nothing it measures tells."
SILENT = "Not answered: the vision-language model wrote no account of this call."
WITHHELD = "Not answered: emotion recognition is restricted here."
START = 0.0
"""What moments count from: the beginning of the conversation, as ``seconds_from_start`` of its transcript."""
LONGEST_NAME = 80
"""Characters; a name is said with each answer."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One participant's part of a call.

    Attributes:
        name: as the participant gave it; may be empty.
        account: what was seen.
        spoken: what was heard.
    """

    name: str
    account: Account
    spoken: Spoken

    @property
    def called(self) -> str:
        """The name on one line, without tags and of bounded length; may be empty."""
        return " ".join(self.name.replace("<", " ").replace(">", " ").split())[:LONGEST_NAME]

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        shared = self.account.history("sharing the screen").count
        return self.account.began is not None or bool(shared) or bool(self.spoken.turns)


def analysis(
    people: Sequence[Witnessed],
    queries: Sequence[Query],
    untold: frozenset[Condition],
    unanswered: str = UNANSWERED,
) -> str:
    """What is to be told of the call; empty when nobody was seen or heard.

    Args:
        people: in the order in which they came.
        queries: to be answered.
        untold: conditions not to be told.
        unanswered: what is said to queries that no signal answers.
    """
    named = [(name, one) for name, one in zip(names(people), people, strict=True) if one.anything]
    if not named:
        return ""
    parts = []
    for name, one in named:
        facts = "\n".join(f"- {fact}" for fact in (*report(one.account, untold, START), *_speech(one.spoken)))
        parts.append(f"## {name}\n\n{facts}" if len(named) > 1 else facts)
    if queries:
        asked = [f"- {question(query.text)} {_answer(named, query, untold, unanswered)}" for query in queries]
        parts.append("\n".join(["## Questions", "", *asked]))
    return "\n\n".join(parts)


def names(people: Sequence[Witnessed]) -> list[str]:
    """What each is called; who has the name of somebody before them is numbered."""
    called = [one.called or f"Participant {n}" for n, one in enumerate(people, 1)]
    return [
        f"{name} ({earlier + 1})" if (earlier := called[:n].count(name)) else name
        for n, name in enumerate(called)
    ]


def _speech(spoken: Spoken) -> list[str]:
    if not spoken.turns:
        return []
    turns = "1 turn" if spoken.turns == 1 else f"{spoken.turns} turns"
    pace = f", {spoken.words / spoken.seconds:.1f} words a second" if spoken.seconds else ""
    lines = [f"Spoke in {turns}{pace}."]
    if spoken.pauses:
        times = "once" if len(spoken.pauses) == 1 else f"{len(spoken.pauses)} times"
        lines.append(f"Paused {times} within turns, for {max(spoken.pauses):.1f} s at most.")
    for words, count in spoken.tones.items():
        of = turns if spoken.toned == spoken.turns else f"{spoken.toned} that were measured"
        lines.append(f"{words[0].upper()}{words[1:]}: in {count} of {of}.")
    return lines


def _answer(
    named: Sequence[tuple[str, Witnessed]], query: Query, untold: frozenset[Condition], unanswered: str
) -> str:
    if query.withheld:
        return WITHHELD
    if query.signal is None:
        return unanswered
    if query.signal in untold or (untold and condition_of(query.signal) is None):
        return WITHHELD  # a tone of voice is listened for only where nothing is withheld
    answers = [(name, _of_one(one, query.signal, query.opposite)) for name, one in named]
    if is_open(query.text):
        answers = [(name, _not_whether(answer)) for name, answer in answers]
    if len(answers) == 1:
        return answers[0][1]
    return " ".join(f"{name}: {answer}" for name, answer in answers)


def _of_one(one: Witnessed, signal: str, opposite: bool) -> str:
    condition = condition_of(signal)
    if condition is None:
        return _heard(one.spoken, signal, opposite)
    if often := happened(one.account, condition, START):
        return f"Not all the time: {phrase(condition)} {often}." if opposite else f"Yes: {often}."
    if condition != "sharing the screen" and one.account.began is None:
        return "Nothing was seen: no camera was on."
    if opposite and condition != "sharing the screen" and not one.account.history("present").count:
        return "Nobody was seen."
    return "Yes: nothing else was seen." if opposite else "No, that was not seen."


def _not_whether(answer: str) -> str:
    """An answer without its yes or no, for who asked how often."""
    for whether, instead in (("Yes: nothing", "All the time: nothing"), ("Yes: ", ""), ("No, ", "")):
        if answer.startswith(whether):
            rest = answer.removeprefix(whether)
            return f"{instead}{rest}" if instead else f"{rest[0].upper()}{rest[1:]}"
    return answer


def _heard(spoken: Spoken, signal: str, opposite: bool) -> str:
    if not spoken.turns:
        return "Nothing was heard."
    if not spoken.toned:
        return "The tone of voice was not measured."
    count = sum(turns for words, turns in spoken.tones.items() if signal in signals([words]))
    if opposite:
        return f"Not in {count} of {spoken.toned} turns." if count else "Yes: nothing else was heard."
    return f"Yes: in {count} of {spoken.toned} turns." if count else "No, that was not heard."
