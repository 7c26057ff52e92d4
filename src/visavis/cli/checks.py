"""What a server needs of its machine, each found or with the way to get it."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import platform
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from visavis.config import Settings
from visavis.errors import ConfigurationError, EngineMissing, InferenceFailed, ModelUnavailable

State = Literal["ok", "missing", "partial", "optional"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CODECS = {"VP8": "libvpx", "Opus": "libopus"}
WEBRTC_ENGINES = ("wrtc", "aiortc")
APT = "sudo apt-get install -y"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding.

    Attributes:
        state: ``missing`` keeps the server from working; ``partial`` works but for what the detail says;
            ``optional`` is absent and not needed to serve.
        detail: what was found, or what is wrong.
        remedy: what to do about it; empty when there is nothing to do.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""


def run(settings: Settings) -> Iterator[Check]:
    """All checks, in the order a person would ask."""
    yield python()
    yield from models(settings)
    yield from engines(settings)
    yield from webrtc(settings)
    yield from codecs()
    yield skia()
    yield language_model(settings)
    yield port(settings)
    yield loopback_udp()
    yield data_dir(settings)
    yield page()
    yield browser()


def python() -> Check:
    """Which Python; an older one than we need could not have installed us."""
    return Check("Python", "ok", platform.python_version())


def models(settings: Settings) -> Iterator[Check]:
    """Each model that these settings need: there, and its content the pinned one."""
    from visavis.weights import MODELS, Store, needed

    store = Store.of(settings)
    for name in needed(settings):
        title = f"model {name}"
        try:
            place = store.find(name)
        except ModelUnavailable:
            yield Check(title, "missing", f"not in {settings.models}", f"visavis models fetch {name}")
            continue
        files = {file.name: file.sha256 for file in MODELS[name].files}
        folder = place if place.is_dir() else place.parent
        if wrong := [file for file, pinned in files.items() if _sha256(folder / file) != pinned]:
            remedy = f"delete {folder}, then: visavis models fetch {name}"
            yield Check(title, "missing", f"{', '.join(wrong)}: not the pinned content", remedy)
        else:
            yield Check(title, "ok", str(place))


def engines(settings: Settings) -> Iterator[Check]:
    """The engine of each layer, found by its entry point and imported."""
    from visavis.layers.registry import engine
    from visavis.layers.registry import engines as installed

    chosen = {
        "stt": settings.stt_engine,
        "tts": settings.tts_engine,
        "vad": settings.vad_engine,
        "turn": settings.turn_engine,
        "replica": settings.replica_engine,
        "llm": "openai",
    }
    if settings.perception_engine != "off":
        chosen["perception"] = settings.perception_engine
        chosen["embedding"] = settings.embedding_engine
    for layer, name in chosen.items():
        others = [other for other in installed(layer) if other != name]
        detail = name + (f" (also {', '.join(others)})" if others else "")
        try:
            engine(layer, name)
        except EngineMissing as error:
            yield Check(f"{layer} engine", "missing", f"{name}: {error.remedy}", "pip install visavis")
        else:
            yield Check(f"{layer} engine", "ok", detail)


def webrtc(settings: Settings) -> Iterator[Check]:
    """The WebRTC engines; the configured one is needed."""
    from visavis.rooms.webrtc.engine import load

    for name in WEBRTC_ENGINES:
        needed = name == settings.webrtc_engine
        title = f"WebRTC engine {name}"
        try:
            load(name)
        except (EngineMissing, ConfigurationError) as error:
            yield Check(title, "missing" if needed else "optional", str(error), "pip install visavis")
        else:
            yield Check(title, "ok", "used for rooms" if needed else "")


def codecs() -> Iterator[Check]:
    """Video and voice codecs."""
    import av

    for name, encoder in CODECS.items():
        try:
            av.codec.Codec(encoder, "w")
        except av.codec.codec.UnknownCodecError:
            yield Check(f"codec {name}", "missing", f"this PyAV has no {encoder}", "pip install av")
        else:
            yield Check(f"codec {name}", "ok", encoder)


def skia() -> Check:
    """What draws the replica; it is linked against the system's EGL and GL."""
    try:
        version = importlib.import_module("skia").__version__
    except ImportError as error:
        return Check("skia", "missing", str(error), f"{APT} libegl1 libgl1")
    return Check("skia", "ok", version)


def language_model(settings: Settings) -> Check:
    """The configured endpoint answers; or llama.cpp, for the embedded model, can be loaded."""
    if settings.llm_base_url:
        return _endpoint(settings)
    title = "llama.cpp"
    try:
        version = importlib.import_module("xllamacpp").__version__
    except ImportError as error:
        return Check(title, "missing", str(error), "pip install xllamacpp")
    return Check(title, "ok", f"xllamacpp {version}")


def port(settings: Settings) -> Check:
    """The server's port is free, or already held by a visavis server."""
    from visavis.server.serving import bind

    title = f"port {settings.port}"
    try:
        bind(settings.host, settings.port).close()
    except ConfigurationError as error:
        if _is_visavis(settings):
            return Check(title, "ok", "a visavis server is running there")
        return Check(title, "missing", str(error), "visavis serve --port 0, or stop what listens there")
    return Check(title, "ok", f"free on {settings.host}")


def loopback_udp() -> Check:
    """Media between this machine's own browser and the server travels here."""
    title = "UDP on loopback"
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        ):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(2)
            sender.sendto(b"visavis", receiver.getsockname())
            receiver.recv(16)
    except OSError as error:
        return Check(title, "missing", str(error), "allow UDP on the loopback interface, and bring it up")
    return Check(title, "ok", "")


def data_dir(settings: Settings) -> Check:
    """Where the database and the development key are kept."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        return Check(
            "data folder", "missing", str(error), "set VISAVIS_DATA_DIR to a folder you can write to"
        )
    return Check("data folder", "ok", str(settings.data_dir))


def page() -> Check:
    """The page behind ``conversation_url``."""
    from visavis.server.routes.page import STATIC

    if not (STATIC / "index.html").is_file():
        return Check("page", "missing", "not built", "cd web && npm ci && npm run build")
    return Check("page", "ok", str(STATIC))


def browser() -> Check:
    """Only the tests and benchmarks drive one; a person brings their own."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        return Check("Chromium", "optional", "not found; only the tests need it", f"{APT} chromium")
    return Check("Chromium", "ok", found)


def _endpoint(settings: Settings) -> Check:
    title = "LLM endpoint"
    name = f"{settings.llm_model or 'no model'} at {settings.llm_base_url}"
    try:
        asyncio.run(_ask(settings))
    except InferenceFailed as error:
        remedy = "check VISAVIS_LLM_BASE_URL, VISAVIS_LLM_API_KEY and VISAVIS_LLM_MODEL"
        return Check(title, "missing", f"{name}: {error}", remedy)
    return Check(title, "ok", f"{name} answers")


async def _ask(settings: Settings) -> None:
    from visavis.layers.llm.openai import OpenAICompatible
    from visavis.session.spec import LLMSpec

    key = settings.llm_api_key.get_secret_value()
    model = settings.llm_model or "default"
    llm = OpenAICompatible(LLMSpec(base_url=settings.llm_base_url, api_key=key, model=model))
    try:
        async with aclosing(llm.stream([{"role": "user", "content": "Say yes."}], [])) as answer:
            async for _ in answer:
                break
    finally:
        await llm.aclose()


def _is_visavis(settings: Settings) -> bool:
    try:
        answer = httpx.get(f"{settings.local_url}/readyz", timeout=2, verify=False, trust_env=False)
        return "workers_wanted" in answer.json()
    except (httpx.HTTPError, ValueError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
