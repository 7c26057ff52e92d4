"""Whether what people do before a browser's camera is noticed, how soon, and whether anything else is."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Figure, milliseconds
from benchmarks.perception import alone
from benchmarks.perception.clips import RESTING
from benchmarks.perception.film import Part, film, length, whole
from benchmarks.perception.stage import Called, Shown, acting, persona
from benchmarks.perception.tools import TOOLS
from benchmarks.rig import Rig
from visavis.layers.perception.conditions import Change
from visavis.layers.perception.embedded import EmbeddedPerception

PEOPLE = (
    *("african man", "old european woman", "asian woman"),
    *("european man", "older african woman", "old asian man"),
)
"""Who acts: the six that are judged, in an order in which the first few differ most."""
SMILE = (Part(4.2), Part(3.0, "smile"))
"""No multiple of the half second in which two pictures are looked at: each smile falls on another moment."""
SCENE = (
    *(Part(12.0), Part(3.0, "smile"), Part(6.0), Part(3.0, "head turned left"), Part(6.0)),
    *(Part(3.0, "smile"), Part(6.0), Part(6.0, "leaves"), Part(8.0)),
)
HAPPENS = {"Smiling": 2, "Looking away from the screen": 1, "Not in view": 1}
"""What the analysis of ``SCENE`` has to name, and how often."""
AT_REST = (Part(62.8),)
"""All of ``alive``'s movements come back to their beginning in this time."""
SOON = 5.0
"""Seconds in which an act's call must come, or it counts as missed."""
PAGE, PEER = "at the page", "at a Python peer in the room"
METHOD = "from the act's first picture in the browser's own camera (a marker in the film) to the event"


@dataclass(slots=True)
class Found:
    """Figures and what else there is to tell."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def smiles(rig: Rig, each: int, people: Sequence[str] = PEOPLE) -> Found:
    """Each of the people smiles so many times; how soon the tool is called, and what of that is waiting."""
    persona_id = await persona(rig, ["user_smiled"])
    at_page: list[float | None] = []
    at_peer: list[float | None] = []
    happened: list[float | None] = []
    ways: list[float | None] = []
    engine_alone: list[float] = []
    rest: list[float | None] = []
    extra, same = 0, 0
    engine = EmbeddedPerception()
    for number, name in enumerate(people):
        path = film(name, SMILE, RESTING[number % len(RESTING)])
        async with acting(rig, persona_id, path) as call:
            shown = await call.after(each, SOON, (each + 2) * length(SMILE) + 20)
            page, peer = await call.page_calls(), call.peer_calls()
        first = [_first(page, one) for one in shown]
        at_page += _since(shown, first)
        at_peer += _since(shown, [_first(peer, one) for one in shown])
        happened += [one.happened - act.began if one else None for one, act in zip(first, shown, strict=True)]
        ways += [one.at - one.happened if one else None for one in first]
        extra += _unasked(page, shown, call.since)
        seen = alone.pictures(path)
        waited = await asyncio.to_thread(alone.delays, engine, seen, SMILE, "smiling")
        engine_alone += waited
        usual = sorted(waited)[len(waited) // 2] if waited else float("nan")
        rest += [one.at - act.began - usual if one else None for one, act in zip(first, shown, strict=True)]
        with_it = await asyncio.to_thread(alone.changes, engine, seen)
        without = await asyncio.to_thread(alone.changes, engine, alone.unmarked(seen))
        same += _times(with_it) == _times(without)
    aim = "1,000"
    return Found(
        [
            milliseconds(f"smile → tool's call, {PAGE}", at_page, f"{METHOD} there", aim=aim),
            milliseconds(f"smile → tool's call, {PEER}", at_peer, f"{METHOD} there", aim=aim),
            milliseconds(
                "of it: the engine's own waiting",
                list(engine_alone),
                "the same films shown to the engine in this process at the same rate, at 6 phases of it, "
                "no wire: first picture of the smile to the picture at which it is told",
            ),
            milliseconds(
                "of it: all the rest",
                rest,
                "what each call took at the page beyond the median of the engine's waiting for that person: "
                "camera, VP8, network, decoding, looking, JPEG, network",
            ),
            milliseconds("smile → tool's call happened", happened, "likewise to the event's own timestamp"),
            milliseconds(
                "tool's call happened → arrives at the page", ways, "the event's timestamp to its arrival"
            ),
            Figure("calls without a smile", "", [extra], "while smiles were timed", aim="0"),
        ],
        [
            f"The marker: with the wall in its place the engine noticed the same at the same times in {same} "
            f"of {len(people)} films.",
            f"Smiles: {', '.join(people)}; {each} each. A smile grows for half a second; it begins with its "
            "first picture.",
        ],
    )


async def coming_and_going(rig: Rig, people: Sequence[str] = PEOPLE[:2]) -> Found:
    """Each of the people leaves and comes back, and somebody joins each."""
    persona_id = await persona(rig, ["user_left", "user_came_back", "second_person"])
    left: list[float | None] = []
    back: list[float | None] = []
    second: list[float | None] = []
    wrong: Counter[str] = Counter()
    for name in people:
        for act in ("leaves", "somebody joins"):
            script = whole(act)
            async with acting(rig, persona_id, film(name, script)) as call:
                (shown,) = await call.after(1, script[1].seconds + 4.0, 2 * length(script) + 20)
                calls = await call.page_calls()
            named = ["user_left", "user_came_back"] if act == "leaves" else ["second_person"]
            wrong.update(one.name for one in calls if one.name not in named and one.at > shown.began)
            if act == "leaves":
                left += _since([shown], [_first(calls, shown, "user_left")])
                gone = [one for one in calls if one.name == "user_came_back" and shown.ended]
                back.append(gone[0].at - (shown.ended or 0.0) if gone else None)
            else:
                second += _since([shown], [_first(calls, shown, "second_person")])
    return Found(
        [
            milliseconds(f"leaving → tool's call, {PAGE}", left, f"{METHOD}; the rule waits 3 s"),
            milliseconds(f"coming back → tool's call, {PAGE}", back, f"{METHOD}; the rule waits 0.4 s"),
            milliseconds(f"a second person → tool's call, {PAGE}", second, f"{METHOD}; the rule waits 1.5 s"),
            Figure("calls of anything else", "", [sum(wrong.values())], "meanwhile", aim="0"),
        ],
        [f"Called wrongly: {dict(wrong)}"] if wrong else [],
    )


async def analysed(rig: Rig, people: Sequence[str] = PEOPLE[:2]) -> Found:
    """What the end's analysis says of somebody who smiles twice, looks away once and leaves once."""
    persona_id = await persona(rig)
    right, extra, notes = list[float](), list[float](), list[str]()
    for name in people:
        async with acting(rig, persona_id, film(name, SCENE)) as call:
            acts = sum(HAPPENS.values())
            shown = await call.after(acts, SCENE[-2].seconds + 5.0, 2 * length(SCENE) + 20)
            if shown[0].began != await call.tab.page.evaluate("__bench.acts[0][0] / 1000"):
                raise RuntimeError("the film began long before the call: the machine is too busy")
            text = await call.analysis()
        named = counted(text)
        right.append(sum(named.get(what) == often for what, often in HAPPENS.items()))
        extra.append(sum(what not in HAPPENS for what in named))
        notes.append(f"The analysis of {name}: {' '.join(text.split())}")
    return Found(
        [
            Figure(
                "analysis: named with the right count",
                "",
                right,
                "smiled 2 times, looked away once, left once: of these 3",
                bad="low",
                aim="3",
            ),
            Figure("analysis: named beside these", "", extra, "any other condition", aim="0"),
        ],
        notes,
    )


