"""All measurements, one after the other: ``python -m benchmarks`` (about 20 minutes)."""

from __future__ import annotations

from benchmarks import core, latency, load

if __name__ == "__main__":
    core.main([])
    for engine in ("wrtc", "aiortc"):
        latency.main(["--engine", engine])
        load.main(["--engine", engine])
