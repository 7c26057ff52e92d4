"""From phonemes to a mouth: IPA sounds to visemes, visemes to rig values, with coarticulation.

Each viseme pulls the rig towards its own shape, as strongly as that sound insists on it (Cohen and
Massaro's dominance functions); what is heard now is the weighted mean of its neighbours' pulls. Lips
that must close (p, b, m) or tuck (f, v) are gated on top, since a mean never closes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp

from visavis.layers.replica.drawn.pose import MouthShape
from visavis.media.sounds import Phoneme

_SOUNDS = {
    "PP": "p b m ɸ β",
    "FF": "f v ʋ",
    "TH": "θ ð",
    "DD": "t d ɾ ɖ ʈ ɽ T",
    "kk": "k ɡ g ŋ x h q ɣ χ c ɟ ç ʝ ɰ ɴ ʁ",
    "CH": "ʃ ʒ ʧ ʤ ɕ ʂ ʨ ʥ ꭧ",
    "SS": "s z ʦ ʣ",
    "nn": "n l ɫ ɲ ɳ ʎ",
    "RR": "ɹ r ɻ ɝ ɚ ɜ",
    "aa": "a ɑ æ ʌ ɐ",
    "E": "ə ɛ e ᵊ ɤ",
    "I": "i ɪ ᵻ ɨ j ɯ",
    "O": "ɔ o ɒ œ",
    "U": "u ʊ w y ø ɥ",
}
_VISEME = {sound: viseme for viseme, sounds in _SOUNDS.items() for sound in sounds.split()}
_GLIDES = {
    "A": ("E", "I"),
    "I": ("aa", "I"),
    "O": ("O", "U"),
    "Q": ("E", "U"),
    "W": ("aa", "U"),
    "Y": ("O", "I"),
}
"""Diphthongs that some English phoneme sets write as one capital letter."""
_CAPITAL_DIGRAPHS = {"tʃ": "CH", "dʒ": "CH", "ts": "SS", "dz": "SS"}
_SILENT = frozenset(" .,;:!?—…-\"'()“”")
_MARKS = frozenset("ˈˌːˑ↓→↗↘̩̃ʰʲʔᵝ͡")

#        jaw   round wide  upper lower press tuck  tongue
_SHAPES = {
    "sil": (0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00),
    "PP": (0.02, 0.10, 0.00, 0.00, 0.00, 1.00, 0.00, 0.00),
    "FF": (0.07, 0.00, 0.12, 0.55, 0.00, 0.00, 1.00, 0.00),
    "TH": (0.22, 0.00, 0.12, 0.20, 0.20, 0.00, 0.00, 1.00),
    "DD": (0.20, 0.00, 0.18, 0.20, 0.30, 0.00, 0.00, 0.60),
    "kk": (0.30, 0.00, 0.12, 0.15, 0.18, 0.00, 0.00, 0.00),
    "CH": (0.18, 0.60, 0.00, 0.50, 0.55, 0.00, 0.00, 0.20),
    "SS": (0.09, 0.00, 0.42, 0.35, 0.60, 0.00, 0.00, 0.20),
    "nn": (0.26, 0.00, 0.12, 0.16, 0.18, 0.00, 0.00, 0.80),
    "RR": (0.26, 0.45, 0.00, 0.18, 0.22, 0.00, 0.00, 0.30),
    "aa": (0.95, 0.00, 0.16, 0.22, 0.15, 0.00, 0.00, 0.00),
    "E": (0.56, 0.00, 0.36, 0.25, 0.22, 0.00, 0.00, 0.00),
    "I": (0.30, 0.00, 0.62, 0.26, 0.34, 0.00, 0.00, 0.00),
    "O": (0.64, 0.70, 0.00, 0.10, 0.06, 0.00, 0.00, 0.00),
    "U": (0.28, 1.00, 0.00, 0.06, 0.06, 0.00, 0.00, 0.00),
}
_DOMINANCE = {
    "sil": (0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7),
    "PP": (1.2, 0.3, 0.6, 2.0, 2.0, 6.0, 2.0, 1.0),
    "FF": (1.2, 0.3, 0.5, 2.0, 2.0, 4.0, 6.0, 1.0),
    "TH": (0.9, 0.2, 0.3, 0.8, 0.8, 3.0, 3.0, 4.0),
    "DD": (0.7, 0.15, 0.2, 0.6, 0.6, 3.0, 3.0, 3.0),
    "kk": (0.45, 0.12, 0.15, 0.4, 0.4, 3.0, 3.0, 1.0),
    "CH": (0.9, 1.6, 1.0, 1.2, 1.2, 3.0, 3.0, 1.0),
    "SS": (1.3, 0.4, 0.9, 1.0, 1.2, 3.0, 3.0, 1.0),
    "nn": (0.6, 0.15, 0.2, 0.6, 0.6, 3.0, 3.0, 3.0),
    "RR": (0.7, 1.1, 0.6, 0.6, 0.6, 3.0, 3.0, 1.0),
    "aa": (1.6, 0.8, 0.8, 0.8, 0.8, 2.0, 2.0, 1.0),
    "E": (1.2, 0.8, 0.9, 0.8, 0.8, 2.0, 2.0, 1.0),
    "I": (1.0, 0.9, 1.2, 0.8, 0.8, 2.0, 2.0, 1.0),
    "O": (1.3, 1.8, 1.2, 0.8, 0.8, 2.0, 2.0, 1.0),
    "U": (1.1, 2.4, 1.4, 0.8, 0.8, 2.0, 2.0, 1.0),
}
_BEFORE = (0.09, 0.14, 0.12, 0.08, 0.08, 0.055, 0.06, 0.07)
"""Seconds a value anticipates its sound."""
_AFTER = (0.09, 0.11, 0.10, 0.08, 0.08, 0.05, 0.055, 0.07)
"""Seconds it lingers."""
_REST = 0.05
"""Pull of the closed mouth where no sound is near."""
_PLATEAU = 0.6
"""Part of a sound's half length over which its pull is whole."""
_CLOSURE_FADE = 0.055
"""Seconds lips take to open from a closure, and to close for it."""
_FULL_PAUSE = 0.12
"""Seconds of silence that close the mouth wholly; shorter pauses pull less."""

