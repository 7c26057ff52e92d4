"""``tavus-cli``, unmodified: what it makes, lists, changes and deletes, each kind from its birth to its end.

All lives are led at the same time, for each start of the program takes a while.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.compat.tavus import Tavus
from visavis.testing.server_process import RunningServer


@dataclass(frozen=True, slots=True)
class World:
    """What a life is led in."""

    tavus: Tavus
    server: RunningServer
    folder: Path

    def file(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(json.dumps(content))
        return str(path)

    def stored(self, path: str) -> dict[str, Any]:
        answer = self.server.api("GET", path)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def made(self, path: str, **body: object) -> dict[str, Any]:
        answer = self.server.api("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def gone(self, path: str) -> bool:
        return self.server.api("GET", path).status_code in (400, 404)


def document(world: World) -> None:
    tavus = world.tavus
    address = ("--url", "https://example.org/prices.pdf", "--crawl-depth", "2", "--crawl-max-pages", "5")
    name = tavus.told("document", "create", *address, "--name", "Prices", "--tag", "shop")["document_id"]
    assert world.stored(f"/documents/{name}")["crawl_config"] == {"depth": 2, "max_pages": 5}
    assert tavus.row(name, "document", "list", "--tag", "shop")[1:3] == ["Prices", "error"]
    read = tavus.told("document", "get", name)
    assert (read["document_url"], read["tags"]) == ("https://example.org/prices.pdf", ["shop"])
    assert read["error_message"].startswith("document_processing_failed")
    assert tavus.told("document", "chunks", name)["chunks"] == []
    assert tavus.told("document", "recrawl", name, "--crawl-depth", "3")["crawl_config"]["depth"] == 3
    assert world.stored(f"/documents/{name}")["crawl_config"]["depth"] == 3
    assert "portal auth" in tavus.refused("document", "upload", world.file("a.json", {}))


def dictionary(world: World) -> None:
    tavus = world.tavus
    example = tavus.told("pronunciation-dictionary", "example")
    made = tavus.told("pronunciation-dictionary", "create", "--file", world.file("rules.json", example))
    name = made["uuid"]
    assert tavus.row(name, "pronunciation-dictionary", "list")[1] == "tavus-defaults"
    read = tavus.told("pronunciation-dictionary", "get", name)
    assert [rule["pronunciation"] for rule in read["rules"]] == ["TAH-vus", "ˌkuːbərˈnɛtɪz"]
    change = world.file("name.json", {"name": "Ours", "rules": example["rules"][:1]})
    tavus.told("pronunciation-dictionary", "patch", name, "--file", change)
    stored = world.stored(f"/pronunciation-dictionaries/{name}")
    assert (stored["name"], stored["rules_count"]) == ("Ours", 1)
    assert tavus.told("pronunciation-dictionary", "delete", name) is None
    assert world.gone(f"/pronunciation-dictionaries/{name}")


def guardrail(world: World) -> None:
    tavus = world.tavus
    prompts = ("--name", "Prices", "--prompt", "Never name a price.")
    name = tavus.told("guardrail", "create", *prompts, "--tag", "money", "--tool-call", '{"a": 1}')["uuid"]
    assert tavus.row(name, "guardrail", "list", "--tags", "money")[1:4] == ["Prices", "verbal", "['money']"]
    assert tavus.told("guardrail", "get", name, "--verbose")["guardrail_type"] == "user"
    assert tavus.told("guardrail", "tags") == {"tags": ["money"], "total_count": 1}
    changed = tavus.told("guardrail", "patch", name, "--prompt", "Never ever.", "--no-app-message")
    stored = world.stored(f"/guardrails/{name}")
    assert changed == stored
    assert [stored[f"guardrail_{field}"] for field in ("name", "prompt")] == ["Prices", "Never ever."]
    assert (stored["app_message"], stored["tool_call"]) == (False, {"a": 1})
    assert tavus.told("guardrail", "delete", name) is None
    assert tavus.refused("guardrail", "get", name).endswith("failed with 404")


def objectives(world: World) -> None:
    tavus = world.tavus
    example = tavus.told("objective", "example")
    file = world.file("objectives.json", example)
    assert tavus.told("objective", "validate", "--file", file)["valid"] is True
    name = tavus.told("objective", "create", "--file", file)["objectives_id"]
    assert tavus.row(name, "objective", "list")[1] == "support_intake"
    steps = tavus.told("objective", "get", name)["data"]
    assert [step["objective_name"] for step in steps] == ["greet", "diagnose", "billing", "technical"]
    assert steps[0]["next_required_objective"] == "diagnose"
    change = [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Say hello."}]
    tavus.told("objective", "patch", name, "--file", world.file("patch.json", change))
    assert world.stored(f"/objectives/{name}")["data"][0]["objective_prompt"] == "Say hello."
    assert tavus.told("objective", "delete", name) is None
    assert world.gone(f"/objectives/{name}")


def tool(world: World) -> None:
    tavus = world.tavus
    example = tavus.told("tool", "example", "--delivery", "http")
    example["delivery"]["api"]["auth"] = {"type": "bearer", "token": "secret"}
    made = tavus.told("tool", "create", "--file", world.file("tool.json", example))
    name = made["tool_id"]
    assert made["delivery"]["api"]["auth"]["token"] == "********"
    assert tavus.row(name, "tool", "list")[1:4] == ["weather_lookup", "llm", "generate_filler"]
    assert tavus.told("tool", "get", name) == made
    changed = tavus.told("tool", "patch", name, "--file", world.file("d.json", {"description": "Now."}))
    assert changed == world.stored(f"/tools/{name}")
    assert changed["description"] == "Now."
    pal = world.made("/pals", system_prompt="Be kind.")["pal_id"]
    assert tavus.told("pal", "tools", "attach", pal, name)["tool_ids"] == [name]
    assert world.stored(f"/pals/{pal}")["tool_ids"] == [name]
    assert [one["name"] for one in tavus.told("pal", "tools", "list", pal)["data"]] == ["weather_lookup"]
    assert tavus.told("pal", "tools", "detach", pal, name) is None
    assert world.stored(f"/pals/{pal}")["tool_ids"] == []
    assert tavus.told("tool", "delete", name) is None
    assert world.gone(f"/tools/{name}")


def pal(world: World) -> None:
    """Each change as the program sends it: ``replace`` of what is not set, ``add`` of what is."""
    tavus = world.tavus
    rules = [{"text": "SQL", "pronunciation": "sequel", "type": "alias"}]
    answer = world.server.api("POST", "/pronunciation-dictionaries", json={"name": "D", "rules": rules})
    tts = {"pronunciation_dictionary_id": answer.json()["pronunciation_dictionary_id"]}
    paper = world.made("/documents", document_url="https://example.org/a.pdf")["document_id"]
    rail = world.made("/guardrails", guardrail_name="Rude", guardrail_prompt="Never.")["uuid"]
    step = {"objective_name": "ask", "objective_prompt": "Ask."}
    goals = world.made("/objectives", name="O", data=[step])["objectives_id"]
    use = world.made("/tools", name="look_up", description="Looks it up.")["tool_id"]
    layers = world.file("layers.json", {"llm": {"model": "tavus-gemma-4", "api_key": "secret"}})
    made = tavus.told(
        *("pal", "create", "--name", "Ada", "--system-prompt", "Be kind.", "--face-id", "r-drawn-vera"),
        *("--objectives-id", goals, "--guardrail-id", rail, "--tool-id", use, "--layers-file", layers),
    )
    name = made["pal_id"]
    listed = {one["pal_id"]: one for one in tavus.told("pal", "list", "--json")["data"]}
    read = tavus.told("pal", "get", name)
    assert listed[name]["pal_name"] == read["pal_name"] == "Ada"
    assert (read["objectives_id"], read["guardrail_ids"], read["tool_ids"]) == (goals, [rail], [use])
    assert read["layers"]["llm"]["api_key"] == "********"
    tavus.told("pal", "patch", name, "--path", "/greeting", "--value", "Hello.")
    tavus.told("pal", "patch", name, "--op", "add", "--path", "/layers/tts", "--value", json.dumps(tts))
    tavus.told("pal", "knowledge", "add", name, "--document-id", paper)
    tavus.told("pal", "knowledge", "settings", name, "--rag-n-chunks", "4")
    stored = world.stored(f"/pals/{name}")
    assert (stored["greeting"], stored["layers"]["tts"]) == ("Hello.", tts)
    assert (stored["document_ids"], stored["layers"]["knowledge_base"]) == ([paper], {"rag_n_chunks": 4})
    options = tavus.told("pal", "options", name)
    assert options["pal"]["data"][0]["layers"] == stored["layers"]
    available = options["available"]
    assert [
        document["document_id"] for document in available["documents"] if document["document_id"] == paper
    ]
    assert [voice["replica_id"] for voice in available["voices"]] == ["r-drawn-vera"]
    assert tavus.refused("pal", "patch", "p-vera", "--path", "/greeting", "--value", "x").endswith("with 400")
    assert tavus.told("pal", "delete", name) is None
    assert world.gone(f"/pals/{name}")


def skills(world: World) -> None:
    tavus = world.tavus
    assert "does nothing with it yet" in tavus.told("resource", "get", "skill", "memory")["description"]
    pal = tavus.told("quickstart", "--system-prompt", "Be kind.")["pal"]["pal_id"]
    assert world.stored(f"/pals/{pal}")["default_face_id"] == "r-drawn-vera"
    tavus.told("pal", "skills", "attach", pal, "internet_search")
    tavus.told("pal", "capabilities", "attach", pal, "magic_canvas", "--usage-guidance", "At the end.")
    tavus.told("pal", "capabilities", "attach", pal, "perception", "--visual-query", "Is there a dog?")
    states = tavus.told("pal", "capabilities", "list", pal)["capabilities"]
    attached = {name for name, state in states.items() if state["attached"]}
    assert attached == {"web_search", "magic_canvas", "perception"}
    stored = world.stored(f"/pals/{pal}")
    assert stored["skills"]["magic_canvas"]["config"]["usage_guidance"] == "At the end."
    assert stored["layers"]["perception"]["visual_awareness_queries"] == ["Is there a dog?"]
    assert tavus.told("pal", "skills", "detach", pal, "internet_search") is None
    assert set(tavus.told("pal", "skills", "list", pal)) == {"magic_canvas"}


Life = Callable[[World], None]
LIVES: tuple[Life, ...] = (pal, tool, objectives, guardrail, dictionary, document, skills)


@pytest.fixture(scope="module")
def led(
    tavus: Tavus, server: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Life, Future[None]]]:
    with ThreadPoolExecutor(4) as pool:
        yield {
            life: pool.submit(life, World(tavus, server, tmp_path_factory.mktemp(life.__name__)))
            for life in LIVES
        }


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_a_life(led: dict[Life, Future[None]], life: Life) -> None:
    led[life].result()
