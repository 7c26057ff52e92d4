import json
import os
import subprocess
import sys

import pytest

import visavis


def run(*arguments, timeout=170, **environment):
    return subprocess.run(
        [sys.executable, "-m", "visavis.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def test_the_version_is_printed():
    done = run("version")
    assert (done.returncode, done.stdout.strip()) == (0, visavis.__version__)


def test_help_names_the_commands():
    printed = run("--help").stdout
    assert all(name in printed for name in ("serve", "talk", "doctor", "models", "version"))


SMALL = {"VISAVIS_EMBEDDED_LLM": "smollm2-135m"}
"""The language model that the tests have fetched."""


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("serve", "--host", "0.0.0.0"), {}, "VISAVIS_API_KEYS"),
        (("serve", "--port", "99999"), {}, "setting 'port'"),
        (("serve",), SMALL | {"VISAVIS_SSL_CERTFILE": "/nowhere.pem"}, "no file /nowhere.pem"),
        (("serve",), SMALL | {"VISAVIS_DATABASE_URL": "nonsense"}, "database_url"),
        (("serve",), SMALL | {"VISAVIS_DATABASE_URL": "mysql+nodriver://u:secret@h/d"}, "database_url"),
        (("serve",), {"VISAVIS_MODELS": "/nowhere"}, "visavis models fetch"),
        (("serve",), {"VISAVIS_TTS_ENGINE": "parrot"}, "installed are hibari"),
        (("serve", "--config", "nowhere.toml"), {}, "nowhere.toml does not exist"),
        (("models", "fetch", "gpt-9"), {}, "gpt-9"),
        (("talk", "http://127.0.0.1:1/c1", "--persona", "p1"), {}, "leaves nothing to choose"),
        (("talk", "--server", "https://example.test"), {"VISAVIS_API_KEYS": '["mine"]'}, "--api-key"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(arguments, environment, words, tmp_path):
    done = run(*arguments, VISAVIS_DATA_DIR=str(tmp_path), **environment)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("visavis: ") and words in last
    assert "Traceback" not in done.stderr


def test_no_server_to_talk_to_is_one_line_and_exit_code_1(unused_tcp_port):
    done = run("talk", "--server", f"http://127.0.0.1:{unused_tcp_port}", "--api-key", "k")
    assert done.returncode == 1
    assert done.stderr.startswith(f"visavis: no answer from http://127.0.0.1:{unused_tcp_port}")
    assert done.stderr.count("\n") == 1


def test_models_are_listed_with_what_is_here_and_needed(tmp_path):
    printed = run(
        "models", "list", VISAVIS_MODELS=str(tmp_path), VISAVIS_LLM_BASE_URL="http://llm.test"
    ).stdout
    lines = {line.split()[0]: line for line in printed.splitlines() if line}
    assert lines["silero-vad"].split()[-2:] == ["no", "yes"]
    assert lines["smollm2-135m"].split()[-1] == "no"
    assert str(tmp_path) in printed


def test_models_that_are_here_are_not_fetched_again():
    done = run("models", "fetch", "silero-vad", "smollm2-135m")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_doctor_s_findings_come_as_json_and_decide_the_exit_code(tmp_path):
    healthy = run("doctor", "--json", VISAVIS_EMBEDDED_LLM="smollm2-135m", VISAVIS_PORT="0")
    findings = {finding["name"]: finding for finding in json.loads(healthy.stdout)}
    assert findings["Python"]["state"] == "ok"
    missing = [name for name, finding in findings.items() if finding["state"] == "missing"]
    assert healthy.returncode == (1 if missing else 0)
    ill = run("doctor", VISAVIS_MODELS=str(tmp_path), VISAVIS_PORT="0")
    assert ill.returncode == 1
    assert "visavis models fetch silero-vad" in ill.stdout
