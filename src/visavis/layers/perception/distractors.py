"""What people ask that nothing measured tells."""

from __future__ import annotations

from visavis.layers.perception.phrasings import lines

DISTRACTORS: tuple[str, ...] = lines("""
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
    the user's forehead or hands are visible
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
    the user shares their camera or video
    the user's head is up or down
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
    the user pauses the video
    the user's voice is rising
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
