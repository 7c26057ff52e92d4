"""Which devices and tracks a client's input settings mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from visavis.client.daily import camera, microphone
from visavis.client.daily.camera import CustomVideoSource, VirtualCameraDevice
from visavis.client.daily.microphone import Input, VirtualMicrophoneDevice
from visavis.rooms.base import Source

Device = TypeVar("Device")
FindTrack = Callable[[str], Any]

ONE_PICTURE = "a Python participant shows one picture, its camera; {kind} stays off"


@dataclass(slots=True)
class Sources:
    """What a client says and shows.

    Attributes:
        audio: what is heard of it, by the name of the input.
        camera: what is seen of it.
        problems: what is on and cannot be had, in words.
    """

    audio: dict[str, Input] = field(default_factory=dict)
    camera: CustomVideoSource | None = None
    problems: list[str] = field(default_factory=list)

    def sending(self) -> list[Source]:
        """What of it others can hear and see."""
        kinds: dict[Source, bool] = {"microphone": bool(self.audio), "camera": self.camera is not None}
        return [kind for kind, on in kinds.items() if on]


def sources(
    inputs: Mapping[str, Any],
    publishing: Mapping[str, Any],
    microphones: Mapping[str, VirtualMicrophoneDevice],
    cameras: Mapping[str, VirtualCameraDevice],
) -> Sources:
    """What input and publishing settings amount to."""
    found = Sources()
    audio = {kind: inputs[kind] for kind in ("microphone", "screenAudio")} | inputs["customAudio"]
    for name, entry in _on(audio, publishing, publishing.get("customAudio", {})):
        try:
            found.audio[name] = _source(entry, microphones, microphone.tracks.get, "microphone")
        except LookupError as error:
            found.problems.append(f"{name} stays off: {error.args[0]}")
    for _, entry in _on({"camera": inputs["camera"]}, publishing, {}):
        try:
            found.camera = _source(entry, cameras, camera.tracks.get, "camera")
        except LookupError as error:
            found.problems.append(f"camera stays off: {error.args[0]}")
    more = {"screenVideo": inputs["screenVideo"]} | inputs["customVideo"]
    found.problems += [ONE_PICTURE.format(kind=kind) for kind, _ in _on(more, publishing, {})]
    return found


def track_id(entry: Mapping[str, Any]) -> str:
    """What names the track of an input."""
    settings = entry.get("settings", {})
    return str(settings.get("customTrack", {}).get("id") or settings.get("deviceId") or "default")


def _on(
    inputs: Mapping[str, Any], publishing: Mapping[str, Any], custom: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    published = {**publishing, **custom}
    for name, entry in inputs.items():
        if entry.get("isEnabled") and published.get(name, {}).get("isPublishing", True):
            yield name, entry.get("settings", {})


def _source(settings: Mapping[str, Any], devices: Mapping[str, Device], track: FindTrack, kind: str) -> Any:
    """The source of a track, or the device of this id, or the first there is."""
    if "customTrack" in settings:
        name = settings["customTrack"].get("id")
        found = track(name)
        if found is None:
            raise LookupError(f"there is no custom track {name!r}")
        return found.source
    device = settings.get("deviceId")
    if device is None and devices:
        return next(iter(devices.values()))
    chosen = devices.get(str(device))
    if chosen is None:
        raise LookupError(f"there is no {kind} {'' if device is None else repr(device)}".rstrip())
    return chosen
