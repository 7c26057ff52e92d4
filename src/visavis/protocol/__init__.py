"""The Interactions Protocol: the messages on the data channel. No I/O.

``interactions`` come in, ``events`` go out; ``codec`` is between them and JSON.
"""

from visavis.protocol.codec import Ignored, parse, parse_event
from visavis.protocol.events import Event, EventMessage
from visavis.protocol.interactions import Interaction, InteractionMessage

__all__ = ["Event", "EventMessage", "Ignored", "Interaction", "InteractionMessage", "parse", "parse_event"]
