import asyncio

from visavis.cli import perception_check
from visavis.config import Settings
from visavis.server.store import Resource, Store


def found(settings):
    return [(check.name, check.state, check.detail) for check in perception_check.run(settings)]


def test_without_a_database_none_is_made(tmp_path):
    settings = Settings(data_dir=tmp_path / "new")
    assert found(settings) == [("perception", "ok", "embedded; no vision-language model")]
    assert not settings.data_dir.exists()


def test_personas_that_ask_in_vain_are_named(tmp_path):
    asking = {
        "persona_name": "Guide",
        "system_prompt": "Be kind.",
        "tool_ids": ["t1", "gone"],
        "layers": {"perception": {"visual_awareness_queries": ["Is the user wearing a hat?"]}},
    }
    tool = {"name": "dog", "description": "Call this when a dog is seen.", "origin": "vision",
            "delivery": {"api": {"url": "sealed"}}}  # fmt: skip

    async def fill(settings):
        store = Store.from_settings(settings)
        await store.open()
        await store.resources.add(Resource(id="t1", kind="tool", document=tool))
        await store.resources.add(Resource(id="p1", kind="persona", document=asking))
        await store.resources.add(Resource(id="p2", kind="persona", document={"system_prompt": "Be kind."}))
        await store.close()

    async def twin(settings):
        store = Store.from_settings(settings)
        await store.open()
        await store.resources.add(Resource(id="p3", kind="persona", document={**asking, "tool_ids": []}))
        await store.close()

    settings = Settings(data_dir=tmp_path)
    asyncio.run(fill(settings))
    _, (name, state, detail) = found(settings)
    assert (name, state) == ("persona Guide", "partial")
    assert "Is the user wearing a hat?" in detail and "vision tool dog: never called" in detail
    asyncio.run(twin(settings))
    assert {name for name, *_ in found(settings)[1:]} == {"persona Guide p1", "persona Guide p3"}
    assert len(found(Settings(data_dir=tmp_path, vision_base_url="http://127.0.0.1:1/v1"))) == 1
    off = found(Settings(data_dir=tmp_path, perception_engine="off"))
    assert off[0][:2] == ("perception", "optional")
    assert "perceives nothing" in off[1][2]
