"""What the embedded perception can tell, each with phrasings of it; and what people ask that it cannot tell.

Queries and tools are compared with these (``matching``). A phrasing says one of three things about its
signal: that it holds or begins, that it is over, or that its opposite holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visavis.layers.perception.asked import Modality
from visavis.layers.perception.conditions import CONDITIONS
from visavis.layers.perception.settings import EmotionRecognition
from visavis.layers.perception.summary import untold

Aspect = Literal["holds", "over", "opposite"]
"""That a signal holds or begins; that it held and does no more; that it does not hold."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One of them.

    Attributes:
        needs: words, without their endings, of which one must be there: opposites are told apart by single
            words more surely than by vectors. Empty: any will do.
        holds: phrasings that it holds or begins.
        over: that it is over.
        opposite: that its opposite holds.
    """

    modality: Modality
    needs: str
    holds: tuple[str, ...]
    over: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


SIGNALS: dict[str, Signal] = {
    "present": Signal(
        "vision",
        "",
        _lines("""
            the user appears in front of the camera
            the user enters the frame
            a face is visible in the video
            someone sits down in front of the camera
            the user is visible on camera
            the user is present
            the user's face comes into view
            somebody joins and their face can be seen
        """),
    ),
    "left": Signal(
        "vision",
        "",
        _lines("""
            the user leaves the frame
            the user left the camera view
            the user walks away from the camera
            the user moves out of the picture
            the user steps out of view
            the user disappears from the video
            the user goes away from the desk
            the user is absent from the frame
            nobody is in front of the camera
            nobody is visible
            there is no one in the frame
            there is no face in the picture
            no face is detected
            the frame is empty
            the user is not in the frame
            the user is not visible on camera
            the user is no longer visible
            the user is no longer in the frame
            the user's face can't be seen anymore
        """),
        _lines("""
            the user comes back into the frame
            the user returns to the camera
            the user is back in view
            the user reappears on camera
            the user is visible again after leaving
        """),
        _lines("""
            the user stays in the frame the whole time
            the user remains in view
            the user did not leave the frame
        """),
    ),
    "second person": Signal(
        "vision",
        "second multipl oth anoth els two several mor additional alon only themselv",
        _lines("""
            more than one person is visible in the frame
            a second person appears in the picture
            there are multiple people in view
            another person is present in the video
            someone else is in the room with the user
            is anyone else in the frame besides the main or primary user
            is there anybody else in the room
            two people are in front of the camera
            several faces are visible
            there is an additional person in the background
            somebody else joins the user
            the other person is visible
            multiple faces are detected
            the user is not alone
            the user is no longer alone
        """),
        _lines("""
            the second person leaves
            the other person is gone and the user is alone again
            the other person is no longer in the frame
        """),
        _lines("""
            the user is alone
            the user is alone in the frame
            only one person is visible
            is the user by themselves
            there is nobody else in the room
            no other person is visible
        """),
    ),
    "looking away": Signal(
        "vision",
        "look gaz eye fac away",
        _lines("""
            the user looks away from the screen
            the user is looking away
            the user looks elsewhere
            the user looks off to the side
            the user turns away from the camera
            the user's gaze is averted
            the user breaks eye contact
            the user looks away from the camera
            the user avoids eye contact
            the user turns their head away
            the user's eyes leave the screen
            the user is not looking at the screen
            the user is not looking at the camera
            the user does not make eye contact
            the user stops looking at the screen
            the user is no longer looking at the screen
        """),
        _lines("""
            the user looks back at the screen
            the user returns their gaze to the camera
            the user looks at the screen again
            the user resumes eye contact
            the user stops looking away
            the user is no longer looking away
        """),
        _lines("""
            the user is looking at the screen
            the user is looking into the camera
            the user is making eye contact
            the user maintains eye contact with the camera
            how often was the user looking at the screen
            the user's gaze is on the screen
            is the user facing the camera
            the user keeps their eyes on the screen
            the user is not looking away
        """),
    ),
    "smiling": Signal(
        "vision",
        "smil grin",
        _lines("""
            the user smiles
            the user is smiling
            the user starts to smile
            a smile is detected
            there is a smile on the user's face
            the user is grinning
            the user has a smiling face
            the user smiles at the camera
            the user shows a smile on their face
            how often did the user smile
        """),
        _lines("""
            the user stops smiling
            the user is no longer smiling
            the user's smile fades
        """),
        _lines("""
            the user is not smiling
            the user does not smile
            there is no smile
        """),
    ),
    "surprised": Signal(
        "vision",
        "surpris brow eyebrow eye astonish",
        _lines("""
            the user looks surprised
            the user's face shows surprise
            the user raises their eyebrows
            the user's brows are raised and their eyes wide
            the user opens their eyes wide
            a surprised expression is detected
            the user reacts with surprise
            the user looks astonished
        """),
        _lines("""
            the user no longer looks surprised
            the user's raised eyebrows come down
        """),
        _lines("""
            the user is not surprised
            the user does not raise their eyebrows
        """),
    ),
    "frowning": Signal(
        "vision",
        "frown brow eyebrow",
        _lines("""
            the user frowns
            the user is frowning
            the user's brow is furrowed
            the user draws their eyebrows together
            the user furrows their brows
            a frown is detected
            the user knits their brow
            the user shows a frown on their face
            the user has furrowed eyebrows
        """),
        _lines("""
            the user stops frowning
            the user is no longer frowning
            the user's frown goes away
        """),
        _lines("""
            the user is not frowning
            the user does not frown
        """),
    ),
    "eyes closed": Signal(
        "vision",
        "eye",
        _lines("""
            the user closes their eyes
            the user's eyes are closed
            the user has shut their eyes
            the user keeps their eyes shut
            closed eyes are detected
            the user's eyes are not open
        """),
        _lines("""
            the user opens their eyes
            the user opens their eyes again
            the user's eyes are no longer closed
        """),
        _lines("""
            the user's eyes are open
            the user's eyes are not closed
        """),
    ),
    "talking": Signal(
        "vision",
        "mouth lip talk speak silent",
        _lines("""
            the user's mouth is moving
            the user's lips are moving
            the user is visibly talking
            the user moves their lips as in speech
            the user is speaking
            the user starts talking
        """),
        _lines("""
            the user stops talking
            the user's mouth stops moving
            the user is no longer speaking
        """),
        _lines("""
            the user is not talking
            the user's lips are not moving
            the user is silent
        """),
    ),
    "nodding": Signal(
        "vision",
        "nod head",
        _lines("""
            the user nods
            the user is nodding
            the user nods their head
            the user nods in agreement
            the user nods yes
            a nod is detected
            the user moves their head up and down
            the user agrees by nodding
        """),
        _lines("the user stops nodding\nthe user is no longer nodding"),
        _lines("the user is not nodding\nthe user does not nod"),
    ),
    "shaking head": Signal(
        "vision",
        "head",
        _lines("""
            the user shakes their head
            the user is shaking their head
            the user shakes their head in disagreement
            the user shakes their head no
            a head shake is detected
            the user moves their head from side to side
            the user disagrees by shaking their head
        """),
        _lines("the user stops shaking their head\nthe user is no longer shaking their head"),
        _lines("the user is not shaking their head\nthe user does not shake their head"),
    ),
    "close to the camera": Signal(
        "vision",
        "clos near",
        _lines("""
            the user is too close to the camera
            the user is very close to the camera
            the user's face is too close to the screen
            the user moves close to the camera
            the user comes near the camera
            the user sits too near the webcam
        """),
        _lines("the user is no longer too close to the camera\nthe user stops being so close to the camera"),
        _lines("the user is not too close to the camera"),
    ),
    "far from the camera": Signal(
        "vision",
        "far distanc clos",
        _lines("""
            the user is too far from the camera
            the user is far away from the screen
            the user sits far from the webcam
            the user moves far back from the camera
            the user is at a great distance from the camera
            the user is not close enough to the camera
        """),
        _lines("the user is no longer too far from the camera"),
        _lines("the user is not too far from the camera"),
    ),
    "dark": Signal(
        "vision",
        "dark dim light lit underexpos",
        _lines("""
            the room is too dark
            the lighting is dim
            the picture is dark
            the user sits in the dark
            the user's environment is dark
            there is too little light
            the video is underexposed
            the lights go out
            there is not enough light
            the user is not well lit
        """),
        _lines("the room is no longer dark\nthe light is switched on again"),
        _lines("""
            the user is well lit
            there is enough light
            the room is not dark
        """),
    ),
    "glaring light": Signal(
        "vision",
        "bright glar light overexpos wash",
        _lines("""
            the light is too bright
            the picture is overexposed
            there is glaring light
            there is too much light in the picture
            the lighting is glaring
            the video is washed out by bright light
        """),
        _lines("the light is no longer too bright"),
        _lines("the light is not too bright"),
    ),
    "sharing the screen": Signal(
        "vision",
        "shar present",
        _lines("""
            the user shares their screen
            the user is sharing the screen
            the user starts sharing their screen
            a screen share is active
            the user is screen sharing
            the user presents their screen
            screen sharing begins
        """),
        _lines("""
            the user stops sharing their screen
            the screen share ends
            the user is no longer sharing the screen
        """),
        _lines("""
            the user is not sharing their screen
            there is no screen share
        """),
    ),
    "louder than usual": Signal(
        "audio",
        "loud rais volum",
        _lines("""
            the user raises their voice
            the user speaks louder
            the user is speaking loudly
            the user's voice gets louder than usual
            the user's volume goes up
            a loud voice is detected
        """),
        opposite=_lines("the user is not speaking loudly\nthe user does not raise their voice"),
    ),
    "quieter than usual": Signal(
        "audio",
        "quiet soft low lower volum",
        _lines("""
            the user speaks quietly
            the user is speaking softly
            the user lowers their voice
            the user's voice gets quieter than usual
            the user's volume drops
            a quiet voice is detected
            the user is speaking in a low volume
        """),
        opposite=_lines("the user is not speaking quietly"),
    ),
    "higher-pitched than usual": Signal(
        "audio",
        "high up",
        _lines("""
            the user's voice is higher than usual
            the user's pitch goes up
            the user speaks in a higher pitch
            the user's voice is high-pitched
        """),
        opposite=_lines("the user's pitch is not high"),
    ),
    "lower-pitched than usual": Signal(
        "audio",
        "low deep drop",
        _lines("""
            the user's voice is deeper than usual
            the user's pitch drops
            the user speaks in a lower pitch
            the user's voice is low-pitched
        """),
        opposite=_lines("the user's pitch is not low"),
    ),
    "fast": Signal(
        "audio",
        "fast quick rapid speed",
        _lines("""
            the user speaks fast
            the user is talking quickly
            the user speaks faster than usual
            the user's speech is rapid
            the user talks at a fast pace
            the user speeds up their speech
        """),
        opposite=_lines("the user is not speaking fast\nthe user does not speak quickly"),
    ),
    "slow": Signal(
        "audio",
        "slow",
        _lines("""
            the user speaks slowly
            the user is talking slowly
            the user speaks slower than usual
            the user's speech is slow
            the user talks at a slow pace
            the user slows down their speech
        """),
        opposite=_lines("the user is not speaking slowly"),
    ),
    "lively intonation": Signal(
        "audio",
        "liv animat vary vari lively",
        _lines("""
            the user speaks with a lively intonation
            the user's intonation is varied
            the pitch of the user's voice varies a lot
            the user's voice is animated
            the user's speech is lively
        """),
        opposite=_lines("the user's intonation is not lively"),
    ),
    "flat intonation": Signal(
        "audio",
        "flat monoton monotonou vary vari",
        _lines("""
            the user speaks in a monotone
            the user's voice is monotonous
            the user's intonation is flat
            the user speaks with a flat voice
            the user's pitch hardly varies
            the user sounds flat
        """),
        opposite=_lines("the user's voice is not monotonous\nthe user does not sound flat"),
    ),
    "a long pause": Signal(
        "audio",
        "paus",
        _lines("""
            the user makes a long pause
            the user pauses for a long time while speaking
            there are long pauses in the user's speech
            the user pauses in the middle of a sentence
            a long pause is detected
            the user pauses between words
        """),
        opposite=_lines("the user makes no long pauses\nthe user speaks without long pauses"),
    ),
    "rising at the end": Signal(
        "audio",
        "ris up upward",
        _lines("""
            the user's voice rises at the end
            the user's pitch rises at the end of the sentence
            the user speaks with a rising intonation
            the user's intonation goes up at the end
            the user speaks with an upward inflection
        """),
        opposite=_lines("the user's voice does not rise at the end"),
    ),
}
"""By the names of ``conditions.Condition``, and of ``tone.Usual.tone``, the plainer of two."""

DISTRACTORS: tuple[str, ...] = _lines("""
    the user is wearing glasses
    the user is wearing a hat or a mask
    the user wears a bright outfit
    what clothes does the user wear
    the user is dressed professionally
    the user is wearing headphones
    the user is holding a phone
    the user is looking at their phone
    the user shows an ID card
    the user holds up a document
    the user holds an object in front of the camera
    the user is eating or drinking
    the user is smoking
    the user drives a car
    the user is standing or sitting
    the user is leaning forward
    the user has a good posture
    the user slouches
    the user is writing or taking notes
    the user is typing on the keyboard
    the user is reading from notes or a script
    the user looks at another monitor
    the user looks at somebody else
    what is the user looking at
    the user waves
    the user gives a thumbs up
    the user raises a hand
    the user points at something
    the user covers their face with their hands
    the user touches their face
    the user scratches or fidgets
    the user rolls their eyes
    the user blinks or winks
    the user yawns
    the user falls asleep
    the user looks tired
    the user is crying
    the user is laughing
    the user seems happy
    the user appears sad
    the user appears angry or upset
    the user looks confused
    the user looks bored or disengaged
    the user appears engaged and attentive
    the user is distracted
    the user is paying attention
    the user appears nervous or anxious
    the user looks stressed
    the user looks comfortable and relaxed
    the user appears confident
    the user seems frustrated
    the user is in distress
    the user appears to be lying
    the user hesitates
    what is the user's mood
    what expression is on the user's face
    the user's facial expression changes
    the user's emotional state
    how old is the user
    is the user male or female
    what does the user look like
    the user has a beard or long hair
    what is behind the user
    the user is in an office or at home
    there is a pet in the room
    there is a child in the picture
    the user is outdoors
    the room is messy or noisy
    the background is blurred
    the camera is covered or switched off
    the picture is blurry or frozen
    what is shown on the user's screen
    there is an error message on the screen
    the user scrolls or clicks on the screen
    which page does the user share
    the user has a skin problem or an injury
    the user exercises with correct form
    the user sounds happy
    the user sounds sad
    the user sounds angry or frustrated
    the user sounds sarcastic
    the user sounds confused or stuck
    the user sounds excited or enthusiastic
    the user sounds nervous or anxious
    the user sounds confident
    the user sounds hesitant or uncertain
    the user sounds bored or tired
    the user sounds rushed or stressed
    the user sounds calm
    the user is crying or sobbing
    the user laughs or sighs
    the user breathes heavily
    the user coughs
    the user stutters or stammers
    the user mumbles and is hard to understand
    the user has an accent
    what language does the user speak
    the user says a certain word
    the user asks for a human
    the user interrupts
    there is background noise or music
    other voices are heard in the background
    the user is silent for a long time
    the user does not answer
    the audio is cut off or distorted
    the user speaks clearly
    the user whispers or shouts
    the user is singing
""")
"""What nothing that is measured tells: whatever is nearer to one of these is not answered."""

def told(level: EmotionRecognition) -> frozenset[str]:
    """The signals that may be told at a level of ``layers.perception.emotion_recognition``."""
    if level == "full":
        return frozenset(SIGNALS)
    return frozenset(CONDITIONS) - untold(level)
