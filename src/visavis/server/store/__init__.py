"""What outlives a call: conversations and their logs, what users keep, the outbox, keys, recordings."""

from visavis.server.store.filters import Filter
from visavis.server.store.models import (
    ApiKey,
    Conversation,
    Event,
    Recording,
    Resource,
    Webhook,
    WebhookAttempt,
)
from visavis.server.store.store import Store
from visavis.server.store.webhooks import NewWebhook

__all__ = [
    "ApiKey",
    "Conversation",
    "Event",
    "Filter",
    "NewWebhook",
    "Recording",
    "Resource",
    "Store",
    "Webhook",
    "WebhookAttempt",
]
