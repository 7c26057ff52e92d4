"""Webhooks on their way out: signed, tried again for about a day, in the order of each conversation.

At least once: whoever receives them can tell repetitions by their ``webhook-id``.
"""

from visavis.server.webhooks.dispatcher import Dispatcher
from visavis.server.webhooks.secret import signing_secrets

__all__ = ["Dispatcher", "signing_secrets"]
