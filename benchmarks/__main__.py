"""All measurements, one after the other: ``python -m benchmarks`` (about half an hour)."""

from __future__ import annotations

from benchmarks import core, engines, latency, load, replica_frames, wire

if __name__ == "__main__":
    for benchmark in (core, wire, engines, replica_frames):
        benchmark.main([])
    for webrtc in ("wrtc", "aiortc"):
        latency.main(["--engine", webrtc])
        load.main(["--engine", webrtc])
