"""What the face shows: a client's emotion is held, a tag's lasts from its word to the utterance's end."""

import pytest

from tests.conversation.driving import Driven, event, only
from visavis.conversation import effects as does
from visavis.conversation.script import Script


def shown(effects: list[does.Effect]) -> list[str]:
    return [effect.emotion for effect in only(effects, does.SetEmotion)]


def test_what_a_client_sets_is_held_until_the_next_time() -> None:
    call = Driven()
    assert shown(call.ask("set_emotion", emotion="happiness")) == ["happy"]
    assert shown(call.ask("set_emotion", emotion="happiness")) == []
    call.speaks(2.0)
    assert shown(call.ask("set_emotion", emotion="SADNESS")) == ["sad"]


def test_an_emotion_that_there_is_not_is_neutral() -> None:
    call = Driven()
    call.ask("set_emotion", emotion="anger")
    assert shown(call.ask("set_emotion", emotion="hunger")) == ["neutral"]


def test_a_chat_has_no_face() -> None:
    call = Driven(chat=True)
    effects = call.ask("set_emotion", emotion="anger")
    assert only(effects, does.Ignore)[0].reason == "set_emotion: a chat has no face"


def test_a_tag_shows_at_its_word_and_goes_with_the_utterance() -> None:
    call = Driven()
    call.ask("set_emotion", emotion="contempt")
    effects = call.ask("echo", text='One two <emotion value="excited"/>three four. <emotion value="sad"/>')
    assert [speak.text for speak in only(effects, does.Speak)] == ["One two three four."]
    call.voices(effects)
    assert shown(call.plays(1, 0.4)) == []
    assert shown(call.plays(1, 1.1)) == ["excited"]
    assert shown(call.plays(1, 1.9)) == []
    end = call.plays(1, 2.0)
    assert shown(end) == ["contempt"]
    assert event(end, "utterance.streaming")["properties"]["speech"] == "One two three four."


def test_a_tag_at_the_beginning_shows_with_the_first_sound() -> None:
    call = Driven()
    call.voices(call.ask("echo", text='<emotion value="elated"/>One two three.'))
    assert shown(call.plays(1, 0.1)) == ["happy"]


def test_an_interruption_ends_it() -> None:
    call = Driven()
    call.voices(call.ask("echo", text='<emotion value="angry"/>One two three.'))
    assert shown(call.plays(1, 0.1)) == ["angry"]
    call.ask("interrupt")
    assert shown(call.falls_silent(1, 0.3)) == ["neutral"]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_tag_is_found_wherever_the_text_is_cut(cut: int) -> None:
    text = 'So <emotion value="scared"/>what **now**?'
    script = Script(markdown=True)
    script.feed(text[:cut])
    script.feed(text[cut:])
    script.close()
    assert script.text == "So what now?"
    assert script.emotions == [(3, "scared")]


@pytest.mark.parametrize(
    "tag", ["<emotion value='sad'>", "<EMOTION value=sad />", '<emotion  value = "sad"/>']
)
def test_tags_may_be_written_in_several_ways(tag: str) -> None:
    script = Script(markdown=False)
    script.feed(f"{tag}Oh.")
    script.close()
    assert (script.text, script.emotions) == ("Oh.", [(0, "sad")])


def test_nobody_can_forge_a_mark() -> None:
    script = Script(markdown=False)
    script.feed("a\ue001b")
    script.close()
    assert (script.text, script.emotions) == ("ab", [])
