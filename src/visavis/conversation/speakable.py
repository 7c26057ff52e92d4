"""Takes out of a streamed text what is written but not said: tags and Markdown."""

from __future__ import annotations

import re
from typing import get_args

from visavis.protocol.emotions import Emotion, emotion

LONGEST_TAG = 200
"""Characters after ``<`` within which a tag must close to be one."""

_TAG = re.compile(r"""</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))*\s*/?>""")
_EMOTION = re.compile(r"""<emotion\s+value\s*=\s*["']?([\w-]+)["']?\s*/?>""", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"</?(?:[A-Za-z][^<>]*)?$")
_MARKS = "*`#"
_MARKDOWN = re.compile(r"\*+|`+|(?<=\n)#{1,6}(?= )")

EMOTIONS: dict[str, Emotion] = {chr(0xE000 + number): name for number, name in enumerate(get_args(Emotion))}
"""What stands for an emotion in filtered text: a character of Unicode's private use area."""
_FORGED = str.maketrans(dict.fromkeys(EMOTIONS, ""))
_MARK_OF = {name: mark for mark, name in EMOTIONS.items()}


class Speakable:
    """A filter for text that comes in pieces, cut anywhere.

    Drops tags, keeping what stands between them and a ``<`` that opens none. A tag such as
    ``<emotion value="excited"/>`` (PROTOCOL 4) leaves its mark, see ``EMOTIONS``.

    Args:
        markdown: also drop emphasis, code marks and heading signs, as LLMs write them.
    """

    def __init__(self, markdown: bool) -> None:
        self._markdown = markdown
        self._held = ""
        self._before = "\n"

    def feed(self, text: str) -> str:
        """More in; what of it is certain, out."""
        marked = _EMOTION.sub(_mark_of, self._held + text.translate(_FORGED))
        held = _TAG.sub("", marked)
        keep = self._undecided(held)
        ready, self._held = (held[:keep], held[keep:]) if keep is not None else (held, "")
        return self._clean(ready, self._held)

    def flush(self) -> str:
        """The end: what was held back, in case it became a tag."""
        rest, self._held = self._held, ""
        return self._clean(rest, "")

    def _undecided(self, text: str) -> int | None:
        """From where on the text cannot be judged yet."""
        begun = _TAG_BEGUN.search(text, max(0, len(text) - LONGEST_TAG))
        if begun:
            return begun.start()
        if self._markdown and text and text[-1] in _MARKS:
            return len(text.rstrip(_MARKS))
        return None

    def _clean(self, text: str, following: str) -> str:
        if not text:
            return ""
        if self._markdown:
            context = self._before + text
            text = _MARKDOWN.sub(lambda found: self._mark(found, context, following), context)[1:]
            self._before = context[-1] if context[-1] not in _MARKS else " "
        return text

    @staticmethod
    def _mark(found: re.Match[str], context: str, following: str) -> str:
        """Multiplication stays; everything else that looks like a mark goes."""
        mark = found[0]
        before = context[found.start() - 1 : found.start()]
        after = context[found.end() : found.end() + 1] or following[:1]
        if mark == "*" and ((before == after == " ") or (before.isdigit() and after.isdigit())):
            return mark
        return ""


def _mark_of(tag: re.Match[str]) -> str:
    return _MARK_OF[emotion(tag[1])]
