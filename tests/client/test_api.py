import io
import zipfile

import httpx
import pytest

from tests.server.conftest import KEY, Api, api, run_server  # noqa: F401 (fixtures)
from visavis.client import Call, Client
from visavis.errors import ApiError, ApiUnreachable
from visavis.net import is_loopback


@pytest.fixture
def database(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path}/visavis.db"


@pytest.fixture
async def client(api: Api):  # noqa: F811
    async def forward(request: httpx.Request) -> httpx.Response:
        return await api.http.send(request)

    async with Client("http://server.test", KEY, transport=httpx.MockTransport(forward)) as client:
        yield client


def answering(status, **options):
    def answer(request):
        return httpx.Response(status, **options)

    return Client(transport=httpx.MockTransport(answer))


async def test_a_conversation_is_made_read_listed_ended_and_forgotten(client):
    made = await client.conversations.create(conversation_name="Tour", custom_greeting="Hello!")
    assert made.conversation_url.endswith(made.conversation_id)
    assert made.status == "active"
    listed = await client.conversations.list(status="active")
    assert [one.conversation_id for one in listed.data] == [made.conversation_id]
    assert listed.total_count == 1
    await client.conversations.end(made.conversation_id)
    over = await client.conversations.get(made.conversation_id, verbose=True)
    assert (over.conversation_name, over.status) == ("Tour", "ended")
    assert over.shutdown_reason == "end_conversation_endpoint_hit"
    await client.conversations.delete(made.conversation_id)
    with pytest.raises(ApiError, match="Invalid conversation_id"):
        await client.conversations.get(made.conversation_id)


async def test_a_persona_is_kept_and_its_keys_are_masked(client):
    layers = {"llm": {"model": "m", "base_url": "https://llm.example.com/v1", "api_key": "secret"}}
    made = await client.personas.create(persona_name="Guide", system_prompt="Be brief.", layers=layers)
    kept = await client.personas.get(made.persona_id)
    assert (kept.persona_name, kept.system_prompt) == ("Guide", "Be brief.")
    assert kept.layers["llm"]["model"] == "m"
    assert "secret" not in kept.model_dump_json()
    listed = await client.personas.list(limit=1)
    assert [one.persona_id for one in listed.data] == [made.persona_id]
    assert listed.total_count > 1
    await client.personas.delete(made.persona_id)
    with pytest.raises(ApiError, match="Invalid persona_id"):
        await client.personas.get(made.persona_id)


async def test_replicas_are_listed_and_read(client):
    listed = await client.replicas.list()
    replica = await client.replicas.get(listed.data[0].replica_id)
    assert replica == listed.data[0]
    assert replica.replica_name


async def test_an_interaction_is_sent_without_being_in_the_room(client, api):  # noqa: F811
    made = await client.conversations.create()
    message = {
        "message_type": "conversation",
        "event_type": "conversation.respond",
        "conversation_id": made.conversation_id,
        "properties": {"text": "Hello"},
    }
    await client.interactions.send(message)
    _, live = api.held(made.conversation_id)
    assert live.heard == [message]


async def test_a_refusal_carries_status_and_the_server_s_words(client):
    with pytest.raises(ApiError) as refused:
        await client.personas.create(persona_name="Nobody")
    assert refused.value.status == 400
    assert "system_prompt is required" in str(refused.value)


async def test_a_wrong_key_is_refused_in_the_server_s_words(api):  # noqa: F811
    async def forward(request: httpx.Request) -> httpx.Response:
        return await api.http.send(request)

    async with Client("http://server.test", "guess", transport=httpx.MockTransport(forward)) as client:
        with pytest.raises(ApiError, match="401: Invalid access token"):
            await client.replicas.list()


@pytest.mark.parametrize(
    "base_url", ["http://one.test", "http://one.test/", "http://one.test/v2", "http://one.test/v2/"]
)
async def test_the_base_url_may_or_may_not_end_in_the_version(base_url):
    seen = []

    def answer(request):
        seen.append(str(request.url))
        return httpx.Response(200, json={"data": [], "total_count": 0})

    async with Client(base_url, transport=httpx.MockTransport(answer)) as client:
        await client.replicas.list()
    assert seen == ["http://one.test/v2/replicas?limit=10&page=1"]


@pytest.mark.parametrize(
    ("status", "options", "words"),
    [
        (400, {"json": {"error": "Invalid persona_id"}}, "400: Invalid persona_id"),
        (502, {"text": "<html>"}, "502: Bad Gateway"),
        (200, {"text": "<html>"}, "is this a visavis server"),
        (200, {"json": {"hello": "world"}}, "not the answer that was expected"),
    ],
)
async def test_every_kind_of_error_is_an_api_error(status, options, words):
    async with answering(status, **options) as client:
        with pytest.raises(ApiError, match=words):
            await client.conversations.create()


async def test_no_server_is_named_with_its_address(unused_tcp_port):
    async with Client(f"http://127.0.0.1:{unused_tcp_port}") as client:
        with pytest.raises(ApiUnreachable, match=str(unused_tcp_port)):
            await client.replicas.list()


def test_the_call_is_offered_beside_the_client():
    assert Call.__name__ == "Call"


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://[::1]:1", True),
        ("http://localhost:11434/v1", True),
        ("https://llm.example.com/v1", False),
        ("http://192.168.1.9/v1", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_loopback_is_recognised(url, loopback):
    assert is_loopback(url) is loopback


async def test_what_happened_is_read_from_a_seq_on_followed_and_replayed(client):
    made = await client.conversations.create()
    name = made.conversation_id
    await client.interactions.send(
        {
            "conversation_id": name,
            "event_type": "conversation.respond",
            "properties": {"text": "Hello!"},
        }
    )
    await client.conversations.end(name)
    events = [event async for event in client.conversations.follow(name)]
    assert events[-1]["event_type"] == "system.shutdown"
    later = await client.conversations.events(name, after=events[0]["seq"])
    assert later == events[1:]
    assert (await client.conversations.events(name, limit=1)) == events[:1]
    assert (await client.conversations.log(name)).splitlines()
    said = await client.conversations.transcript(name)
    assert [(entry["role"], entry["content"]) for entry in said] == [("user", "Hello!")]
    archive = b"".join([piece async for piece in client.conversations.export(name)])
    assert "events.jsonl" in zipfile.ZipFile(io.BytesIO(archive)).namelist()


async def test_objectives_and_guardrails_are_kept_read_listed_and_forgotten(client):
    made = await client.objectives.create(data=[{"objective_name": "name", "objective_prompt": "Ask it."}])
    name = made["objectives_id"]
    assert (await client.objectives.get(name))["data"][0]["objective_prompt"] == "Ask it."
    assert (await client.objectives.list()).total_count == 1
    await client.objectives.delete(name)
    with pytest.raises(ApiError, match="not found"):
        await client.objectives.get(name)
    rail = await client.guardrails.create(guardrail_name="calm", guardrail_prompt="Stay calm.")
    assert (await client.guardrails.get(rail["uuid"]))["guardrail_prompt"] == "Stay calm."
    assert len((await client.guardrails.list()).data) == 1
    await client.guardrails.delete(rail["uuid"])
