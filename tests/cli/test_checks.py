import asyncio
import shutil
import socket

import pytest

from visavis.cli import checks
from visavis.config import Settings
from visavis.layers import registry
from visavis.rooms.webrtc import engine as webrtc_engine
from visavis.testing.openai_server import ScriptedServer, refuse, say
from visavis.weights import Store


def settings(**fields):
    return Settings(**{"embedded_llm": "smollm2-135m", **fields})


def test_models_that_are_here_are_found_with_their_content():
    found = list(checks.models(settings()))
    assert {check.name for check in found} >= {"model whisper-tiny.en", "model smollm2-135m"}
    assert {check.state for check in found} == {"ok"}


def test_a_missing_model_says_how_to_fetch_it(tmp_path):
    found = list(checks.models(settings(models=tmp_path)))
    assert {check.state for check in found} == {"missing"}
    assert "visavis models fetch silero-vad" in [check.remedy for check in found]


def test_a_model_whose_content_changed_is_not_found_good(tmp_path):
    here = Store.of(Settings()).find("silero-vad")
    changed = tmp_path / here.parent.name / here.name
    shutil.copytree(here.parent, changed.parent)
    content = bytearray(changed.read_bytes())
    content[-1] ^= 1
    changed.chmod(0o644)
    changed.write_bytes(content)
    (check,) = [check for check in checks.models(settings(models=tmp_path)) if "silero" in check.name]
    assert check.state == "missing"
    assert "not the pinned content" in check.detail and str(changed.parent) in check.remedy


def test_with_an_endpoint_the_embedded_model_is_not_needed(tmp_path):
    found = checks.models(settings(models=tmp_path, llm_base_url="http://127.0.0.1:1"))
    assert not [check for check in found if "smollm2" in check.name]


def test_an_engine_that_does_not_exist_is_missing():
    found = {check.name: check for check in checks.engines(settings(tts_engine="parrot"))}
    assert found["tts engine"].state == "missing"
    assert "hibari" in found["tts engine"].detail
    assert found["stt engine"].state == "ok"


def test_the_configured_webrtc_engine_is_needed_and_the_other_is_not(monkeypatch):
    webrtc_engine.load.cache_clear()
    monkeypatch.setattr("visavis.rooms.webrtc.engine.MODULES", {})
    found = {check.name: check.state for check in checks.webrtc(settings(webrtc_engine="aiortc"))}
    assert found == {"WebRTC engine wrtc": "optional", "WebRTC engine aiortc": "missing"}


def test_codecs_are_found_by_what_encodes_them(monkeypatch):
    assert [check.state for check in checks.codecs()] == ["ok", "ok"]
    monkeypatch.setattr(checks, "CODECS", {"VP8": "no-such-encoder"})
    assert [check.state for check in checks.codecs()] == ["missing"]


def test_without_the_system_s_gl_the_line_to_install_it_is_given(monkeypatch):
    def broken(name):
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(checks.importlib, "import_module", broken)
    check = checks.skia()
    assert (check.state, check.remedy) == ("missing", "sudo apt-get install -y libegl1 libgl1")
    assert checks.language_model(settings()).state == "missing"


def test_a_port_that_somebody_else_holds_is_missing():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings(port=other.getsockname()[1])
        other.close()
        assert checks.port(taken).state == "ok"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        check = checks.port(settings(port=other.getsockname()[1]))
    assert check.state == "missing" and "--port" in check.remedy


def test_a_data_folder_that_cannot_be_written_is_missing(tmp_path):
    assert checks.data_dir(settings(data_dir=tmp_path / "new")).state == "ok"
    (tmp_path / "file").write_text("")
    check = checks.data_dir(settings(data_dir=tmp_path / "file"))
    assert check.state == "missing" and "VISAVIS_DATA_DIR" in check.remedy


def test_the_page_must_be_built(monkeypatch, tmp_path):
    monkeypatch.setattr("visavis.server.routes.page.STATIC", tmp_path)
    assert checks.page().state == "missing"
    (tmp_path / "index.html").write_text("")
    assert checks.page().state == "ok"


def test_a_browser_is_optional(monkeypatch):
    monkeypatch.setattr(checks, "BROWSERS", ("no-such-browser",))
    check = checks.browser()
    assert (check.state, check.remedy) == ("optional", "sudo apt-get install -y chromium")


def test_udp_reaches_this_machine():
    assert checks.loopback_udp().state == "ok"


@pytest.mark.parametrize(
    ("reply", "state", "words"), [(say("Yes."), "ok", "answers"), (refuse(401), "missing", "401")]
)
async def test_a_configured_endpoint_is_asked(reply, state, words):
    async with ScriptedServer([reply]) as server:
        configured = settings(llm_base_url=server.base_url, llm_model="m", llm_api_key="key-1")
        check = await asyncio.to_thread(checks.language_model, configured)
        assert server.requests[0].headers["authorization"] == "Bearer key-1"
    assert check.state == state
    assert words in check.detail and "key-1" not in check.detail


def test_every_layer_has_an_engine_to_check():
    checked = {check.name.removesuffix(" engine") for check in checks.engines(settings())}
    assert checked == {layer for layer in checked if registry.engines(layer)}
