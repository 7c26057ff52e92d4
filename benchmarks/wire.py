"""The protocol against plain ``json`` on the same messages: ``python -m benchmarks.wire``.

Every example of the published specification, both ways: JSON text to a checked message and back to text.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure
from benchmarks.report import Report
from visavis.protocol import Ignored, parse, parse_event
from visavis.protocol.specification import HERE, event_types, interactions

AUDIO_MS = (20, 100, 1000)
"""Of 24 kHz audio in one echo; 100 ms is what Pipecat sends."""

Work = Callable[[str], object]


def examples() -> tuple[list[str], list[str]]:
    """Interactions and events, as JSON text."""
    everything: dict[str, list[dict[str, Any]]] = json.loads((HERE / "examples.json").read_text("utf-8"))
    ours = {name for model in interactions() for name in event_types(model)}
    incoming = [json.dumps(one) for name, many in everything.items() if name in ours for one in many]
    outgoing = [json.dumps(one) for name, many in everything.items() if name not in ours for one in many]
    return incoming, outgoing


def audio(milliseconds: int) -> list[str]:
    """One audio echo of this length."""
    pcm = bytes(range(256)) * (48 * milliseconds // 256 + 1)
    text = base64.b64encode(pcm[: 48 * milliseconds]).decode()
    properties = {
        "modality": "audio",
        "audio": text,
        "sample_rate": 24_000,
        "inference_id": "x",
        "done": False,
    }
    return [
        json.dumps({"event_type": "conversation.echo", "conversation_id": "c1", "properties": properties})
    ]


def plain(text: str) -> object:
    return json.dumps(json.loads(text))


def interaction(text: str) -> object:
    understood = parse(text)
    if isinstance(understood, Ignored):
        raise ValueError(understood.reason)
    return json.dumps(understood.wire())


def event(text: str) -> object:
    return json.dumps(parse_event(text).wire())


def seconds(work: Work, texts: Sequence[str], loops: int) -> float:
    """Of one message, over so many rounds through all of them."""
    begun = perf_counter()
    for _ in range(loops):
        for text in texts:
            work(text)
    return (perf_counter() - begun) / loops / len(texts)


def compared(name: str, work: Work, texts: Sequence[str], runs: int) -> list[Figure]:
    """Ours, plain ``json``, and how many times as long ours takes; turn by turn on the same messages."""
    loops = max(1, int(0.02 / (seconds(work, texts, 1) * len(texts))))
    pairs = [(seconds(work, texts, loops), seconds(plain, texts, loops)) for _ in range(runs)]
    how = f"text to message to text, {len(texts)} messages in turn"
    return [
        Figure(name, "messages/s", [1 / ours for ours, _ in pairs], how, bad="low"),
        Figure("  plain json of the same", "messages/s", [1 / theirs for _, theirs in pairs], "", bad="low"),
        Figure("  times as long", "×", [ours / theirs for ours, theirs in pairs], "aim: at most 5"),
    ]


def measure(runs: int) -> Report:
    """All of it; some seconds."""
    report = Report("wire", {"runs": runs})
    incoming, outgoing = examples()
    report.add(compared("interactions", interaction, incoming, runs))
    report.add(compared("events", event, outgoing, runs))
    for milliseconds in AUDIO_MS:
        report.add(compared(f"audio echo of {milliseconds} ms", interaction, audio(milliseconds), runs))
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.wire", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="comparisons of each kind")
    measure(parser.parse_args(arguments).runs).publish()


if __name__ == "__main__":
    main()