async def at_rest(rig: Rig, minutes: float, name: str = PEOPLE[0]) -> Found:
    """A face that does nothing but live, with a tool for everything."""
    persona_id = await persona(rig, TOOLS)
    async with acting(rig, persona_id, film(name, AT_REST)) as call:
        await asyncio.sleep(minutes * 60)
        calls = Counter(one.name for one in await call.page_calls())
        text = await call.analysis()
    if (seen := _in_view(text)) < 0.9 * minutes * 60:
        raise RuntimeError(f"nothing is known: somebody was in view for {seen} s only")
    named = counted(text)
    where = f"{minutes:g} minutes of a neutral, lively face"
    return Found(
        [
            Figure(
                f"false tools' calls in {where}",
                "",
                [sum(calls.values())],
                f"{len(TOOLS)} tools, one for each condition but presence, in plain words; {name}",
                aim="0",
            ),
            Figure(f"named by the analysis of {where}", "", [len(named)], "conditions", aim="0"),
        ],
        [f"Called in a neutral face: {dict(calls)}; the analysis named {named}"] if calls or named else [],
    )


def counted(analysis: str) -> dict[str, int]:
    """How often an analysis says that each condition held."""
    found = re.findall(r"^- (.+?): (once|(\d+) times), ", analysis, re.MULTILINE)
    return {what: int(number or 1) for what, _, number in found}


def _in_view(analysis: str) -> int:
    """Seconds, as an analysis says."""
    found = re.search(r"^- Somebody was in view for (?:(\d+) min )?(\d+) s\.", analysis, re.MULTILINE)
    return 60 * int(found[1] or 0) + int(found[2]) if found else 0


def _first(calls: Sequence[Called], act: Shown, name: str | None = None) -> Called | None:
    """The first call that an act can have caused."""
    timely = (one for one in calls if act.began <= one.at < act.began + SOON)
    return next((one for one in timely if name in (None, one.name)), None)


def _since(shown: Sequence[Shown], calls: Sequence[Called | None]) -> list[float | None]:
    return [one.at - act.began if one else None for one, act in zip(calls, shown, strict=True)]


def _unasked(calls: Sequence[Called], shown: Sequence[Shown], since: float) -> int:
    """Calls that no act explains, among those that came while acts counted."""
    last = shown[-1].began + SOON
    counted = [one for one in calls if since <= one.at < last]
    caused = {id(_first(calls, act)) for act in shown}
    return sum(id(one) not in caused for one in counted)


def _times(changes: Sequence[Change]) -> list[tuple[str, bool, float]]:
    return [(one.condition, one.began, one.noticed) for one in changes]
