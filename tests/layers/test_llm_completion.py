import json

import pytest

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.llm.completion import Completion

WEATHER = ToolCallDelta("", "get_weather", '{"city": "Paris"}')


def chunk(finish_reason=None, **delta):
    return "data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": finish_reason}]})


def read(lines, tools=()):
    completion = Completion(tools)
    deltas = [delta for line in lines for delta in completion.line(line)]
    return [*deltas, *completion.end()]


def text_of(deltas):
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


def calls_of(deltas):
    return [delta for delta in deltas if isinstance(delta, ToolCallDelta)]


def piece(name=None, arguments=None, **fields):
    function = {k: v for k, v in (("name", name), ("arguments", arguments)) if v is not None}
    return chunk(tool_calls=[{**fields, "function": function}])


def test_chunks_without_ids_or_finish_reason_are_taken():
    lines = [
        'data: {"choices":[{"delta":{"content":"Hel"}}]}',
        "",
        'data: {"choices":[{"delta":{"content":"lo"}}]}',
    ]
    assert text_of(read([*lines, "data: [DONE]"])) == "Hello"


def test_a_finish_reason_ends_an_answer_without_done():
    assert text_of(read([chunk(content="Hi"), chunk("stop")])) == "Hi"


def test_an_answer_that_is_not_said_to_be_complete_broke_off():
    with pytest.raises(InferenceFailed, match="broke off"):
        read([chunk(content="Hi")])


def test_comments_other_fields_and_empty_choices_are_passed_over():
    lines = [": ping", "event: message", "id: 4", 'data: {"choices": [], "usage": {}}', "data:", "data: 3"]
    assert read([*lines, "data: [DONE]"]) == []


def test_an_error_in_the_stream_is_told_by_its_kind_alone():
    line = 'data: {"error": {"message": "key sk-secret is bad", "type": "server_error"}}'
    with pytest.raises(InferenceFailed) as failure:
        read([line])
    assert "server_error" in str(failure.value)
    assert "secret" not in str(failure.value)


def test_what_is_not_json_fails():
    with pytest.raises(InferenceFailed, match="not JSON"):
        read(["data: {broken"])


def test_reasoning_is_a_sign_of_life_and_not_spoken():
    completion = Completion()
    assert list(completion.line(chunk(reasoning_content="Hmm, let me think."))) == []
    assert completion.started


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_thoughts_in_tags_are_not_spoken_however_they_are_cut(size):
    text = "<think>The user greets.</think>\n\nHello, 2 < 3 <b>there</b>.<think>Done?"
    lines = [chunk(content=text[n : n + size]) for n in range(0, len(text), size)]
    assert text_of(read([*lines, "data: [DONE]"])) == "Hello, 2 < 3 <b>there</b>."


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            [
                piece(name="get_weather", arguments="", index=0, id="a"),
                piece(arguments='{"city": ', index=0),
                piece(arguments='"Paris"}', index=0),
                piece(name="now", arguments="{}", index=1, id="b"),
            ],
            id="as OpenAI",
        ),
        pytest.param(
            [
                piece(name="get_weather", arguments='{"city": "Paris"}', id="a"),
                piece(name="now", arguments="{}", id="b"),
            ],
            id="whole, no index",
        ),
        pytest.param(
            [
                piece(name="get_weather", arguments='{"city": "Paris"}', index=0, id="a"),
                piece(name="now", arguments="{}", index=0, id="b"),
            ],
            id="every index 0",
        ),
        pytest.param(
            [
                piece(name="get_weather", arguments='{"city": ', index=0, id="a"),
                piece(name="get_weather", arguments='"Paris"}', index=0, id="a"),
                piece(name="now", arguments="{}", index=1, id="b"),
                piece(name="now", arguments="", index=1, id="b"),
            ],
            id="id and name repeated",
        ),
        pytest.param(
            [
                piece(name="get_weather", arguments={"city": "Paris"}, index=0, id="a"),
                piece(name="now", index=1, id="b"),
            ],
            id="arguments as an object, or none",
        ),
    ],
)
def test_the_pieces_of_tool_calls_are_joined(pieces):
    assert read([*pieces, chunk("tool_calls")], {"get_weather", "now"}) == [
        ToolCallDelta("a", "get_weather", '{"city": "Paris"}'),
        ToolCallDelta("b", "now", "{}"),
    ]


def test_two_calls_without_ids_and_with_the_same_index_stay_two():
    pieces = [
        piece(name="add", arguments='{"n": 1}', index=0),
        piece(name="add", arguments='{"n": 2}', index=0),
    ]
    assert [call.arguments for call in read([*pieces, "data: [DONE]"])] == ['{"n": 1}', '{"n": 2}']


def test_the_older_function_call_is_a_tool_call():
    lines = [chunk(function_call={"name": "now", "arguments": "{"}), chunk(function_call={"arguments": "}"})]
    assert read([*lines, chunk("function_call")]) == [ToolCallDelta("", "now", "{}")]


def test_malformed_tool_calls_are_dropped():
    lines = [chunk(tool_calls=[None, 3, {"function": None}, {"function": {"arguments": "{}"}}])]
    assert read([*lines, "data: [DONE]"]) == []


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"name": "get_weather", "arguments": {"city": "Paris"}}', ""),
        ('<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>', ""),
        ('One moment.\n```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```', "One moment."),
        (
            '{"name": "get_weather", "arguments": {"city": "Paris"}}\n'
            '```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```\nDone.',
            "Done.",
        ),
        ('{"function": {"name": "get_weather", "parameters": {"city": "Paris"}}}', ""),
    ],
)
def test_a_call_written_as_text_is_a_call_and_not_speech(written, said, size):
    lines = [chunk(content=written[n : n + size]) for n in range(0, len(written), size)]
    deltas = read([*lines, chunk("stop")], {"get_weather"})
    assert calls_of(deltas) == [WEATHER]
    assert text_of(deltas).strip() == said


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize(
    "text",
    [
        'A set {1, 2} and `code`, a < b, {"name": "unknown_tool", "arguments": {}} it is.',
        'A fence: ```json\n{"city": "Paris"}\n``` and on.',
        'Half a call: {"name": "get_weather", "argu',
        "It ends with a <tool_",
    ],
)
def test_other_text_passes_unharmed_while_tools_are_offered(text, size):
    lines = [chunk(content=text[n : n + size]) for n in range(0, len(text), size)]
    deltas = read([*lines, chunk("stop")], {"get_weather"})
    assert text_of(deltas) == text
    assert calls_of(deltas) == []


def test_ordinary_text_is_not_held_back():
    completion = Completion({"get_weather"})
    assert list(completion.line(chunk(content="Hello, how are you?"))) == [TextDelta("Hello, how are you?")]
