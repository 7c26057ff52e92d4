"""The wheel carries the built page, so that `pip install` needs no Node.js."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_the_page_and_every_file_it_names(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT],
        check=True,
        timeout=170,
    )
    (wheel,) = tmp_path.glob("visavis-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        page = archive.read("visavis/server/static/index.html").decode()
    wanted = re.findall(r'(?:src|href)="/?(?:\./)?(assets/[^"]+)"', page)
    assert wanted, "the page names its script and style"
    assert {f"visavis/server/static/{name}" for name in wanted} <= names
    assert "visavis/py.typed" in names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not any("node_modules" in name for name in names)
