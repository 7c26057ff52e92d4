import asyncio
import io

import av
import pytest

from visavis.cli import vision_check
from visavis.config import Settings
from visavis.testing.openai_server import ScriptedServer, pictures_of, refuse, say


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (say("Red."), "ok", "m at http://127.0.0.1"),
        (say("I cannot see pictures, I am bored."), "missing", "not with the colour"),
        (refuse(401, message="sk-vision"), "missing", "answered 401"),
    ],
)
async def test_the_endpoint_must_see_a_red_picture(reply, state, words):
    async with ScriptedServer([reply]) as server:
        configured = Settings(vision_base_url=server.base_url, vision_model="m", vision_api_key="sk-vision")
        (check,) = await asyncio.to_thread(lambda: list(vision_check.run(configured)))
        (request,) = server.requests
    assert request.headers["authorization"] == "Bearer sk-vision"
    (picture,) = pictures_of(request.body["messages"][0])
    with av.open(io.BytesIO(picture)) as file:
        red, green, blue = next(file.decode(video=0)).to_ndarray(format="rgb24").mean((0, 1))
    assert red > 200 and green < 40 and blue < 40
    assert check.state == state and words in check.detail and "sk-vision" not in check.detail
    assert (check.remedy == "") == (state == "ok")
    if state == "ok":
        assert check.detail.endswith(" s")


def test_without_one_nothing_is_asked():
    assert list(vision_check.run(Settings())) == []
