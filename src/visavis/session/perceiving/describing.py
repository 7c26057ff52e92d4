"""A vision-language model beside the engine that measures: what it says goes where measured things go."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from visavis.layers.perception.asked import Tool
from visavis.layers.perception.summary import untold
from visavis.layers.perception.vision.base import Observation, Shot, ToolCalled
from visavis.layers.perception.vision.lens import source
from visavis.layers.perception.vision.looker import Looker
from visavis.rooms.base import VideoKind
from visavis.session.perceiving.concluding import SILENT, Witnessed, analysis
from visavis.session.spec import PerceptionSpec, VisionSpec

CONCLUDES_WITHIN = 8.0
"""Seconds for the analysis; the core does not wait much longer."""
HURRIED = 2.0
"""Seconds for it when the server stops: it waits for no conversation longer than ``session.host.GOODBYE``."""
_AGES_EVERY = 1.0
"""Seconds after which words may have to say that they are older."""


class Shown(Protocol):
    """Whoever keeps frames and tells what is perceived; the ``Perceiver``."""

    def shots(self) -> Sequence[Shot]:
        """The newest frame of everything that is shown now."""
        ...

    def described(
        self,
        participant_id: str,
        *,
        appearance: str | None = None,
        emotions: str | None = None,
        screenshare: str | None = None,
    ) -> None:
        """This is said of a participant from now on."""
        ...

    def call(
        self,
        participant_id: str,
        tool: Tool,
        arguments: dict[str, Any],
        kind: VideoKind = "camera",
        frame: Any | None = None,
    ) -> None:
        """Call a tool of the persona."""
        ...


class Describing:
    """Of one conversation.

    Args:
        spec: what is asked.
        vision: the model.
        shown: has the frames, and tells.
        elapsed: seconds since the conversation began.
    """

    def __init__(
        self, spec: PerceptionSpec, vision: VisionSpec, shown: Shown, elapsed: Callable[[], float]
    ) -> None:
        self._spec, self._shown, self._elapsed = spec, shown, elapsed
        self._tools = {tool.name: tool for tool in spec.tools if tool.modality == "vision"}
        self._looker = Looker(vision, spec, self, elapsed, self._observed, self._called)
        self._described: set[str] = set()
        self._within = CONCLUDES_WITHIN

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._looker.run(), name="vision")
            group.create_task(self._grow_old(), name="vision-ages")

    def newest(self) -> Sequence[Shot]:
        """For the looker."""
        return self._shown.shots()

    def stats(self) -> dict[str, Any]:
        """See ``Looker.stats``."""
        return self._looker.stats()

    def hurry(self) -> None:
        """There is little time for a conclusion."""
        self._within = HURRIED

    async def conclude(self, people: Mapping[str, Witnessed]) -> str:
        """The account of the call: the model's, then what was measured; without the model's, that alone.

        The model knows participants by numbers; their names stay here.

        Args:
            people: by their ids, in the order in which they came.
        """
        spec, hidden = self._spec, untold(self._spec.emotion_recognition)
        numbered = [
            replace(one, name=f"Participant {self._looker.number(who)}") for who, one in people.items()
        ]
        answerable = [query for query in spec.analysis_queries if query.signal is not None]
        text = await self._looker.conclude(
            analysis(numbered, answerable, hidden), self._elapsed() + self._within
        )
        if text is None:
            return analysis(list(people.values()), spec.analysis_queries, hidden, SILENT)
        names = {str(self._looker.number(who)): one.called for who, one in people.items()}
        text = re.sub(
            r"\bparticipant (\d+)\b", lambda found: names.get(found[1]) or found[0], text, flags=re.IGNORECASE
        )
        withheld = [query for query in spec.analysis_queries if query.withheld]
        measured = analysis(list(people.values()), withheld, hidden)
        return f"{text}\n\n## Measured\n\n{measured}" if measured else text

    def came_back(self, before: str, now: str) -> None:
        """A participant has another id than before."""
        self._looker.came_back(before, now)

    async def aclose(self) -> None:
        """Give connections back."""
        await self._looker.aclose()

    async def _grow_old(self) -> None:
        while True:
            await asyncio.sleep(_AGES_EVERY)
            for participant_id in list(self._described):
                self._tell(participant_id)

    def _observed(self, seen: Observation) -> None:
        self._described.add(seen.participant_id)
        self._tell(seen.participant_id)

    def _tell(self, participant_id: str) -> None:
        seen, now = self._looker.seen(participant_id), self._elapsed()
        if seen is None:
            self._described.discard(participant_id)
            self._shown.described(participant_id, appearance="", emotions="", screenshare="")
            return
        self._shown.described(
            participant_id,
            appearance=seen.appearance_words(now),
            emotions=seen.emotion_words(now),
            screenshare=seen.screenshare_words(now),
        )

    def _called(self, made: ToolCalled) -> None:
        if not {source(photo.shot) for photo in made.photos} <= {source(shot) for shot in self.newest()}:
            return  # what the model was shown is off by now
        shots = {photo.shot.origin: photo.shot for photo in made.photos}
        shot = shots.get("camera") or shots["screen"]
        self._shown.call(
            made.participant_id, self._tools[made.name], made.arguments, shot.origin, frame=shot.frame
        )
