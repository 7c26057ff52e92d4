"""Which devices and tracks a client's input settings mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visavis.client.daily import microphone
from visavis.client.daily.microphone import Input, VirtualMicrophoneDevice

NO_CAMERAS = "the room takes no cameras and no screens from Python participants; {kind} stays off"


def sources(
    inputs: Mapping[str, Any],
    publishing: Mapping[str, Any],
    microphones: Mapping[str, VirtualMicrophoneDevice],
) -> tuple[dict[str, Input], list[str]]:
    """What is to be heard of this client, by name, and what is on but cannot be had, in words."""
    found: dict[str, Input] = {}
    problems: list[str] = []
    wanted = {kind: inputs[kind] for kind in ("microphone", "screenAudio")} | inputs["customAudio"]
    sent = {**publishing, **publishing.get("customAudio", {})}
    for name, entry in wanted.items():
        if not entry.get("isEnabled") or not sent.get(name, {}).get("isPublishing", True):
            continue
        try:
            found[name] = _source(entry.get("settings", {}), microphones)
        except LookupError as error:
            problems.append(f"{name} stays off: {error.args[0]}")
    shown = {kind: inputs[kind] for kind in ("camera", "screenVideo")} | inputs["customVideo"]
    problems += [NO_CAMERAS.format(kind=kind) for kind, entry in shown.items() if entry.get("isEnabled")]
    return found, problems


def track_id(entry: Mapping[str, Any]) -> str:
    """What names the track of an input."""
    settings = entry.get("settings", {})
    return str(settings.get("customTrack", {}).get("id") or settings.get("deviceId") or "default")


def _source(settings: Mapping[str, Any], microphones: Mapping[str, VirtualMicrophoneDevice]) -> Input:
    if "customTrack" in settings:
        name = settings["customTrack"].get("id")
        track = microphone.tracks.get(name)
        if track is None:
            raise LookupError(f"there is no custom audio track {name!r}")
        return track.source
    device = settings.get("deviceId")
    if device is None and microphones:
        return next(iter(microphones.values()))
    found = microphones.get(str(device))
    if found is None:
        raise LookupError(f"there is no microphone {'' if device is None else repr(device)}".rstrip())
    return found