Segment = tuple[str, float, float]
"""A viseme with its start and end, seconds relative to now."""


def visemes(symbol: str) -> tuple[str, ...]:
    """The visemes of an IPA sound, in order: none for a mark, ``sil`` for silence or punctuation.

    A diphthong gives two; letters this table does not know are passed over.
    """
    if not symbol or all(letter in _SILENT for letter in symbol):
        return ("sil",)
    bare = "".join(letter for letter in symbol if letter not in _MARKS)
    if bare in _CAPITAL_DIGRAPHS:
        return (_CAPITAL_DIGRAPHS[bare],)
    found: list[str] = []
    for letter in bare:
        for viseme in _GLIDES.get(letter) or (_VISEME.get(letter, ""),):
            if viseme and found[-1:] != [viseme]:
                found.append(viseme)
    return tuple(found)


def segments(phonemes: Sequence[Phoneme]) -> Iterator[Segment]:
    """The phonemes as visemes; a diphthong is divided so that its first sound lasts longer."""
    for phoneme in phonemes:
        found = visemes(phoneme.symbol)
        length = phoneme.end - phoneme.start
        if not found or length <= 0:
            continue
        if len(found) == 1:
            yield found[0], phoneme.start, phoneme.end
            continue
        turn = phoneme.start + 0.58 * length
        share = (phoneme.end - turn) / (len(found) - 1)
        yield found[0], phoneme.start, turn
        for at, viseme in enumerate(found[1:]):
            yield viseme, turn + at * share, turn + (at + 1) * share


def shape(phonemes: Sequence[Phoneme], frame: float) -> MouthShape:
    """The mouth at time 0 of the phonemes' clock.

    Args:
        phonemes: the sounds around now; they need not be sorted.
        frame: seconds a frame lasts: the frame nearest to a closure's centre is shut whole.
    """
    near = list(segments(phonemes))
    weights = [_REST] * 8
    sums = [0.0] * 8
    for viseme, start, end in near:
        _pull(sums, weights, viseme, start, end)
    jaw, round_, wide, upper, lower, press, tuck, tongue = (
        value / weight for value, weight in zip(sums, weights, strict=True)
    )
    closed = max((_gate(start, end, frame) for viseme, start, end in near if viseme == "PP"), default=0.0)
    tucked = max((_gate(start, end, frame) for viseme, start, end in near if viseme == "FF"), default=0.0)
    return MouthShape(
        jaw=jaw * (1 - closed) * (1 - 0.85 * tucked),
        round=round_,
        wide=wide,
        upper=upper * (1 - closed),
        lower=lower * (1 - max(closed, tucked)),
        press=max(press, closed) * (1 - tucked),
        tuck=max(tuck, tucked) * (1 - closed),
        tongue=tongue,
    )


def _pull(sums: list[float], weights: list[float], viseme: str, start: float, end: float) -> None:
    center, half = (start + end) / 2, (end - start) / 2
    away = max(0.0, abs(center) - half * _PLATEAU)
    reach = _BEFORE if center > 0 else _AFTER
    insist = min(1.0, (end - start) / _FULL_PAUSE) if viseme == "sil" else 1.0
    for at, (value, dominance) in enumerate(zip(_SHAPES[viseme], _DOMINANCE[viseme], strict=True)):
        weight = insist * dominance * exp(-((1.5 * away / reach[at]) ** 2))
        sums[at] += weight * value
        weights[at] += weight


def _gate(start: float, end: float, frame: float) -> float:
    """How shut a closure holds the lips now, 0 to 1."""
    center, half = (start + end) / 2, (end - start) / 2
    if abs(center) <= frame / 2:
        return 1.0
    away = max(0.0, abs(center) - half * 0.5)
    return max(0.0, 1 - (away / _CLOSURE_FADE) ** 2)
