"""How people speak of what the embedded perception sees: of each condition, by its name."""

from __future__ import annotations

from visavis.layers.perception.phrasings import Signal, lines

SEEN: dict[str, Signal] = {
    "present": Signal(
        "vision",
        "",
        lines("""
            the user appears in front of the camera
            a face appears
            the user enters the frame
            a face is visible in the video
            someone sits down in front of the camera
            somebody is at the desk
            the user is visible on camera
            the user is present
            the user's face comes into view
            somebody joins and their face can be seen
        """),
    ),
    "left": Signal(
        "vision",
        "",
        lines("""
            the user leaves the frame
            the user left the camera view
            the user walks away from the camera
            the user moves out of the picture
            the user steps out of view
            the user disappears from the video
            the user goes away from the desk
            the user is away
            the user goes away
            the user is absent from the frame
            nobody is in front of the camera
            nobody is visible
            there is no one in the frame
            there is no face in the picture
            no face is detected
            the frame is empty
            the user has gone away from the camera
            there is nobody at the desk
            the seat is empty
            the user is not in the frame
            the user is not visible on camera
            the user is no longer visible
            the user is no longer in the frame
            the user's face can't be seen anymore
        """),
        lines("""
            the user comes back into the frame
            the user returns to the camera
            the user is back in view
            the user reappears on camera
            the user is visible again after leaving
        """),
        lines("""
            the user stays in the frame the whole time
            the user remains in view
            the user did not leave the frame
        """),
    ),
    "second person": Signal(
        "vision",
        "third accompani around second multipl oth anoth els two several mor additional alon only themselv",
        lines("""
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
            someone else enters the frame
            another person walks in
            a second face shows up
            a second face has shown up
            other people are around the user
            the user is accompanied by someone
            a third person is visible
            the other person is visible
            multiple faces are detected
            the user is not alone
            the user is no longer alone
        """),
        lines("""
            the second person leaves
            the other person is gone and the user is alone again
            the other person is no longer in the frame
        """),
        lines("""
            the user is alone
            the user is alone in the frame
            only one person is visible
            is the user by themselves
            the user is on their own
            there is nobody else in the room
            no other person is visible
        """),
    ),
    "looking away": Signal(
        "vision",
        "look gaz eye fac away",
        lines("""
            the user looks away from the screen
            the user is looking away
            the user looks elsewhere
            the user looks off to the side
            the user turns away from the camera
            the user's gaze is averted
            the user's gaze wanders off the screen
            the user breaks eye contact
            the user looks away from the camera
            the user avoids eye contact
            the user turns their head away
            the user's eyes leave the screen
            the user is not looking at the screen
            the user is not looking at the camera
            the user is not facing the camera
            the user is not facing the screen
            the user does not make eye contact
            the user stops looking at the screen
            the user is no longer looking at the screen
        """),
        lines("""
            the user looks back at the screen
            the user returns their gaze to the camera
            the user looks at the screen again
            the user resumes eye contact
            the user stops looking away
            the user is no longer looking away
        """),
        lines("""
            the user is looking at the screen
            the user is looking into the camera
            the user is looking into the lens
            the user is making eye contact
            the user maintains eye contact with the camera
            was the user looking at the screen
            the user's gaze is on the screen
            the user looks straight into the camera
            is the user facing the camera
            the user keeps their eyes on the screen
            the user is not looking away
        """),
    ),
    "smiling": Signal(
        "vision",
        "smil grin",
        lines("""
            the user smiles
            the user is smiling
            the user starts to smile
            a smile is detected
            there is a smile on the user's face
            there is a grin on the user's face
            the user is grinning
            the user has a smiling face
            the user smiles at the camera
            the user shows a smile on their face
            did the user smile
        """),
        lines("""
            the user stops smiling
            the user is no longer smiling
            the user's smile fades
        """),
        lines("""
            the user is not smiling
            the user does not smile
            there is no smile
        """),
    ),
    "surprised": Signal(
        "vision",
        "surpris brow eyebrow eye astonish",
        lines("""
            the user looks surprised
            the user's face shows surprise
            the user raises their eyebrows
            the user's brows are raised and their eyes wide
            the user opens their eyes wide
            a surprised expression is detected
            the user reacts with surprise
            the user reacts surprised
            the user's brows go up
            the user looks astonished
        """),
        lines("""
            the user no longer looks surprised
            the user's raised eyebrows come down
        """),
        lines("""
            the user is not surprised
            the user does not raise their eyebrows
        """),
    ),
    "frowning": Signal(
        "vision",
        "frown brow eyebrow forehead",
        lines("""
            the user frowns
            the user is frowning
            the user's brow is furrowed
            the user draws their eyebrows together
            the user's brows are drawn together
            the user has a furrowed forehead
            the user furrows their brows
            a frown is detected
            the user knits their brow
            the user shows a frown on their face
            the user has furrowed eyebrows
        """),
        lines("""
            the user stops frowning
            the user is no longer frowning
            the user's frown goes away
        """),
        lines("""
            the user is not frowning
            the user does not frown
        """),
    ),
    "eyes closed": Signal(
        "vision",
        "eye",
        lines("""
            the user closes their eyes
            the user's eyes are closed
            the user has shut their eyes
            both of the user's eyes are closed
            the user keeps their eyes shut
            closed eyes are detected
            the user's eyes are not open
        """),
        lines("""
            the user opens their eyes
            the user opens their eyes again
            the user's eyes are no longer closed
        """),
        lines("""
            the user's eyes are open
            the user's eyes are not closed
        """),
    ),
    "talking": Signal(
        "vision",
        "mouth lip talk speak silent",
        lines("""
            the user's mouth is moving
            the user's lips are moving
            the user is visibly talking
            the user moves their lips as in speech
            the user is speaking
            the user starts talking
        """),
        lines("""
            the user stops talking
            the user's mouth stops moving
            the user is no longer speaking
        """),
        lines("""
            the user is not talking
            the user's lips are not moving
            the user is silent
        """),
    ),
    "nodding": Signal(
        "vision",
        "nod",
        lines("""
            the user nods
            the user is nodding
            the user nods their head
            the user nods in agreement
            the user nods yes
            a nod is detected
            the user agrees by nodding
        """),
        lines("the user stops nodding\nthe user is no longer nodding"),
        lines("the user is not nodding\nthe user does not nod"),
    ),
    "shaking head": Signal(
        "vision",
        "head",
        lines("""
            the user shakes their head
            the user is shaking their head
            the user shakes their head in disagreement
            the user shakes their head no
            a head shake is detected
            the user's head is shaken
            the user disagrees by shaking their head
        """),
        lines("the user stops shaking their head\nthe user is no longer shaking their head"),
        lines("the user is not shaking their head\nthe user does not shake their head"),
    ),
    "close to the camera": Signal(
        "vision",
        "clos near",
        lines("""
            the user is too close to the camera
            the user is very close to the camera
            the user's face is too close to the screen
            the user moves too close to the camera lens
            the user comes near the camera
            the user sits too near the webcam
        """),
        lines("the user is no longer too close to the camera\nthe user stops being so close to the camera"),
        lines("the user is not too close to the camera"),
    ),
    "far from the camera": Signal(
        "vision",
        "far distanc clos",
        lines("""
            the user is too far from the camera
            the user is far away from the screen
            the user sits too far back
            the user sits far from the webcam
            the user moves far back from the camera
            the user is at a great distance from the camera
            the user is not close enough to the camera
        """),
        lines("the user is no longer too far from the camera"),
        lines("the user is not too far from the camera"),
    ),
    "dark": Signal(
        "vision",
        "dark dim light lit underexpos",
        lines("""
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
        lines("the room is no longer dark\nthe light is switched on again"),
        lines("""
            the user is well lit
            the room is well lit
            there is enough light
            the room is not dark
        """),
    ),
    "glaring light": Signal(
        "vision",
        "bright glar light overexpos wash",
        lines("""
            the light is too bright
            the picture is overexposed
            there is glaring light
            there is too much light in the picture
            the lighting is glaring
            the video is washed out by bright light
        """),
        lines("the light is no longer too bright"),
        lines("the light is not too bright"),
    ),
    "sharing the screen": Signal(
        "vision",
        "shar present",
        lines("""
            the user shares their screen
            the user is sharing the screen
            the user starts sharing their screen
            a screen share is active
            the user is screen sharing
            the user presents their screen
            the user shares their desktop
            screen sharing begins
        """),
        lines("""
            the user stops sharing their screen
            the screen share ends
            the user is no longer sharing the screen
        """),
        lines("""
            the user is not sharing their screen
            there is no screen share
        """),
    ),
}
