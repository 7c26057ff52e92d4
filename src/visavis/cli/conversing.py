"""The loop of ``visavis talk``: lines in, words out, one call."""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import threading

from rich.markup import escape

from visavis.cli.output import err, out
from visavis.cli.transcript import Answers, Span, Transcript
from visavis.client.call import Call
from visavis.errors import VisavisError
from visavis.protocol.interactions import (
    AppendContext,
    AppendContextProperties,
    Echo,
    EchoProperties,
    Interrupt,
    Respond,
    RespondProperties,
)

STYLES = {"name": "bold", "text": "", "note": "dim"}
HELP = """Type to be answered. /interrupt stops the replica. /echo TEXT has it say TEXT. /context TEXT tells
it something silently. /quit, Ctrl-D or Ctrl-C leaves; Ctrl-C while it speaks interrupts first."""
GIVE_UP = 90.0
"""Seconds without a sign of an answer."""
READ = 65536
AFTER_CALL = 2.0
"""Seconds that words may take to follow a tool call; there may be none."""


class Conversing:
    """One person at a terminal, or lines from a pipe.

    Args:
        call: joined already.
        interactive: a person types; otherwise each line waits for the answer to the one before.
        source: file descriptor that the lines come from.
    """

    def __init__(self, call: Call, interactive: bool, source: int = 0) -> None:
        self._call = call
        self._interactive = interactive
        self._source = source
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._transcript = Transcript(call.replica.user_name if call.replica else "Replica")
        self._answers = Answers()
        self._changed = asyncio.Event()
        self._interrupting = False

    async def run(self) -> bool:
        """Until the lines or the call end.

        Returns:
            Whether everything that was asked got an answer.
        """
        loop = asyncio.get_running_loop()
        own = os.dup(self._source)  # the thread may outlive the conversation, and whoever closes the source
        threading.Thread(target=self._read, args=(loop, own), daemon=True).start()
        loop.add_signal_handler(signal.SIGINT, self._ctrl_c)
        listening = asyncio.create_task(self._listen())
        listening.add_done_callback(lambda _: self._lines.put_nowait(None))
        answered = True
        try:
            while not listening.done() and (line := await self._lines.get()) is not None:
                if not await self._obey(line.strip()):
                    break
                if not self._interactive:
                    answered = await self._settle() and answered
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            listening.cancel()
            await asyncio.wait([listening])
        return answered and not self._answers.failed

    def _read(self, loop: asyncio.AbstractEventLoop, source: int) -> None:
        """Blocking, in its own thread: a terminal, a pipe and a file are all read this way.

        Past Python's buffer, whose lock a thread that never returns would hold when the program ends.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        try:
            while data := os.read(source, READ):
                *lines, rest = (rest + decoder.decode(data)).split("\n")
                for line in lines:
                    loop.call_soon_threadsafe(self._lines.put_nowait, line)
            if rest:
                loop.call_soon_threadsafe(self._lines.put_nowait, rest)
            loop.call_soon_threadsafe(self._lines.put_nowait, None)
        except RuntimeError:
            pass  # the loop is closed: the conversation ended first
        finally:
            os.close(source)

    async def _listen(self) -> None:
        async for message in self._call.messages():
            event = message.data
            if not isinstance(event, dict):
                continue
            if self._answers.feed(event):
                self._interrupting = self._interrupting and self._answers.speaking
                self._changed.set()
            self._show(self._transcript.feed(event))
        self._changed.set()

    async def _obey(self, line: str) -> bool:
        """Do what a line says; False to leave."""
        command, _, text = line.partition(" ")
        try:
            match command:
                case "":
                    pass
                case "/quit" | "/exit":
                    return False
                case "/help":
                    err.print(HELP, style="dim")
                case "/interrupt":
                    await self._call.send(Interrupt())
                case "/echo":
                    self._answers.ask("replica", text)
                    await self._call.send(Echo(properties=EchoProperties(text=text)))
                case "/context":
                    properties = AppendContextProperties(context=text)
                    await self._call.send(AppendContext(properties=properties))
                case _ if command.startswith("/"):
                    err.print(f"There is no {escape(command)}. {HELP}", style="dim")
                case _:
                    await self._respond(line)
        except VisavisError as error:
            err.print(escape(str(error)))
            return not self._call.closed.is_set()
        return True

    async def _respond(self, line: str) -> None:
        self._transcript.said(line)
        self._answers.ask("user", line)
        if not self._interactive:
            self._show([Span("You: ", "name"), Span(line), Span("\n")])
        await self._call.send(Respond(properties=RespondProperties(text=line)))

    async def _settle(self) -> bool:
        """Wait until everything is answered; False if that does not come about."""
        while not self._answers.settled and not self._call.closed.is_set():
            self._changed.clear()
            try:
                async with asyncio.timeout(AFTER_CALL if self._answers.only_called else GIVE_UP):
                    await self._changed.wait()
            except TimeoutError:
                if self._answers.only_called:
                    self._answers.forget()
                    break
                err.print(f"visavis: no answer within {GIVE_UP:g} s")
                self._answers.forget()
                return False
        return self._answers.settled

    def _ctrl_c(self) -> None:
        if self._answers.speaking and not self._interrupting:
            self._interrupting = True
            self._lines.put_nowait("/interrupt")
        else:
            self._lines.put_nowait("/quit")

    def _show(self, spans: list[Span]) -> None:
        for span in spans:
            out.print(escape(span.text), style=STYLES[span.style], end="")
