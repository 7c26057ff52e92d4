"""What outlives a call: conversations, their events and inputs, personas and what steers them."""

from visavis.server.store.models import Conversation, Event, Persona, Resource
from visavis.server.store.store import Store

__all__ = ["Conversation", "Event", "Persona", "Resource", "Store"]
