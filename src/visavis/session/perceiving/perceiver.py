"""Perception of one conversation: who is looked at, and what becomes of what is seen and heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from visavis.conversation.inputs import Input, PerceptionConcluded
from visavis.layers.perception.asked import Tool
from visavis.layers.perception.base import PerceptionEngine, Sight
from visavis.layers.perception.summary import untold
from visavis.layers.perception.vision.base import Shot
from visavis.rooms.base import Participant, Room, VideoKind
from visavis.session.engines import Lane
from visavis.session.perceiving.calling import Calling, ToolApis
from visavis.session.perceiving.concluding import Witnessed, analysis
from visavis.session.perceiving.describing import Describing
from visavis.session.perceiving.hearing import Hearing
from visavis.session.perceiving.person import Person, covered
from visavis.session.perceiving.pictures import Attachments
from visavis.session.perceiving.telling import Telling
from visavis.session.perceiving.watching import Watching
from visavis.session.spec import PerceptionSpec

log = structlog.get_logger(__name__)


class Perceiver:
    """Looks at whoever shows themselves, and only while they do.

    Pictures are kept in memory, the newest of each source, while it is shown.

    Args:
        spec: what is asked.
        engine: sees and hears.
        lane: where it sees.
        hearing: where it hears: a turn that ends must not wait for everybody's pictures.
        room: shows people.
        elapsed: seconds since the conversation began.
        feed: takes what is perceived.
        apis: calls tools that have an API.
        look_at: told where the face is that the replica looks at (``ReplicaRenderer.looking_at``).
    """

    def __init__(
        self,
        spec: PerceptionSpec,
        engine: PerceptionEngine,
        lane: Lane,
        hearing: Lane,
        room: Room,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
        apis: ToolApis,
        look_at: Callable[[tuple[float, float] | None], None],
    ) -> None:
        self._spec, self._engine, self._hearing = spec, engine, hearing
        self._elapsed, self._feed, self._look_at = elapsed, feed, look_at
        self._watching = Watching(engine, lane, room, elapsed, self._saw, self._gone)
        self._calling = Calling(lane, elapsed, feed, apis)
        self._people: dict[str, Person] = {}
        self._here: dict[str, Telling] = {}
        self._speaker: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False
        self._hears = spec.emotion_recognition == "full"
        self._describing = Describing(spec, spec.vision, self, elapsed) if spec.vision else None
        if self._describing:
            self._spawn(self._describe(self._describing))

    # Who is here

    def joined(self, participant: Participant) -> None:
        """Somebody came; or came back, if who was lost had the same name."""
        if self._over:
            return
        person = self._people[participant.id] = Person(participant, self._spec, self._elapsed)
        self._remember(person)
        self._here[participant.id] = Telling(person.perceived, self._elapsed, self._feed)
        self._watching.attend(person)

    def updated(self, participant: Participant) -> None:
        """Somebody shows something else than before."""
        if participant.id in self._here:
            person = self._people[participant.id]
            person.participant = participant
            self._watching.attend(person)

    def left(self, participant_id: str) -> None:
        """Somebody is gone; what happened is remembered for the end."""
        telling = self._here.pop(participant_id, None)
        if telling is None:
            return
        telling.close()
        person = self._people[participant_id]
        self._watching.leave(person)
        if self._speaker == participant_id:
            self._speaker = None
        if not _witnessed(person).anything:
            del self._people[participant_id]
        person.turns.forget_voice()
        self._follow()

    def newest(self, participant_id: str, kind: VideoKind) -> Any | None:
        """The newest ``av.VideoFrame`` of what somebody shows now."""
        person = self._people.get(participant_id)
        return person.newest.get(kind) if person else None

    def shots(self) -> list[Shot]:
        """All of them, of everybody who is here."""
        return [
            Shot(person.id, kind, person.taken[kind], frame)
            for person in (self._people[one] for one in self._here)
            for kind, frame in person.newest.items()
        ]

    def stats(self) -> dict[str, Any]:
        """For metrics; empty without a vision-language model."""
        return self._describing.stats() if self._describing else {}

    def hearing(self, participant_id: str) -> Hearing | None:
        """What follows the turns of somebody who is here."""
        if participant_id not in self._here:
            return None
        person = self._people[participant_id]
        return Hearing(person, self._engine if self._hears else None, self._hearing, self._elapsed, self)

    def _remember(self, person: Person) -> None:
        gone = (one for one in self._people.values() if one.id not in self._here and one is not person)
        before = next((one for one in gone if one.is_likely(person)), None)
        if before is not None:
            person.go_on(before)
            del self._people[before.id]
            if self._describing:
                self._describing.came_back(before.id, person.id)

    # What is seen

    def _saw(self, person: Person, sight: Sight) -> None:
        if self._over or person.id not in self._here:
            return
        if sight.origin == "camera":
            person.covered = covered(sight)
        if person.covered and sight.origin == "camera":
            self._gone(person, "camera")
            return
        for change in person.see(sight):
            for tool, arguments in person.calls.seen(change, person.account):
                kind: VideoKind = "screen" if change.condition == "sharing the screen" else "camera"
                self.call(person.id, tool, arguments, kind)
        self._follow()
        self._here[person.id].refresh()

    def _gone(self, person: Person, kind: VideoKind) -> None:
        """Nothing is to be seen any more; that calls no tool but those that wait for the end of sharing."""
        changes = person.hidden(kind, self._elapsed())
        telling = self._here.get(person.id)
        if telling is not None:
            for change in changes if kind == "screen" else ():
                for tool, arguments in person.calls.seen(change, person.account):
                    self.call(person.id, tool, arguments, kind)
            telling.refresh()
        self._follow()

    def _follow(self) -> None:
        """The replica looks at whoever spoke last, else at the first one it sees."""
        order = sorted(self._here, key=lambda one: one != self._speaker)
        faces = (self._people[one].face_at for one in order)
        self._look_at(next((face for face in faces if face is not None), None))

    # What is said

    def described(
        self,
        participant_id: str,
        *,
        appearance: str | None = None,
        emotions: str | None = None,
        screenshare: str | None = None,
    ) -> None:
        """Somebody who can read pictures says this of a participant; None leaves what was said before.

        It is told beside what is measured, and forgotten when the source it was read from is off.
        """
        if participant_id not in self._here:
            return
        described = self._people[participant_id].described
        described.appearance = described.appearance if appearance is None else appearance
        described.emotions = described.emotions if emotions is None else emotions
        described.screenshare = described.screenshare if screenshare is None else screenshare
        self._here[participant_id].refresh()

    def speaks(self, participant_id: str) -> None:
        """Somebody begins to speak: the replica looks at them."""
        self._speaker = participant_id
        self._follow()

    def heard(self, participant_id: str) -> None:
        """Somebody's turn was heard to its end."""
        if telling := self._here.get(participant_id):
            telling.refresh()

    def call(
        self,
        participant_id: str,
        tool: Tool,
        arguments: dict[str, Any],
        kind: VideoKind = "camera",
        frame: Any | None = None,
    ) -> None:
        """Call a tool of the persona.

        Args:
            participant_id: for whose sake.
            tool: which.
            arguments: for its parameters.
            kind: what the picture that goes with it is of.
            frame: that picture; None: the newest.
        """
        if self._over:
            return
        if not tool.frames or tool.modality != "vision":
            frame = None
        elif frame is None:
            frame = self.newest(participant_id, kind)
        self._calling.call(tool, arguments, frame)

    @property
    def attachments(self) -> Attachments:
        """The picture of the tool's call that is being told."""
        return self._calling.attachments

    # The end

    def conclude(self) -> None:
        """Tell what the whole call was like: at once, or when the vision-language model has had its say.

        What is shown meanwhile calls nothing any more.
        """
        self._over = True
        self._calling.conclude()
        people = {one: _witnessed(person) for one, person in self._people.items()}
        if self._describing:
            self._spawn(self._conclude(self._describing, people))
            return
        hidden = untold(self._spec.emotion_recognition)
        self._concluded(analysis(list(people.values()), self._spec.analysis_queries, hidden))

    def hurry(self) -> None:
        """The server stops: there is little time for a conclusion."""
        if self._describing:
            self._describing.hurry()

    async def _conclude(self, describing: Describing, people: dict[str, Witnessed]) -> None:
        self._concluded(await describing.conclude(people))

    def _concluded(self, told: str) -> None:
        self._feed(PerceptionConcluded(at=self._elapsed(), analysis=told))

    async def _describe(self, describing: Describing) -> None:
        try:
            await describing.run()
        except Exception:
            log.exception("the vision-language model looks no more")

    async def aclose(self) -> None:
        """Look at nobody any more, and forget all pictures."""
        self._over = True
        for participant_id in list(self._here):
            self.left(participant_id)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(
            self._watching.aclose(), self._calling.aclose(), *self._tasks, return_exceptions=True
        )
        if self._describing:
            await self._describing.aclose()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _witnessed(person: Person) -> Witnessed:
    return Witnessed(person.participant.user_name, person.account, person.turns.spoken)
