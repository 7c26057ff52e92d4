"""A client's settings: inputs, publishing, subscriptions. The defaults are daily-python's."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

AUDIO = ("microphone", "screenAudio")
VIDEO = ("camera", "screenVideo")
CUSTOM = ("customAudio", "customVideo")


class BadSettings(ValueError):
    """Settings that are not what they should be; the message says which."""


def default_inputs() -> dict[str, Any]:
    """Nothing is on."""
    camera = {
        "customConstraints": {},
        "facingMode": "user",
        "frameRate": 30,
        "height": 720,
        "processor": {"processor": "none"},
        "torch": False,
        "width": 1280,
        "zoom": 1.0,
    }
    return {
        "camera": {"isEnabled": False, "settings": camera},
        "customAudio": {},
        "customVideo": {},
        "microphone": {"isEnabled": False, "settings": {"customConstraints": {}}},
        "screenAudio": {"isEnabled": False, "settings": {}},
        "screenVideo": {"isEnabled": False, "settings": {}},
    }


def default_publishing() -> dict[str, Any]:
    """What is on is sent. Qualities are kept for programs that read them; the call chooses its own."""
    camera = {
        "adaptiveLayerMaxBitrate": None,
        "allowAdaptiveLayers": True,
        "encodings": {
            "high": {"maxBitrate": 680_000, "maxFramerate": 30.0, "scaleResolutionDownBy": 1.0},
            "low": {"maxBitrate": 90_000, "maxFramerate": 15.0, "scaleResolutionDownBy": 4.0},
            "medium": {"maxBitrate": 200_000, "maxFramerate": 15.0, "scaleResolutionDownBy": 2.0},
        },
        "maxQuality": "high",
        "preferredCodec": "VP8",
        "startBitrate": 1_000_000,
    }
    screen = {
        "encodings": {"low": {"maxBitrate": 2_000_000, "maxFramerate": 30.0, "scaleResolutionDownBy": 1.0}},
        "maxQuality": "high",
        "preferredCodec": "VP8",
        "startBitrate": 1_000_000,
    }
    return {
        "camera": {"isPublishing": True, "sendSettings": camera},
        "customAudio": {},
        "customVideo": {},
        "microphone": {"isPublishing": True, "sendSettings": {"channelConfig": "mono"}},
        "screenVideo": {"isPublishing": True, "sendSettings": screen},
    }


def default_profiles() -> dict[str, Any]:
    """One profile, by which everything is subscribed to."""
    return {"base": _profile("subscribed")}


def update_inputs(inputs: dict[str, Any], update: object) -> None:
    """Change input settings in place; what is not named stays.

    Raises:
        BadSettings: the update is not shaped like input settings.
    """
    changed = _switches(_mapping(update, "input settings"), "isEnabled")
    for kind, change in changed.items():
        if kind in CUSTOM:
            inputs[kind].update(change)
        elif kind in inputs:
            settings = change.pop("settings", None) or {}
            inputs[kind].update(change)
            _set_input(inputs[kind], _mapping(settings, f"settings of {kind}"))


def update_publishing(publishing: dict[str, Any], update: object) -> None:
    """Change publishing settings in place.

    Raises:
        BadSettings: likewise.
    """
    for kind, change in _switches(_mapping(update, "publishing settings"), "isPublishing").items():
        _merge(publishing.setdefault(kind, {}), change)


def update_profiles(profiles: dict[str, Any], update: object) -> None:
    """Change subscription profiles in place; a new one begins with everything subscribed to.

    Raises:
        BadSettings: likewise.
    """
    for name, media in _mapping(update, "subscription profiles").items():
        if media is None:
            profiles.pop(name, None)
            continue
        profile = profiles.setdefault(name, _profile("subscribed"))
        for kind, value in _mapping(media, f"profile {name}").items():
            _merge(profile.setdefault(kind, {}), _subscription(kind, value))


def update_subscriptions(subscriptions: dict[str, Any], update: object) -> None:
    """Change the subscriptions to participants in place.

    Raises:
        BadSettings: likewise.
    """
    for participant, change in _mapping(update, "subscriptions").items():
        wanted = _mapping(change, "a participant's subscription")
        entry = subscriptions.setdefault(participant, {"profile": "base", "media": {}})
        if wanted.get("profile"):
            entry["profile"] = wanted["profile"]
        for kind, value in _mapping(wanted.get("media") or {}, "subscription media").items():
            _merge(entry["media"].setdefault(kind, {}), _subscription(kind, value))


def subscribed(
    subscriptions: Mapping[str, Any], profiles: Mapping[str, Any], participant: str, kind: str
) -> bool:
    """Whether a participant's media of a kind are wanted."""
    own = subscriptions.get(participant, {})
    profile = profiles.get(own.get("profile", "base"), profiles["base"])
    found = own.get("media", {}).get(kind) or profile.get(kind) or {}
    return bool(found.get("subscriptionState", "subscribed") == "subscribed")


def _set_input(entry: dict[str, Any], settings: Mapping[str, Any]) -> None:
    if "customTrack" in settings:
        entry["settings"] = {"customTrack": dict(settings["customTrack"])}
    elif settings:
        entry["settings"].pop("customTrack", None)
        _merge(entry["settings"], settings)


def _profile(state: str) -> dict[str, Any]:
    audio = {kind: {"receiveSettings": {}, "subscriptionState": state} for kind in AUDIO}
    video = {kind: {"receiveSettings": {"maxQuality": "high"}, "subscriptionState": state} for kind in VIDEO}
    return {**audio, **video, "customAudio": {}, "customVideo": {}}


def _subscription(kind: str, value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return {"subscriptionState": value}
    if kind in CUSTOM:
        return {name: _subscription("", state) for name, state in _mapping(value, kind).items()}
    entry = dict(_mapping(value, f"subscription to {kind}"))
    if "settings" in entry:
        entry["receiveSettings"] = entry.pop("settings")
    return entry


def _switches(update: Mapping[str, Any], switch: str) -> dict[str, Any]:
    """``True`` and ``False`` are short for settings that only turn on or off."""
    found: dict[str, Any] = {}
    for kind, value in update.items():
        if isinstance(value, bool):
            found[kind] = {switch: value}
        elif isinstance(value, Mapping):
            found[kind] = copy.deepcopy(dict(value))
        else:
            raise BadSettings(f"settings of {kind} are neither an object nor true or false")
    return found


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadSettings(f"{what} are not an object")
    return value


def _merge(into: dict[str, Any], update: Mapping[str, Any]) -> None:
    for key, value in update.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = copy.deepcopy(value)
