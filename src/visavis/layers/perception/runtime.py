"""The networks of MediaPipe's face landmarker, run by LiteRT."""

from __future__ import annotations

import zipfile
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from visavis.errors import ModelUnavailable

MODEL = "face-landmarker"
"""The store's name of the bundle."""


class Network:
    """One network. Calls from several threads wait for each other.

    Args:
        content: the tflite file's bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content  # the interpreter reads it in place
        self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,) = (detail["index"] for detail in self._interpreter.get_input_details())
        self._outputs = {detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()}
        self._lock = Lock()

    def __call__(self, values: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Blocking. Outputs by name, for one input (its batch dimension included)."""
        with self._lock:
            self._interpreter.set_tensor(self._input, values)
            self._interpreter.invoke()
            return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}


def network(bundle: Path, member: str) -> Network:
    """A network out of the bundle, which is a ZIP archive.

    Raises:
        ModelUnavailable: the file is no such bundle.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            return Network(archive.read(member))
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(MODEL, f"{bundle} holds no {member}") from error
