"""What is said for what is written, and which written words have been said when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.session.scripted import ScriptedLLM, ToneTTS
from tests.session.test_live import SPEC, conversation, message
from visavis.layers.tts.respelling import Respelling, Substitute
from visavis.session.pronunciation import Pronunciation, Rule


def rules(*given: dict[str, Any]) -> list[Rule]:
    return [Rule.model_validate({"type": "alias", **one}) for one in given]


def said(text: str, *given: dict[str, Any]) -> str:
    return Pronunciation(rules(*given)).applied(text)[0].said


@pytest.mark.parametrize(
    ("rule", "text", "spoken"),
    [
        ({"text": "SQL", "pronunciation": "sequel"}, "SQL, sql and SQLite.", "sequel, sequel and SQLite."),
        ({"text": "SQL", "pronunciation": "s", "case_sensitive": True}, "SQL sql", "s sql"),
        ({"text": "SQL", "pronunciation": "my sequel", "word_boundaries": False}, "SQLite", "my sequelite"),
        ({"text": "New York", "pronunciation": "the city"}, "In New York!", "In the city!"),
        ({"text": "C++", "pronunciation": "see plus plus"}, "C++? C++11", "see plus plus? see plus plus11"),
        ({"text": "straße", "pronunciation": "street"}, "Die STRASSE, die Straße", "Die STRASSE, die street"),
        ({"text": "a", "pronunciation": "a a"}, "a", "a a"),
        ({"text": "क", "pronunciation": "ka"}, "के क", "के ka"),
        ({"text": "cafe", "pronunciation": "inn"}, "cafe\u0301 cafe", "cafe\u0301 inn"),
        ({"text": "ss", "pronunciation": "es es"}, "ß", "ß"),
    ],
)
def test_a_rule_changes_what_is_said(rule: dict[str, Any], text: str, spoken: str) -> None:
    assert said(text, rule) == spoken


def test_the_longest_text_wins() -> None:
    both = ({"text": "New", "pronunciation": "old"}, {"text": "New York", "pronunciation": "the city"})
    assert said("New York is New", *both) == "the city is old"


def test_sounds_are_told_by_their_place_in_what_is_said() -> None:
    given = rules({"text": "SQL", "pronunciation": "my sequel"}, {"text": "Ghent", "pronunciation": "ɡɛnt"})
    given[1] = given[1].model_copy(update={"type": "ipa"})
    respelling, (spelled,) = Pronunciation(given).applied("SQL in Ghent.")
    assert respelling.said == "my sequel in Ghent."
    assert (respelling.said[spelled.start : spelled.end], spelled.ipa) == ("Ghent", "ɡɛnt")


@given(st.lists(st.tuples(st.text("ab .", max_size=6), st.text("xy ", min_size=1, max_size=6)), max_size=5))
def test_words_of_what_is_said_end_where_written_ones_do(parts: list[tuple[str, str]]) -> None:
    """Whatever is replaced: in order, within the text, and all of it at the end."""
    written, substitutes = "", []
    for plain, alias in parts:
        written += plain
        substitutes.append(Substitute(len(written), len(written) + 2, alias))
        written += "QQ"
    written += "."
    respelling = Respelling(written, substitutes)
    words = respelling.written_words(ToneTTS().synthesize(respelling.said).words)
    ends = [word.text_end for word in words]
    assert ends == sorted(set(ends)) and ends[-1] == len(written)


async def test_a_rule_is_heard_and_only_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sound is that of three words, the events hold the one that is written."""
    spoken: list[str] = []
    real = ToneTTS.synthesize

    def listen(self: ToneTTS, text: str) -> Any:
        spoken.append(text)
        return real(self, text)

    monkeypatch.setattr(ToneTTS, "synthesize", listen)
    made = rules({"text": "SQL", "pronunciation": "es queue el"})
    async with conversation(ScriptedLLM(), SPEC.model_copy(update={"pronunciation": made})) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="We use SQL here."))
        stopped = await stage.until(guest, "conversation.replica.stopped_speaking")
        assert spoken == ["We use es queue el here."]
        assert stopped["properties"]["duration"] == pytest.approx(0.6, abs=0.05)
        told = [
            data["properties"]["speech"] for _, data in guest.received if "utterance" in data["event_type"]
        ]
        assert "We use SQL" in told and told[-1] == "We use SQL here."
        assert all("We use SQL here.".startswith(speech) for speech in told)


async def test_sounds_that_no_engine_takes_are_warned_of_once_and_the_text_is_read() -> None:
    made = [Rule(text="Ghent", pronunciation="ɡɛnt", type="ipa")]
    with capture_logs() as logs:
        async with conversation(ScriptedLLM(), SPEC.model_copy(update={"pronunciation": made})) as stage:
            guest = stage.room.join()
            guest.send(message("conversation.echo", text="Ghent. And Ghent again."))
            await stage.until(guest, "conversation.replica.stopped_speaking")
    warned = [one["event"] for one in logs if one["log_level"] == "warning"]
    assert warned == ["rules of type ipa have no effect: the TTS engine takes no sounds"]
