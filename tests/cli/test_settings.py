import pytest

from visavis.cli.settings import load
from visavis.errors import ConfigurationError


@pytest.fixture(autouse=True)
def no_file(monkeypatch, tmp_path):
    monkeypatch.setenv("VISAVIS_CONFIG", "")
    monkeypatch.chdir(tmp_path)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(monkeypatch, tmp_path):
    file = tmp_path / "other.toml"
    file.write_text('port = 1\nworkers = 3\nhost = "::1"\n')
    monkeypatch.setenv("VISAVIS_PORT", "2")
    monkeypatch.setenv("VISAVIS_WORKERS", "4")
    settings = load(file, port=5, workers=None)
    assert (settings.port, settings.workers, settings.host) == (5, 4, "::1")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("VISAVIS_PORT", "many", "setting 'port' (VISAVIS_PORT)"),
        ("VISAVIS_PORT", "99999", "less than or equal to 65535"),
        ("VISAVIS_WEBRTC_ENGINE", "magic", "'wrtc' or 'aiortc'"),
        ("VISAVIS_PUBLIC_URL", "calls.example.com", "must begin with http:// or https://"),
        ("VISAVIS_LLM_BASE_URL", "http://[", "neither a name nor an address"),
        ("VISAVIS_API_KEYS", "key-1", "lists are written as JSON"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as error:
        load()
    assert words in str(error.value)
    assert value not in str(error.value)


def test_a_setting_that_does_not_exist_is_named(tmp_path):
    file = tmp_path / "visavis.toml"
    file.write_text("prot = 7600\n")
    with pytest.raises(ConfigurationError, match="there is no setting 'prot'"):
        load(file)


def test_a_broken_file_is_named(tmp_path):
    file = tmp_path / "visavis.toml"
    file.write_text("port = = 7600\n")
    with pytest.raises(ConfigurationError, match=r"visavis\.toml is not valid TOML"):
        load(file)


def test_a_file_that_was_named_must_exist(tmp_path):
    with pytest.raises(ConfigurationError, match=r"missing\.toml does not exist"):
        load(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("host", "base", "local"),
    [
        ("127.0.0.1", "http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("::1", "http://[::1]:1", "http://[::1]:1"),
        ("0.0.0.0", "http://0.0.0.0:1", "http://127.0.0.1:1"),
        ("::", "http://[::]:1", "http://[::1]:1"),
    ],
)
def test_addresses_become_urls_that_reach_the_server(host, base, local):
    settings = load(host=host, port=1)
    assert (settings.base_url, settings.local_url) == (base, local)
    behind = load(host=host, port=1, public_url="https://video.example.com/")
    assert (behind.base_url, behind.local_url) == ("https://video.example.com", local)


@pytest.mark.parametrize(
    ("name", "value"), [("VIDEO_WIDTH", "641"), ("VIDEO_HEIGHT", "0"), ("VIDEO_FPS", "0")]
)
def test_pictures_that_cannot_be_encoded_are_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"VISAVIS_{name}", value)
    with pytest.raises(ConfigurationError, match=f"VISAVIS_{name}"):
        load()
