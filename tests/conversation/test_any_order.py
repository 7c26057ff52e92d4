"""Random interleavings against a model of the outside world: what must hold whatever happens."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.conversation.world import World
from visavis.conversation import effects as does
from visavis.conversation.inputs import AudioClip

WHO = st.sampled_from(["ann", "bob"])
WORDS = st.sampled_from(["Yes. ", "one two ", "Well, then, my friend, ", "no", "! ", "Dr. No said so. "])
TEXTS = st.sampled_from(["Hello", "What time is it?", ""])
IDS = st.sampled_from([None, "x", "y"])


class AnyOrder(RuleBasedStateMachine):
    world: World

    @initialize(
        greeting=st.sampled_from(["", "Good day. And welcome."]),
        waits=st.sampled_from([True, True, True, False]),
        ahead=st.booleans(),
        phrases=st.sampled_from([("", ""), ("", ""), ("what time", "hello")]),
        engagement=st.sampled_from(["off", "off", "eager"]),
        dialect=st.sampled_from(["union", "union", "2026-06", "pal"]),
        on_call=st.sampled_from(["silent", "generate_filler", "generate_filler"]),
        on_resolve=st.sampled_from(["generate_response", "generate_response", "response_in_result"]),
        perception=st.booleans(),
    )
    def start(
        self,
        greeting: str,
        waits: bool,
        ahead: bool,
        phrases: tuple[str, str],
        engagement: str,
        dialect: str,
        on_call: str,
        on_resolve: str,
        perception: bool,
    ) -> None:
        uses = {"on_call": on_call, "on_resolve": on_resolve}
        names = ("look", "see", "book")
        self.world = World(
            greeting=greeting,
            participant_left_timeout=30.0 if waits else 0.0,
            speculative_inference=ahead,
            wake_phrase=phrases[0],
            sleep_phrase=phrases[1],
            idle_engagement=engagement,
            dialect=dialect,
            tools=tuple({"type": "function", "function": {"name": name}, **uses} for name in names),
            api_tools=("book",),
            perception=perception,
        )
        self.world.take(self.world.call.join("ann"))

    # People

    @rule(who=WHO)
    def join(self, who: str) -> None:
        self.world.take(self.world.call.join(who))

    @rule(who=st.sampled_from(["bob", "bob", "bob", "ann"]))
    def leave(self, who: str) -> None:
        self.world.take(self.world.call.leave(who))

    @rule(who=WHO)
    def begin(self, who: str) -> None:
        self.world.take(self.world.call.begins(who))

    @rule(who=WHO)
    def pause(self, who: str) -> None:
        self.world.take(self.world.call.pauses(who, silence=0.2))

    @rule(who=WHO, text=TEXTS)
    def hear(self, who: str, text: str) -> None:
        self.world.take(self.world.call.hears(text, who))

    @rule(who=WHO, appearance=st.sampled_from(["", "Smiling."]), smiling=st.booleans())
    def look(self, who: str, appearance: str, smiling: bool) -> None:
        self.world.take(self.world.call.looks(who, appearance=appearance, smiling=smiling))

    @rule(analysis=st.sampled_from(["", "A smile."]))
    def conclude(self, analysis: str) -> None:
        self.world.take(self.world.call.concludes(analysis))

    @rule(who=WHO, text=TEXTS)
    def end_turn(self, who: str, text: str) -> None:
        self.world.take(self.world.call.ends_turn(text, who))

    @rule(text=TEXTS, interrupt=st.booleans())
    def respond(self, text: str, interrupt: bool) -> None:
        self.world.take(self.world.call.ask("respond", text=text, interrupt=interrupt))

    @rule(text=WORDS, inference_id=IDS, done=st.booleans())
    def echo(self, text: str, inference_id: str | None, done: bool) -> None:
        self.world.take(self.world.call.ask("echo", text=text, inference_id=inference_id, done=done))

    @rule(inference_id=IDS, done=st.booleans(), clip=st.booleans())
    def echo_audio(self, inference_id: str | None, done: bool, clip: bool) -> None:
        audio = AudioClip(1, 4800) if clip else None
        self.world.take(
            self.world.call.ask("echo", audio, modality="audio", inference_id=inference_id, done=done)
        )

    @rule()
    def interrupt(self) -> None:
        self.world.take(self.world.call.ask("interrupt"))

    @rule(context=TEXTS, done=st.booleans())
    def append(self, context: str, done: bool) -> None:
        status: dict[str, Any] = {"job_status": "completed"} if done else {}
        self.world.take(self.world.call.ask("append_llm_context", context=context, **status))

    @rule(data=st.data())
    def tool_result(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from([*self.world.tool_calls, "unknown"]))
        self.world.take(self.world.call.ask("tool_result", tool_call_id=which, output="done"))

    @rule(data=st.data(), failed=st.booleans())
    def tool_answered(self, data: st.DataObject, failed: bool) -> None:
        which = data.draw(st.sampled_from([*self.world.api_calls, "unknown"]))
        self.world.take(self.world.call.answers(which, "done", failed=failed))

    # Engines

    @rule(text=WORDS)
    def write(self, text: str) -> None:
        self.world.write(text)

    @rule(names=st.sampled_from([("look", "see"), ("book",), ("book", "see")]))
    def call_tools(self, names: tuple[str, ...]) -> None:
        if self.world.inferring:
            generation = self.world.inferring[-1]
            calls = (("t" if name == "look" else "", name, "{}") for name in names)
            self.world.take(self.world.call.calls(generation, *calls))

    @rule(fails=st.booleans())
    def finish(self, fails: bool) -> None:
        self.world.finish("broken off" if fails else None)

    @rule(fails=st.sampled_from([False, False, False, True]))
    def voice(self, fails: bool) -> None:
        self.world.voice(fails)

    @rule(samples=st.sampled_from([960, 24_000, 10**6]))
    def play(self, samples: int) -> None:
        self.world.play(samples)

    @rule(text=WORDS, steps=st.integers(1, 6))
    def get_on(self, text: str, steps: int) -> None:
        """Several things that usually follow each other."""
        self.world.write(text)
        for step in (self.world.finish, self.world.voice, self.world.voice, self.world.voice)[:steps]:
            step()
        self.world.play(24_000 * steps)

    @rule()
    def answer_stop(self) -> None:
        self.world.answer_stop()

    @precondition(lambda self: self.world.ever_inferred)
    @rule(data=st.data(), text=WORDS)
    def write_late(self, data: st.DataObject, text: str) -> None:
        """A chunk of an inference that was cancelled or is over."""
        generation = data.draw(st.sampled_from(self.world.ever_inferred))
        if generation not in self.world.inferring and not self.world.call.core.ended:
            late = [does.Ignore("the conversation is ending")] * 2 if self.world.ending else []
            assert self.world.call.writes(generation, text) == late

    @rule(data=st.data())
    def time_goes_on(self, data: st.DataObject) -> None:
        ends = ("max_call_duration", "participant_left_timeout", "participant_absent_timeout")
        names = sorted(name for name in self.world.timers if name not in ends)
        if names and not self.world.call.core.ended:
            self.world.fire(data.draw(st.sampled_from(names)))

    # What must hold

    @invariant()
    def history_is_what_was_heard(self) -> None:
        self.world.check_history()

    @invariant()
    def what_is_stopped_is_not_thought_on(self) -> None:
        assert not set(self.world.stops) & set(self.world.inferring)

    def teardown(self) -> None:
        if not hasattr(self, "world") or self.world.call.core.ended:
            return
        for who in ("ann", "bob"):
            self.world.take(self.world.call.ends_turn("", who))
        self.world.come_to_rest()
        self.world.check_history()
        self.world.take(self.world.call.ends())
        if not self.world.call.core.ended:
            self.world.take(self.world.call.concludes("A smile."))
        assert self.world.call.core.ended
        assert not self.world.users_speaking
        assert not self.world.replica_speaks


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=120, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
