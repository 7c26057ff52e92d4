"""The settings of a client: its inputs, what is sent of them, and what is received of others."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from visavis.client.daily import settings
from visavis.client.daily.requests import Requests, Settings
from visavis.client.daily.state import Completion

_UPDATED = {
    "inputs": "on_inputs_updated",
    "publishing": "on_publishing_updated",
    "subscriptions": "on_subscriptions_updated",
    "profiles": "on_subscription_profiles_updated",
}


class Adjusting(Requests):
    """The settings families of ``CallClient``."""

    def inputs(self) -> Settings:
        """What is on, and from which device or track."""
        return copy.deepcopy(self._state.inputs)

    def update_inputs(self, input_settings: Settings, completion: Completion | None = None) -> None:
        """Turn microphones on and off, and choose their devices."""
        self._change(settings.update_inputs, "inputs", input_settings, completion, "Input")

    def publishing(self) -> Settings:
        """What is sent of what is on."""
        return copy.deepcopy(self._state.publishing)

    def update_publishing(self, publishing_settings: Settings, completion: Completion | None = None) -> None:
        """Send or do not send what is on."""
        self._change(settings.update_publishing, "publishing", publishing_settings, completion, "Publishing")

    def subscriptions(self) -> Settings:
        """What is received of single participants, where it differs from their profile."""
        return copy.deepcopy(self._state.subscriptions)

    def update_subscriptions(
        self,
        participant_settings: Settings | None = None,
        profile_settings: Settings | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Receive, or do not, media of participants and of profiles."""
        if profile_settings is not None:
            last = None if participant_settings is not None else completion
            self.update_subscription_profiles(profile_settings, last)
        if participant_settings is not None or profile_settings is None:
            update = settings.update_subscriptions
            self._change(update, "subscriptions", participant_settings or {}, completion, "Subscription")

    def subscription_profiles(self) -> Settings:
        """What is received by profile; ``base`` is everybody's who has no other."""
        return copy.deepcopy(self._state.profiles)

    def update_subscription_profiles(
        self, profile_settings: Settings, completion: Completion | None = None
    ) -> None:
        """Receive, or do not, media of all who have a profile."""
        update = settings.update_profiles
        self._change(update, "profiles", profile_settings, completion, "Subscription profile")

    def _begin_with(self, client_settings: Settings) -> None:
        state = self._state
        with state.lock:
            if "inputs" in client_settings:
                settings.update_inputs(state.inputs, client_settings["inputs"])
            if "publishing" in client_settings:
                settings.update_publishing(state.publishing, client_settings["publishing"])
        state.emit("on_inputs_updated", self.inputs())
        state.emit("on_publishing_updated", self.publishing())

    def _change(
        self,
        update: Callable[[dict[str, Any], object], None],
        name: str,
        change: Settings,
        completion: Completion | None,
        words: str,
    ) -> None:
        """Update one of the settings, tell, and have the call follow."""
        state = self._state
        with state.lock:
            changed = copy.deepcopy(getattr(state, name))
            try:
                update(changed, change)
            except settings.BadSettings as error:
                state.complete(completion, f"{words} settings were not valid: {error}")
                return
            setattr(state, name, changed)
            problems = state.sources().problems
        state.emit(_UPDATED[name], copy.deepcopy(changed))
        if problems and name == "inputs":
            state.complete(completion, "; ".join(problems))
            self._adapt(None)
        else:
            self._adapt(completion)
