import asyncio
import errno
import os
import signal
import sys
from contextlib import aclosing

import psutil
import pytest

from visavis.config import Settings
from visavis.errors import EngineMissing, InferenceFailed
from visavis.layers.llm.embedded import EmbeddedLLM
from visavis.layers.llm.openai import OpenAICompatible
from visavis.session.spec import LLMSpec
from visavis.weights.store import Store

HELLO = [{"role": "user", "content": "Say hello."}]


@pytest.fixture(scope="module")
def model():
    return Store.of(Settings()).find("smollm2-135m")


@pytest.fixture
async def embedded(model):
    embedded = EmbeddedLLM(model, "smollm2-135m", context=512)
    await embedded.start()
    yield embedded
    await embedded.stop()


def adapter(embedded, **fields):
    spec = {"base_url": embedded.base_url, "api_key": embedded.api_key, "model": embedded.model, **fields}
    return OpenAICompatible(LLMSpec(**spec))


async def ask(llm, messages=HELLO):
    async with aclosing(llm.stream(messages, [])) as stream:
        return "".join([delta.text async for delta in stream])


async def test_it_answers_two_at_once_and_a_long_history_through_the_ordinary_adapter(embedded):
    llm = adapter(embedded)
    answers = await asyncio.gather(ask(llm), ask(llm, [{"role": "user", "content": "Count to three."}]))
    assert all(answers)
    long = [{"role": ("user", "assistant")[n % 2], "content": f"{n} is a number."} for n in range(201)]
    assert await ask(llm, long)
    await llm.aclose()


async def test_it_listens_on_loopback_and_wants_its_key(embedded):
    assert embedded.base_url.startswith("http://127.0.0.1:")
    assert embedded.api_key not in " ".join(psutil.Process(embedded.pid).cmdline())
    stranger = adapter(embedded, api_key="guess")
    with pytest.raises(InferenceFailed, match="401"):
        await ask(stranger)
    await stranger.aclose()


async def test_hanging_up_frees_the_slot_at_once(embedded):
    llm = adapter(embedded, extra_body={"ignore_eos": True})
    streams = [llm.stream([{"role": "user", "content": f"Count from {n}."}], []) for n in range(2)]
    for stream in streams:
        await anext(stream)
        await stream.aclose()
    async with asyncio.timeout(10), aclosing(llm.stream(HELLO, [])) as stream:
        assert await anext(stream)
    await llm.aclose()


async def test_killed_it_comes_back_at_the_same_address(embedded):
    address = embedded.base_url
    os.kill(embedded.pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        while not embedded.restarts:  # noqa: ASYNC110 (the process of another program)
            await asyncio.sleep(0.05)
    assert embedded.ready()
    assert embedded.base_url == address
    llm = adapter(embedded)
    assert await ask(llm)
    await llm.aclose()


async def test_it_comes_back_though_at_first_no_process_can_be_started(embedded, monkeypatch):
    start, refused = asyncio.create_subprocess_exec, asyncio.Event()

    async def full(*command, **options):
        monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
        refused.set()
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", full)
    os.kill(embedded.pid, signal.SIGKILL)
    async with asyncio.timeout(60):
        await refused.wait()
        while not embedded.restarts:  # noqa: ASYNC110 (the process of another program)
            await asyncio.sleep(0.05)
    assert embedded.ready()


async def test_stopped_it_is_gone(model):
    embedded = EmbeddedLLM(model, "smollm2-135m", context=512)
    await embedded.start()
    pid = embedded.pid
    await embedded.stop()
    await embedded.stop()
    assert not embedded.ready()
    assert not psutil.pid_exists(pid)
    llm = adapter(embedded)
    with pytest.raises(InferenceFailed, match="could not be reached"):
        await ask(llm)
    await llm.aclose()


PARENT = """
import asyncio, sys
from pathlib import Path
from visavis.layers.llm.embedded import EmbeddedLLM
async def main():
    embedded = EmbeddedLLM(Path(sys.argv[1]), "m", context=512)
    await embedded.start()
    print(embedded.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_it_does_not_outlive_a_killed_parent(model):
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(model), stdout=asyncio.subprocess.PIPE
    )
    child = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    await asyncio.to_thread(child.wait, 20)


async def test_a_file_that_is_no_model_is_a_clear_error(tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    embedded = EmbeddedLLM(broken, "broken")
    with pytest.raises(EngineMissing, match=r"llama\.cpp did not start"):
        await embedded.start()
    assert not embedded.ready()
    await embedded.stop()
