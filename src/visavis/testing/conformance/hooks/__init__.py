"""Cases that steps cannot say."""

from __future__ import annotations

# Each module registers its hooks.
from visavis.testing.conformance.hooks import chance, listening, logs, pictures, sound, talking, webhooks
from visavis.testing.conformance.hooks.registry import HOOKS

__all__ = ["HOOKS", "chance", "listening", "logs", "pictures", "sound", "talking", "webhooks"]
