"""``visavis export`` against a server on loopback."""

import asyncio
import sys
import zipfile

import httpx
import pytest
import uvicorn

from tests.server.conftest import KEY, api, run_server  # noqa: F401 (fixtures)


@pytest.fixture
def database(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path}/visavis.db"


@pytest.fixture
async def url(api, unused_tcp_port):  # noqa: F811
    """The server's, over real HTTP."""
    assert isinstance(api.http._transport, httpx.ASGITransport)
    config = uvicorn.Config(api.http._transport.app, port=unused_tcp_port, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{unused_tcp_port}"
    server.should_exit = True
    await serving


async def run(*arguments):
    """Exit code and standard error of the command."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "visavis.cli", "export", *arguments),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    return process.returncode, err.decode()


async def test_a_conversation_becomes_a_file_that_only_its_owner_reads(api, url, tmp_path):  # noqa: F811
    name = (await api.create())["conversation_id"]
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "call.zip.part").touch(0o644)  # of one that was killed, or of somebody who is curious
    code, err = await run(name, "-o", str(folder / "call.zip"), "--server", url, "--api-key", KEY)
    assert code == 0, err
    (file,) = folder.iterdir()
    assert file.name == "call.zip"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "transcript.vtt" in zipfile.ZipFile(file).namelist()


async def test_what_goes_wrong_is_one_line_and_leaves_no_file(api, url, tmp_path):  # noqa: F811
    folder = tmp_path / "out"
    folder.mkdir()
    unknown = await run("cnobody", "-o", str(folder / "x.zip"), "--server", url, "--api-key", KEY)
    nowhere = await run("cnobody", "-o", str(folder / "no" / "x.zip"), "--server", url, "--api-key", KEY)
    assert (unknown[0], nowhere[0]) == (1, 2)
    assert "Invalid conversation_id" in unknown[1]
    assert "cannot be written" in nowhere[1]
    assert not list(folder.iterdir())
