"""What a run made on the server, and its removal."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

IDS = {
    "conversations": ("conversation_id",),
    "personas": ("persona_id",),
    "pals": ("pal_id", "persona_id"),
    "objectives": ("objectives_id",),
    "guardrails": ("uuid", "guardrails_id"),
    "documents": ("document_id",),
    "pronunciation-dictionaries": ("pronunciation_dictionary_id", "uuid"),
}
"""For each path that makes something, the keys under which its id is found."""
CONVERSATIONS = "conversations"

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to remove something."""
AT_ONCE = PAUSES[:2]
"""The same right after a case, while others wait for their turn; what is left is tried again at the end."""
LONGEST_PAUSE = 30.0
LIMIT = 30.0
"""Seconds that the removal of a case's belongings may take."""
LAST_LIMIT = 90.0
"""Seconds that the removal of everything may take, at the end of a run."""
ANSWER_LIMIT = 15.0
"""Seconds that a creation under way may take, once nobody waits for it any more."""
AT_A_TIME = 4
"""Requests; a server that is asked for everything at once refuses."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
GONE = frozenset({400, 404, 410})
PAGE, PAGES = 100, 10


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that was made.

    Attributes:
        case: who made it.
        kind: its path, a key of ``IDS``.
        id: its id.
        name: what people are told; never the id of a conversation, which opens its room.
    """

    case: str
    kind: str
    id: str
    name: str

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/{self.kind}/{quote(self.id, safe='')}"

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


class Belongings:
    """Everything that a run made, by case, until it is removed."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._gate = asyncio.Semaphore(AT_A_TIME)
        self._things: list[Thing] = []
        self._posts: list[tuple[str, asyncio.Task[httpx.Response]]] = []
        self._personas: set[str] = set()
        self._unanswered = self._unseen = False

    @property
    def left(self) -> list[str]:
        """What is still there, in words for people."""
        found = [str(thing) for thing in self._things]
        if self._unanswered and self._unseen:
            found.append(f"{CONVERSATIONS}: perhaps one whose creation was not answered")
        return found

    async def post(self, case: str, path: str, **options: Any) -> httpx.Response:
        """A POST whose result is kept; who stops waiting for it does not stop it."""
        task = asyncio.create_task(self._post(case, path, options))
        self._posts.append((case, task))
        return await asyncio.shield(task)

    async def remove(self, case: str) -> None:
        """End and delete what a case made; what resists stays until the end of the run."""
        with contextlib.suppress(TimeoutError):  # it is tried again
            async with asyncio.timeout(LIMIT):
                await self._remove_all(case, AT_ONCE)

    async def clean(self, prefix: str) -> None:
        """End and delete everything; what resists stays in ``left``.

        Args:
            prefix: what the names of the run's conversations begin with.
        """
        with contextlib.suppress(TimeoutError):  # what is still there then is in ``left``
            async with asyncio.timeout(LAST_LIMIT):
                await self._remove_all(None, PAUSES)
                await self._sweep(prefix)
                await self._remove_all(None, AT_ONCE)

    async def _sweep(self, prefix: str) -> None:
        """Find active conversations of this run whose creation was never answered."""
        known = {thing.id for thing in self._things}
        for page in range(1, PAGES + 1):
            answer = await self._ask("GET", f"/conversations?status=active&limit={PAGE}&page={page}", AT_ONCE)
            rows = _rows(answer)
            self._unseen = rows is None
            for row in rows or ():
                name, found = row.get("conversation_name"), row.get("conversation_id")
                ours = str(name).startswith(prefix) or row.get("persona_id") in self._personas
                if ours and isinstance(found, str) and found not in known:
                    known.add(found)
                    self._things.append(Thing("", CONVERSATIONS, found, _told(name, found)))
            if len(rows or ()) < PAGE:
                return

    async def _post(self, case: str, path: str, options: dict[str, Any]) -> httpx.Response:
        kind = path.partition("?")[0].strip("/")
        try:
            answer = await self._http.post(path, **options)
        except BaseException:
            self._unanswered |= kind == CONVERSATIONS
            raise
        if answer.is_success and kind in IDS:
            self._remember(case, kind, answer)
        return answer

    def _remember(self, case: str, kind: str, answer: httpx.Response) -> None:
        body = _json(answer)
        ids = (body.get(key) for key in IDS[kind]) if isinstance(body, dict) else ()
        found = next((one for one in ids if isinstance(one, str) and one), None)
        if found is None:
            self._unanswered |= kind == CONVERSATIONS
            return
        if kind in ("personas", "pals"):
            self._personas.add(found)
        name = _told(body.get("conversation_name"), found) if kind == CONVERSATIONS else found
        self._things.append(Thing(case, kind, found, name))

    async def _answered(self, case: str | None) -> None:
        """Wait for the creations that are under way."""
        waiting = [task for whose, task in self._posts if case in (None, whose)]
        self._posts = [(whose, task) for whose, task in self._posts if task not in waiting]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=ANSWER_LIMIT)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _remove_all(self, case: str | None, pauses: Sequence[float]) -> None:
        """Conversations first: they cost minutes, and may hold the others."""
        await self._answered(case)
        things = [thing for thing in self._things if case in (None, thing.case)]
        for held in (True, False):
            async with asyncio.TaskGroup() as group:
                for thing in things:
                    if (thing.kind == CONVERSATIONS) == held:
                        group.create_task(self._remove(thing, pauses))

    async def _remove(self, thing: Thing, pauses: Sequence[float]) -> None:
        async with self._gate:
            if thing.kind == CONVERSATIONS:
                await self._ask("POST", f"{thing.path}/end", pauses)
            answer = await self._ask("DELETE", thing.path, pauses)
            if answer is not None and not answer.is_success:
                answer = await self._ask("GET", thing.path, pauses)
                if answer is not None and answer.status_code not in GONE:
                    return
        if answer is not None and thing in self._things:
            self._things.remove(thing)

    async def _ask(self, method: str, path: str, pauses: Sequence[float]) -> httpx.Response | None:
        """The answer; None when there was none that settles it."""
        for pause in (*pauses, None):
            answer = None
            with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
                answer = await self._http.request(method, path)
                if answer.status_code not in AGAIN:
                    return answer
            if pause is not None:
                await asyncio.sleep(max(pause, retry_after(answer)))
        return None


def retry_after(answer: httpx.Response | None) -> float:
    """Seconds that the server asks to wait, within reason; 0 when it does not."""
    try:
        asked = float(answer.headers.get("retry-after", 0)) if answer is not None else 0.0
    except ValueError:  # a date
        asked = 0.0
    return min(max(asked, 0.0), LONGEST_PAUSE)


def _rows(answer: httpx.Response | None) -> list[dict[str, Any]] | None:
    """The entries of a list; None when it is none."""
    body = _json(answer) if answer is not None and answer.is_success else None
    rows = body.get("data") if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _told(name: object, conversation_id: str) -> str:
    if isinstance(name, str) and name and name != conversation_id:
        return name
    return f"sha256 {hashlib.sha256(conversation_id.encode()).hexdigest()[:12]}"
