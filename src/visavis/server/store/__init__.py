"""What outlives a call: conversations, their events, personas."""

from visavis.server.store.models import Conversation, Event, Persona
from visavis.server.store.store import Store

__all__ = ["Conversation", "Event", "Persona", "Store"]
