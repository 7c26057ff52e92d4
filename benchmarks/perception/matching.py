"""Are queries and tools matched to the signals that answer them, and to no others?

``python -m benchmarks.perception.matching`` prints precision and recall of both halves of ``asked.txt``, of
``unseen.txt`` and of ``traps.txt``; with ``--choose`` what other thresholds would make of the first half, on
which they were chosen.
"""

from __future__ import annotations

import argparse
import itertools
import time
from dataclasses import dataclass
from pathlib import Path

from visavis.layers.embedding.minilm import MiniLM
from visavis.layers.perception import matching
from visavis.layers.perception.asked import Modality, Query, Tool
from visavis.layers.perception.matching import Matcher
from visavis.layers.perception.signals import SIGNALS

ASKED = Path(__file__).with_name("asked.txt")
UNSEEN = Path(__file__).with_name("unseen.txt")
TRAPS = Path(__file__).with_name("traps.txt")
_MODALITIES: dict[str, Modality | None] = {"vision": "vision", "audio": "audio", "analysis": None}


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the labelled set.

    Attributes:
        kind: of what a persona has.
        right: what it is to be matched to; empty: nothing.
        said: the words, as they stand in the line.
    """

    kind: str
    right: str
    said: str

    def matched(self, matcher: Matcher) -> str:
        """What it is matched to."""
        told = frozenset(SIGNALS)
        if self.kind in _MODALITIES:
            query = matcher.query(Query(text=self.said), _MODALITIES[self.kind], told)
            return ("~" if query.opposite else "") + (query.signal or "")
        name, description, prompt = self.said.split(":", 2)
        modality: Modality = "vision" if self.kind == "vision-tool" else "audio"
        definition = {"type": "function", "function": {"name": name, "description": description}}
        tool = Tool(name=name, modality=modality, definition=definition)
        others = [word.strip("`") for word in prompt.split() if word.startswith("`")]
        found = matcher.tool(tool, prompt, frozenset([name, *others]), told)
        return (found.signal or "") + ("." if found.ends else "")


@dataclass(frozen=True, slots=True)
class Score:
    """Of some lines."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was matched, the share that was matched rightly."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what can be answered, the share that is."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def read(path: Path = ASKED) -> list[Asked]:
    """The labelled set. What asks for the end of something, or a tool for an opposite, has no answer."""
    asked = []
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, signal, said = line.split(":", 2)
            query = kind in _MODALITIES
            none = signal == "-" or (query and signal.endswith(".")) or (not query and signal.startswith("~"))
            asked.append(Asked(kind, "" if none else signal, said))
    return asked


def score(lines: list[Asked], matcher: Matcher, show: bool = False) -> Score:
    """Match the lines; a wrong match of what has an answer is wrong and missed."""
    right = wrong = missed = 0
    for line in lines:
        found = line.matched(matcher)
        right += found == line.right != ""
        wrong += found not in ("", line.right)
        missed += line.right not in ("", found)
        if show and found != line.right:
            print(f"  {line.right or '-':24} {found or '-':24} {line.kind}: {line.said}")
    return Score(right, wrong, missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choose", action="store_true", help="try thresholds on the first half")
    parser.add_argument("--show", action="store_true", help="print what is not as labelled")
    options = parser.parse_args()
    lines = read()
    halves = {"chosen on": lines[::2], "judged on": lines[1::2], "unseen": read(UNSEEN), "traps": read(TRAPS)}
    matcher = Matcher(MiniLM())
    if options.choose:
        for close, clearly, apart in itertools.product(
            (0.45, 0.5, 0.55, 0.6, 0.65, 0.7), (0.0, 0.03, 0.06, 0.1), (0.0, 0.02, 0.05)
        ):
            matching.CLOSE, matching.CLEARLY, matching.APART = close, clearly, apart
            matcher.forget()
            found = score(halves["chosen on"], matcher)
            print(f"{close:.2f} {clearly:.2f} {apart:.2f}  {found.precision:.3f}  {found.recall:.3f}")
        return
    for name, half in halves.items():
        for part, some in (
            ("queries", [line for line in half if line.kind in _MODALITIES]),
            ("tools", [line for line in half if line.kind not in _MODALITIES]),
            ("all", half),
        ):
            found = score(some, matcher, options.show and part == "all" and name == "chosen on")
            answerable = found.right + found.missed
            print(
                f"{name} {part:8} {len(some):4} of which {answerable:3} answerable: "
                f"precision {found.precision:.3f} ({found.wrong} wrong), recall {found.recall:.3f}"
            )
    matcher.forget()
    start = time.perf_counter()
    score(lines, matcher)
    took = time.perf_counter() - start
    start = time.perf_counter()
    score(lines, matcher)
    again = time.perf_counter() - start
    print(f"{took / len(lines) * 1e3:.1f} ms a line, {again / len(lines) * 1e3:.2f} when it is remembered")


if __name__ == "__main__":
    main()
