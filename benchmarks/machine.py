"""Where a measurement was made."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

PACKAGES = (
    "visavis",
    "ai-edge-litert",
    "aiortc",
    "av",
    "ctranslate2",
    "hibari-tts",
    "numpy",
    "onnxruntime",
    "playwright",
    "pydantic",
    "skia-python",
    "wrtc",
    "xllamacpp",
)


def describe() -> dict[str, Any]:
    """Cores, CPU, memory, system, versions, and how busy the machine was with other work."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "load_average_before": [round(value, 2) for value in os.getloadavg()],
        "commit": _commit(),
    }


def _cpu_model() -> str:
    """As the kernel names it; /proc exists on Linux only."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit measured, with a plus when files differ from it; None outside of a repository."""
    here = Path(__file__).parent
    try:
        return subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],
            cwd=here, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
