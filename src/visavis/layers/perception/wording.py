"""How queries and tools' descriptions are worded: what is asked, and what only stands around it. Pure."""

from __future__ import annotations

import re
from typing import Literal

Form = Literal["plain", "not", "ended", "twice"]
"""Whether a sentence affirms, denies, says that something is over, or denies more than once."""

_PEOPLE = re.compile(
    r"\b(?:users?|participants?|callers?|customers?|clients?|candidates?|applicants?|buyers?|visitors?|"
    r"students?|learners?|patients?|interviewees?|respondents?|viewers?|speakers?|guests?|attendees?|members?|"
    r"employees?|trainees?|players?|prospects?|individuals?|pupils?|drivers?|presenters?|examinees?|shoppers?|"
    r"tenants?|residents?|mentees?|listeners?|test[- ]takers?|contestants?|subjects?)\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|he|she|them)\b", re.IGNORECASE)
_YES = re.compile(r"\b(nod(?:s|ded|ding)?(?: (?:their|his|her) head)?),? ['\"]?yes\b['\"]?", re.IGNORECASE)
_NO = re.compile(r"\b(sh(?:akes?|aking|ook) (?:their|his|her) head),? ['\"]?no\b['\"]?", re.IGNORECASE)
_UP_AND_DOWN = re.compile(r"\bmov(?:es?|ed|ing) (?:their|his|her) head up and down\b", re.IGNORECASE)
_SIDEWAYS = re.compile(r"\bmov(?:es?|ed|ing) (?:their|his|her) head (?:from )?side to side\b", re.IGNORECASE)
_SHAKEN = re.compile(r"(\bsh(?:ak|ook)\w*\b.*) from side to side\b", re.IGNORECASE)
_WATCHING = re.compile(
    r"\b(?:you|we|i)\b(?=(?: (?:can|could|may|might|cannot|can't|do|don't|not|no longer|clearly|ever|also))*"
    r" (?:see|detect|notice|observe|spot|sense|perceive|hear|recogni[sz]e|catch|find|believe|think)\b)",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"\b(?:more|greater|over|above) than (?:two|three|four|five|six|ten|a couple|(?!1\b)\d+)\b|"
    r"\bat the (?:very )?(?:start|beginning|outset)\b|\b(?:nobody|no one|none)\b.*\blook",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(
    r"^\W*(?:the|an?|users?|somebody|someone|any(?:body|one)|nobody|no(?: one)?|another|several|multiple|two|"
    r"other|there|their|eyes?|gaze|voice|speech|left|too|\w{2,}ing)\b|(?<=\w\w)ed\W*$|"
    r"\b(?:detect(?:s|ed|ing|ion)?|notic(?:es?|ed)|observ(?:es?|ed)|spot(?:s|ted)?|recogni[sz](?:es?|ed))\b|"
    r"\bthat (?:the|an?|users?|somebody|someone|they|nobody|no one)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(?:stop(?:s|ped|ping)?|no longer|any ?more|ceas(?:e|es|ed|ing)|finish(?:es|ed)?|end(?:s|ed)?|"
    r"quit(?:s|ting)?|until|fad(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_AT_THE_END = re.compile(r"\bat the end\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:not|no|nobody|none|never|neither|nor|without|cannot|hardly|barely|rarely|lacks?|lacking|fail(?:s|ed)?"
    r"|instead|unless|except|refus(?:e|es|ed)|avoid(?:s|ed|ing)?|refrain(?:s|ed|ing)?|un(?:able|willing))\b|n't\b|n’t\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:when(?:ever)?|if|whether|once (?=the |a |an |they |you )|as soon as|(?:each|every) time(?: that)?|"
    r"the (?:moment|instant)(?: that)?|in case|upon)\b",
    re.IGNORECASE,
)
_ABOUT_THE_CALL = re.compile(r"\b(?:arguments?|parameters?|returns?|response|answers?)\b", re.IGNORECASE)
_LIMITS = re.compile(
    r"\b(?:at most|maximum|limit|except|unless|single time|first time)\b|"
    r"(?<!\bat )\bonce\b(?! (?:the|a|an|they|you|he|she|user|someone|somebody|nobody|no)\b)",
    re.IGNORECASE,
)
_THEN = re.compile(
    r",\s*(?:then\b|please\b|you\b|always\b|use\b|call\b|trigger\b|invoke\b|run\b|fire\b|notify\b|report\b).*$",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r",?\s+\b(?:so that|so the|so we|so you|in order to|to let|to notify|to tell)\b.*$", re.IGNORECASE
)
_OFTEN = re.compile(
    r"\b(?:(?:what|which) (?:percentage|percent|proportion|share|fraction|part|portion) of (?:the |their )?"
    r"\w+|how (?:many times|frequently|much of the \w+|much|long|much time))\b",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"\bat all\b|\bon a scale (?:of|from) \d+ ?(?:-|–|to) ?\d+\b,?|\bhow often\b|"
    r"\b(?:at|in) (?:any|some) (?:point|time|moment)\b|\bright now\b|\bcurrently\b|\bat the moment\b|"
    r"\b(?:during|throughout|in|over|across|of) (?:the|this|our|their) (?:whole |entire |full )?(?:video )?"
    r"(?:call|conversation|interview|session|exam|meeting|lesson|test|assessment|chat|screening)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?<!\bup )(?<!\bmore )\b(?:and|or|but)\b(?! (?:more|not|down)\b)", re.IGNORECASE)
_WHO = re.compile(
    r"\b(?:user|person|people|someone|somebody|anyone|anybody|nobody|they|he|she|face|faces|one)\b", re.I
)
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_WORDS = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_SMALL = frozenset(
    """
    a an the this that these those it its is are was were be been being am do does did done has have had
    having will can could of to in on at by for from with into onto as and or but than then there their they
    them he she his her him us me so such very too also please any some no not never longer
    """.split()  # noqa: SIM905
)


def stem(word: str) -> str:
    """A word without its ending, roughly: smiles, smiled and smiling are one."""
    if word.endswith("s") and len(word) > 3 and not word.endswith("ss"):
        word = word[:-1]
    for ending in ("ing", "ed", "ie", "e", "ly", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending == "ie" else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def vocabulary(text: str) -> frozenset[str]:
    """Words without their endings."""
    return frozenset(map(stem, text.split()))


COMMON = vocabulary("""
    user person people someone somebody anyone anybody camera webcam video frame image picture screen view
    feed visible visibly visual visually see seen appear appears appeared appearing seem seems seemed look
    looks looked looking detect detects detected detecting detection notice notices noticed observe observed
    current currently now moment time times ever during throughout whole entire while clear clearly
    confidence confident high event signal notify trigger triggers triggered named start starts started
    starting begin begins began suddenly just happens happen happened occurs occur occurred if when whenever
    whether only become becomes became take takes took taking get gets got give gives gave keep keeps kept
    make makes made catch caught come comes came along around direct directly straight consistent
    consistently actually obviously noticeably bit somewhat here there other's instance occasion yet
    already been
""")
"""Words, without their endings, that stand in any question about a picture or a voice."""
OF_A_VOICE = vocabulary("voice speech speak spoke spoken speaking talk talking sound sounds tone hear heard")
"""Likewise about a voice."""


def plain(text: str) -> str:
    """On one line, whoever is watched called the user, without how often, on what scale and during what."""
    line = _PEOPLE.sub("user", _THEY.sub("the user", " ".join(text.split())))
    line = _NO.sub(r"\1", _YES.sub(r"\1", line))
    line = _SHAKEN.sub(r"\1", _SIDEWAYS.sub("shakes their head", line))
    line = _UP_AND_DOWN.sub("nods", _WATCHING.sub(" ", line))
    line = _AROUND.sub(" ", _OFTEN.sub(" ", line))
    return " ".join(line.split()).replace(" ?", "?").replace(" .", ".").strip(" ,")


def form(text: str) -> Form:
    """Which it is; 'not … any more' is one end, and an end that is denied nobody should guess at."""
    text = _AT_THE_END.sub("", text)
    ends = [found.group().lower() for found in _ENDED.finditer(text)]
    denials = len(_NOT.findall(_ENDED.sub("", text))) - any(end.endswith("more") for end in ends)
    if len(ends) + max(denials, 0) > 1:
        return "twice"
    if ends:
        return "ended"
    return "not" if denials > 0 else "plain"


def sentences(text: str) -> list[str]:
    """A text's sentences; what stands after a semicolon is one of its own."""
    return [sentence.strip() for sentence in _SENTENCES.split(text) if sentence.strip()]


def clauses(sentence: str) -> list[str]:
    """What is joined by 'and' or 'or', each as a sentence of its own: all of it must be meant."""
    found = [part.strip(" ,") for part in _JOINED.split(sentence)]
    found = [part for part in found if part]
    return [part if _WHO.search(part) or len(found) == 1 else f"the user {part}" for part in found]


def condition(sentence: str) -> str | None:
    """What must be so for a tool to be called, out of 'Call this when …'; None where none is named."""
    found = _WHEN.search(sentence)
    if found is None:
        return None
    rest = sentence[found.end() :]
    if not sentence[: found.start()].strip():
        rest = _THEN.sub("", rest)
    return _PURPOSE.sub("", rest).strip(" ,.;:!?\"'`")


def forbids(sentence: str) -> bool:
    """Whether it says when a tool is *not* to be called, or not more than so often."""
    found = _WHEN.search(sentence)
    if found is None and _ABOUT_THE_CALL.search(sentence):
        return False  # it takes no arguments, or returns nothing
    before = sentence[: found.start()] if found else sentence
    return bool(_NOT.search(before) or _LIMITS.search(sentence))


def beyond(text: str) -> bool:
    """Whether it says what its words do not show one by one: more than two, at the start, nobody looks."""
    return bool(_BEYOND.search(text))


def describes(text: str) -> bool:
    """Whether it says what is there or goes on, rather than what is to be done, as 'Stop sharing' does."""
    return bool(_DESCRIBED.search(plain(text)))


def stems(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning, without their endings."""
    return frozenset(
        stem(word.split("'")[0].split("’")[0]) for word in _WORDS.findall(text.lower()) if word not in _SMALL
    )
