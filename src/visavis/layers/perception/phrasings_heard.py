"""How people speak of what the embedded perception hears: of each tone of voice, by its name."""

from __future__ import annotations

from visavis.layers.perception.phrasings import Signal, lines

HEARD: dict[str, Signal] = {
    "louder than usual": Signal(
        "audio",
        "loud rais volum",
        lines("""
            the user raises their voice
            the user speaks louder
            the user is speaking loudly
            the user's voice gets louder than usual
            the user gets louder
            the user is loud
            the user's volume goes up
            a loud voice is detected
        """),
        opposite=lines("the user is not speaking loudly\nthe user does not raise their voice"),
    ),
    "quieter than usual": Signal(
        "audio",
        "quiet soft low lower volum",
        lines("""
            the user speaks quietly
            the user is speaking softly
            the user lowers their voice
            the user's voice gets quieter than usual
            the user's volume drops
            a quiet voice is detected
            the user is speaking in a low volume
        """),
        opposite=lines("the user is not speaking quietly"),
    ),
    "higher-pitched than usual": Signal(
        "audio",
        "high up",
        lines("""
            the user's voice is higher than usual
            the user's pitch goes up
            the user speaks in a higher pitch
            the user's voice is high-pitched
        """),
        opposite=lines("the user's pitch is not high"),
    ),
    "lower-pitched than usual": Signal(
        "audio",
        "low deep drop",
        lines("""
            the user's voice is deeper than usual
            the user's pitch drops
            the user speaks in a lower pitch
            the user's voice is low-pitched
        """),
        opposite=lines("the user's pitch is not low"),
    ),
    "fast": Signal(
        "audio",
        "fast quick rapid spe",
        lines("""
            the user speaks fast
            the user is talking quickly
            the user speaks faster than usual
            the user's speech is rapid
            the user talks at a fast pace
            the user speeds up their speech
        """),
        opposite=lines("the user is not speaking fast\nthe user does not speak quickly"),
    ),
    "slow": Signal(
        "audio",
        "slow",
        lines("""
            the user speaks slowly
            the user is talking slowly
            the user speaks slower than usual
            the user's speech is slow
            the user talks at a slow pace
            the user slows down their speech
        """),
        opposite=lines("the user is not speaking slowly"),
    ),
    "lively intonation": Signal(
        "audio",
        "liv animat vary vari lively",
        lines("""
            the user speaks with a lively intonation
            the user's intonation is varied
            the pitch of the user's voice varies a lot
            the user's voice is animated
            the user's speech is lively
        """),
        opposite=lines("the user's intonation is not lively"),
    ),
    "flat intonation": Signal(
        "audio",
        "flat monoton monotonou vary vari",
        lines("""
            the user speaks in a monotone
            the user's voice is monotonous
            the user's intonation is flat
            the user speaks with a flat voice
            the user's pitch hardly varies
            the user sounds flat
        """),
        opposite=lines("the user's voice is not monotonous\nthe user does not sound flat"),
    ),
    "a long pause": Signal(
        "audio",
        "paus",
        lines("""
            the user makes a long pause
            the user pauses for a long time while speaking
            there are long pauses in the user's speech
            the user pauses in the middle of a sentence
            a long pause is detected
            the user pauses between words
            the user pauses a lot
        """),
        opposite=lines("the user makes no long pauses\nthe user speaks without long pauses"),
    ),
    "rising at the end": Signal(
        "audio",
        "ris up upward",
        lines("""
            the user's voice rises at the end
            the user's pitch rises at the end of the sentence
            the user speaks with a rising intonation
            the user's intonation goes up at the end
            the user speaks with an upward inflection
        """),
        opposite=lines("the user's voice does not rise at the end"),
    ),
}
