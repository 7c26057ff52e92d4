"""docs/python.md: every program on it runs, and prints what is printed there."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

import visavis
from tests.conformance.serving import KEY, serving
from visavis.session.spec import LLMSpec
from visavis.testing.openai_server import Reply, Request, ScriptedServer, call, say

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


def answer(request: Request) -> Reply:
    last = request.body["messages"][-1]
    if last["role"] == "tool":
        return say(f"The kitchen says: {last['content']}.")
    if "margherita" in last["content"]:
        return call("place_order", '{"pizza": "margherita", "number": 2}')
    return say("It is a fine one.")


def test_every_program_says_what_it_prints() -> None:
    assert len(PROGRAMS) == len(re.findall("```python", PAGE)) == 7


@pytest.mark.parametrize(("program", "printed"), PROGRAMS, ids=range(len(PROGRAMS)))
async def test_the_programs_on_the_page(program: str, printed: str, tmp_path: Path) -> None:
    async with ScriptedServer(answer=answer) as llm:
        spec = LLMSpec(base_url=llm.base_url, model="scripted")
        async with serving(tmp_path, spec) as server, asyncio.timeout(60):
            program = program.replace("http://127.0.0.1:7600", server.url).replace("…", KEY, 1)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                program,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(Path(visavis.__file__).parents[1])},
            )
            out, _ = await process.communicate()
    assert out.decode() == printed
    assert process.returncode == 0
