"""How clients' messages come in."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from visavis.conversation.inputs import Input, InteractionReceived
from visavis.session.clips import Clips
from visavis.session.intake import Intake

SOUND = base64.b64encode(b"\x01\x02" * 480).decode()


class Taken:
    """What was fed and what was ignored."""

    def __init__(self) -> None:
        self.fed: list[Input] = []
        self.ignored: list[str] = []
        self._intake = Intake(Clips(), lambda: 0.0, self.fed.append, self.ignored.append)

    def echo(self, **properties: Any) -> InteractionReceived | None:
        """The input that this echo became, if it became one."""
        before = len(self.fed)
        self._intake.take({"event_type": "conversation.echo", "properties": properties}, "ann")
        last = self.fed[-1] if len(self.fed) > before else None
        assert last is None or isinstance(last, InteractionReceived)
        return last


@pytest.mark.parametrize("unused", [{"audio": "<string>"}, {"audio": SOUND, "sample_rate": 0}])
def test_text_is_said_whatever_stands_in_the_fields_of_audio(unused: dict[str, object]) -> None:
    taken = Taken()
    received = taken.echo(modality="text", text="Hello", **unused)
    assert received is not None and received.clip is None
    assert not taken.ignored


def test_an_end_that_holds_nothing_is_that_of_the_audio_before_it() -> None:
    taken = Taken()
    taken.echo(audio=SOUND, sample_rate=24_000)
    received = taken.echo(done=True)
    assert received is not None and received.clip is not None
    assert received.interaction.wire()["properties"]["modality"] == "audio"


def test_a_last_chunk_that_cannot_be_used_ends_its_utterance_all_the_same() -> None:
    taken = Taken()
    taken.echo(audio=SOUND)
    assert taken.echo(modality="audio", audio="%%%") is None
    received = taken.echo(modality="audio", audio="%%%", done=True)
    assert received is not None and received.clip is None
    assert taken.ignored == ["audio is not base64"] * 2


def test_audio_goes_no_further() -> None:
    received = Taken().echo(modality="audio", audio=SOUND)
    assert received is not None and SOUND not in str(received.interaction.wire())
