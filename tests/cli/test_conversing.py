"""The loop of `talk` against a call that is scripted; the real one is in test_talk."""

import asyncio
import os
import signal
from types import SimpleNamespace

import pytest

from visavis.cli import conversing
from visavis.cli.conversing import Conversing
from visavis.errors import CallEnded


class ScriptedCall:
    """Answers what is sent with the events that `script` gives."""

    def __init__(self, script=lambda message: ()):
        self.replica = SimpleNamespace(user_name="Vera")
        self.closed = asyncio.Event()
        self.sent = []
        self.asked = asyncio.Event()
        self._script = script
        self._events = asyncio.Queue()

    async def told(self):
        """Until all events have been taken."""
        await self._events.join()

    def tell(self, *events):
        for event in events:
            self._events.put_nowait(event)

    async def messages(self):
        while (event := await self._events.get()) is not None:
            yield SimpleNamespace(data=event)
            self._events.task_done()

    async def send(self, interaction):
        message = interaction.wire()
        self.sent.append((message["event_type"].removeprefix("conversation."), message.get("properties")))
        self.asked.set()
        self.tell(*self._script(message))


def event(event_type, turn, **properties):
    return {"event_type": event_type, "inference_id": turn, "properties": properties}


def spoken(turn, text):
    return (
        event("conversation.replica.started_speaking", turn),
        event("conversation.utterance.streaming", turn, role="replica", speech=text, final=True),
        event("conversation.replica.stopped_speaking", turn),
    )


def answering(message):
    """As the server: the utterance comes back, then the replica speaks."""
    text = message.get("properties", {}).get("text", "")
    if message["event_type"].endswith("respond"):
        return (event("conversation.utterance", text, role="user", speech=text), *spoken(text, f"Re {text}"))
    return (event("conversation.utterance", text, role="replica", speech=text), *spoken(text, text))


@pytest.fixture
def talk():
    """Runs a conversation over piped lines."""

    async def run(call, lines, interactive=False):
        reading, writing = os.pipe()
        os.write(writing, lines.encode())
        os.close(writing)
        try:
            async with asyncio.timeout(30):
                return await Conversing(call, interactive, reading).run()
        finally:
            os.close(reading)

    return run


async def test_piped_lines_are_answered_one_after_the_other(talk, capsys):
    call = ScriptedCall(answering)
    assert await talk(call, "One\n\nTwo – zwei")
    assert call.sent == [("respond", {"text": "One"}), ("respond", {"text": "Two – zwei"})]
    assert capsys.readouterr().out == "You: One\nVera: Re One\nYou: Two – zwei\nVera: Re Two – zwei\n"


async def test_commands_steer(talk):
    call = ScriptedCall(answering)
    assert await talk(call, "/echo Exactly this.\n/context It rains.\n/interrupt\n/what\n/quit\nnever sent\n")
    assert call.sent == [
        ("echo", {"text": "Exactly this."}),
        ("append_llm_context", {"context": "It rains."}),
        ("interrupt", None),
    ]


async def test_a_tool_call_without_words_is_an_answer(talk, capsys, monkeypatch):
    monkeypatch.setattr(conversing, "AFTER_CALL", 0.01)
    call = ScriptedCall(
        lambda message: (
            event("conversation.utterance", "t", role="user", speech="Time?"),
            event("conversation.tool_call", "t", name="now", arguments="{}"),
        )
    )
    assert await talk(call, "Time?\n")
    assert "(calls now({}))" in capsys.readouterr().out


async def test_a_failed_layer_is_shown_and_makes_the_end_unsuccessful(talk, capsys):
    call = ScriptedCall(
        lambda message: (
            event("conversation.utterance", "t", role="user", speech="Hello"),
            event("visavis.layer_failed", "t", layer="llm", reason="it refused"),
        )
    )
    assert not await talk(call, "Hello\n")
    assert "(llm failed: it refused)" in capsys.readouterr().out


async def test_no_answer_is_said(talk, capsys, monkeypatch):
    monkeypatch.setattr(conversing, "GIVE_UP", 0.01)
    assert not await talk(ScriptedCall(), "Hello\n")
    assert "no answer" in capsys.readouterr().err


async def test_the_end_of_the_call_ends_it(talk):
    call = ScriptedCall(lambda message: (None,))
    call.closed.set()
    assert not await talk(call, "Hello\n")


async def test_a_call_that_is_over_takes_no_more_lines(talk, capsys):
    call = ScriptedCall()

    async def refuse(message):
        call.closed.set()
        raise CallEnded("room closed")

    call.send = refuse
    await talk(call, "Hello\nHello again\n")
    assert capsys.readouterr().err.count("the call is over") == 1


async def test_ctrl_c_interrupts_first_and_quits_second():
    call = ScriptedCall()
    reading, writing = os.pipe()
    running = asyncio.create_task(Conversing(call, True, reading).run())
    async with asyncio.timeout(30):
        call.tell(event("conversation.replica.started_speaking", "t"))
        await call.told()
        os.kill(os.getpid(), signal.SIGINT)
        await call.asked.wait()
        assert call.sent == [("interrupt", None)]
        assert not running.done()
        os.kill(os.getpid(), signal.SIGINT)
        assert await running
    os.close(writing)
    os.close(reading)


async def test_markup_in_what_is_said_is_shown_as_it_is(talk, capsys):
    assert await talk(ScriptedCall(answering), "[bold]x[/] :smile:\n")
    assert "Vera: Re [bold]x[/] :smile:\n" in capsys.readouterr().out
