"""An engine that is shown pictures and looks at none: the cost of a camera that is decoded and not seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.layers.perception.base import Picture, Sight, Voice

NAME = "blind"


class BlindEyes:
    """Sees nothing."""

    def look(self, picture: Picture) -> Sight:
        """Nobody is there."""
        return Sight(picture.at, picture.origin, still=True)


class BlindPerception:
    """Deaf as well."""

    def eyes(self) -> BlindEyes:
        """For one source."""
        return BlindEyes()

    def listen(self, audio: NDArray[np.float32], start: float, words: int | None = None) -> Voice | None:
        """No voice."""
        return None


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Have servers started meanwhile know this engine, as they know a third party's: by its entry point."""
    about = folder / "blind-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: blind\nVersion: 0\n")
    entry = f"[visavis.layers.perception]\n{NAME} = {__name__}:{BlindPerception.__name__}\n"
    (about / "entry_points.txt").write_text(entry)
    before = os.environ.get("PYTHONPATH")
    repository = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), str(repository), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
