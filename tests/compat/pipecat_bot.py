"""A bot on Pipecat's own ``DailyTransport``: hears the replica, speaks, sends and receives app messages.

Run by ``test_pipecat.py`` in an environment where ``daily`` is visavis. Prints one JSON object.
"""

import asyncio
import json
import sys
import wave

import numpy as np
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputImageRawFrame,
    InputTransportMessageFrame,
    OutputAudioRawFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transports.daily.transport import DailyParams, DailyTransport

RATE = 16_000


class Witness(FrameProcessor):
    """Notes what comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.loudest = 0.0
        self.pictures: list[tuple[int, int]] = []
        self.events: list[dict] = []
        self.changed = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            samples = np.frombuffer(frame.audio, np.int16).astype(float)
            self.loudest = max(self.loudest, float(np.sqrt(np.mean(samples**2))))
        elif isinstance(frame, InputImageRawFrame):
            self.pictures.append(frame.size)
        elif isinstance(frame, InputTransportMessageFrame):
            self.events.append(frame.message)
        else:
            await self.push_frame(frame, direction)
        self.changed.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(25):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def heard(self, role: str) -> list[str]:
        return [
            event["properties"]["speech"]
            for event in self.events
            if event["event_type"] == "conversation.utterance" and event["properties"]["role"] == role
        ]


async def main(url: str, conversation_id: str, speech: str) -> None:
    transport = DailyTransport(
        url,
        None,
        "Pipecat",
        DailyParams(
            audio_in_enabled=True,
            audio_in_sample_rate=RATE,
            audio_in_user_tracks=sys.argv[4:] != ["speaker"],
            audio_out_enabled=True,
            audio_out_sample_rate=RATE,
            video_in_enabled=True,
        ),
    )
    witness = Witness()
    task = PipelineTask(Pipeline([transport.input(), witness, transport.output()]), params=PipelineParams())
    seen: dict = {"participants": [], "left": []}

    @transport.event_handler("on_joined")
    async def on_joined(transport, data) -> None:
        seen["joined"] = sorted(data)

    @transport.event_handler("on_participant_joined")
    async def on_participant_joined(transport, participant) -> None:
        seen["participants"].append(participant["info"]["userId"])
        await transport.capture_participant_video(participant["id"], framerate=5)

    async def talk() -> None:
        await witness.until(lambda: bool(seen["participants"]))
        echo = {
            "message_type": "conversation",
            "event_type": "conversation.echo",
            "conversation_id": conversation_id,
            "properties": {"text": "I say exactly this."},
        }
        await task.queue_frame(OutputTransportMessageUrgentFrame(message=echo))
        await witness.until(
            lambda: any(e["event_type"] == "conversation.replica.stopped_speaking" for e in witness.events)
        )
        await witness.until(lambda: bool(witness.pictures))
        with wave.open(speech) as file:
            audio = file.readframes(file.getnframes()) + bytes(2 * RATE * 2)
        await task.queue_frame(OutputAudioRawFrame(audio=audio, sample_rate=RATE, num_channels=1))
        await witness.until(lambda: bool(witness.heard("user")))
        await task.queue_frame(EndFrame())

    talking = asyncio.create_task(talk())
    running = asyncio.create_task(PipelineRunner(handle_sigint=False).run(task))
    await asyncio.wait((talking, running), return_when=asyncio.FIRST_EXCEPTION)
    seen |= {
        "loudest": witness.loudest,
        "picture": witness.pictures[:1],
        "replica": witness.heard("replica"),
        "user": witness.heard("user"),
        "failed": repr(talking.exception()) if talking.done() and talking.exception() else None,
    }
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:4]))
