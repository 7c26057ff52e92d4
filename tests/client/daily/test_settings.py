"""Input, publishing and subscription settings as daily-python takes and gives them."""

from __future__ import annotations

from typing import Any

import pytest

from visavis.client.daily import ice, inputs, settings
from visavis.client.daily.camera import VirtualCameraDevice
from visavis.client.daily.microphone import CustomAudioSource, CustomAudioTrack, VirtualMicrophoneDevice
from visavis.client.daily.transcripts import transcript
from visavis.ice import IceServer


def test_true_is_short_for_on() -> None:
    ours = settings.default_inputs()
    settings.update_inputs(ours, {"microphone": True, "camera": False, "never-heard-of": True})
    assert ours["microphone"] == {"isEnabled": True, "settings": {"customConstraints": {}}}
    assert not ours["camera"]["isEnabled"]


def test_a_device_and_a_custom_track_replace_each_other() -> None:
    ours = settings.default_inputs()
    settings.update_inputs(
        ours, {"microphone": {"isEnabled": True, "settings": {"customTrack": {"id": "t"}}}}
    )
    assert ours["microphone"] == {"isEnabled": True, "settings": {"customTrack": {"id": "t"}}}
    settings.update_inputs(ours, {"microphone": {"settings": {"deviceId": "mic"}}})
    assert ours["microphone"] == {"isEnabled": True, "settings": {"deviceId": "mic"}}


@pytest.mark.parametrize("bad", [3, {"camera": 3}, {"microphone": {"settings": 3}}])
def test_what_is_no_settings_is_refused_in_words(bad: object) -> None:
    with pytest.raises(settings.BadSettings):
        settings.update_inputs(settings.default_inputs(), bad)


@pytest.mark.parametrize(
    ("profiles", "subscriptions", "wanted"),
    [
        ({}, {}, True),
        ({"base": {"camera": "unsubscribed"}}, {}, False),
        ({"base": {"camera": "unsubscribed"}}, {"p": {"media": {"camera": "subscribed"}}}, True),
        ({"base": {"camera": {"subscriptionState": "unsubscribed"}}}, {"q": {"media": {}}}, False),
        ({"few": {"camera": "unsubscribed"}}, {"p": {"profile": "few"}}, False),
        ({"base": {"microphone": "unsubscribed"}}, {}, True),
    ],
)
def test_what_is_subscribed_to(profiles: Any, subscriptions: Any, wanted: bool) -> None:
    all_profiles, ours = settings.default_profiles(), dict[str, Any]()
    settings.update_profiles(all_profiles, profiles)
    settings.update_subscriptions(ours, subscriptions)
    assert settings.subscribed(ours, all_profiles, "p", "camera") is wanted


def test_what_is_on_but_cannot_be_had_is_said() -> None:
    ours, publishing = settings.default_inputs(), settings.default_publishing()
    absent = {"isEnabled": True, "settings": {"deviceId": "x"}}
    settings.update_inputs(ours, {"camera": True, "microphone": absent, "screenVideo": True})
    found = inputs.sources(ours, publishing, {}, {})
    assert (found.audio, found.camera, found.sending()) == ({}, None, [])
    assert found.problems[:2] == [
        "microphone stays off: there is no microphone 'x'",
        "camera stays off: there is no camera",
    ]
    assert found.problems[2].endswith("screenVideo stays off")


def test_devices_and_tracks_are_found_by_name_unless_they_are_not_published() -> None:
    ours, publishing = settings.default_inputs(), settings.default_publishing()
    mouth = VirtualMicrophoneDevice("mouth", 16_000, 1, non_blocking=False)
    face = VirtualCameraDevice("face", 64, 48, "RGB")
    track = CustomAudioTrack(CustomAudioSource(16_000, 1))
    music = {"isEnabled": True, "settings": {"customTrack": {"id": track.id}}}
    settings.update_inputs(ours, {"microphone": True, "camera": True, "customAudio": {"music": music}})
    found = inputs.sources(ours, publishing, {"mouth": mouth}, {"face": face})
    assert found.audio == {"microphone": mouth, "music": track.source}
    assert (found.camera, found.problems) == (face, [])
    settings.update_publishing(publishing, {"microphone": False, "camera": False})
    found = inputs.sources(ours, publishing, {"mouth": mouth}, {"face": face})
    assert (list(found.audio), found.sending()) == (["music"], ["microphone"])


def test_ice_servers() -> None:
    turn = {"urls": "turn:b", "username": "u", "credential": "c"}
    assert ice.servers({"iceServers": [{"urls": ["stun:a"]}, turn]}) == [
        IceServer("stun:a"),
        IceServer("turn:b", "u", "c"),
    ]
    with pytest.raises(ice.BadIceConfig, match="unknown keys: z"):
        ice.servers({"z": 1})
    with pytest.raises(ice.BadIceConfig, match="no stun: or turn: URL"):
        ice.servers({"iceServers": [{"urls": ["http://a"]}]})


@pytest.mark.parametrize(
    ("role", "people", "who"),
    [("replica", ["me"], "replica"), ("user", ["me"], "me"), ("user", ["me", "you"], ""), ("pal", [], None)],
)
def test_utterances_are_transcripts(role: str, people: list[str], who: str | None) -> None:
    event = {"event_type": "conversation.utterance", "properties": {"role": role, "speech": "Hello."}}
    said = transcript(event, "replica", people)
    assert (said and said["participantId"]) == who
    assert said is None or said["text"] == "Hello."
