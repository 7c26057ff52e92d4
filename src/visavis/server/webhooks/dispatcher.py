"""Takes webhooks out of the outbox and delivers them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from visavis.logs import short
from visavis.server.metrics import Metrics
from visavis.server.store import Webhook, WebhookAttempt
from visavis.server.store.models import now as time_of_day
from visavis.server.store.webhooks import Webhooks
from visavis.server.webhooks.delivery import Client, Outcome, Verdict, attempt
from visavis.server.webhooks.schedule import pause

MOST_AT_ONCE = 16
MOST_TO_ONE = 4
"""To one server at once, so that one which is slow or dead leaves room for the others."""
LOOK = 5.0
"""Seconds after which the outbox is looked into, whether or not somebody says that there is something."""
TIDY = timedelta(hours=1)
GRACE = 3.0
"""Seconds that what is due has when the server stops."""
AWAY = 5.0
"""Seconds between tries to write how an attempt went."""

log = structlog.get_logger(__name__)


class Dispatcher:
    """Delivers, several at once; one at a time of each conversation to each URL.

    Args:
        outbox: what is to be sent; how it went is kept there.
        client: sends.
        secrets: sign.
        metrics: are told how it went.
        keep: how long what was delivered or given up stays in the log of deliveries.
        now: the time of day.
    """

    def __init__(
        self,
        outbox: Webhooks,
        client: Client,
        secrets: Sequence[str],
        metrics: Metrics,
        keep: timedelta,
        now: Callable[[], datetime] = time_of_day,
    ) -> None:
        self._outbox, self._client, self._secrets = outbox, client, secrets
        self._metrics, self._keep_for, self._now = metrics, keep, now
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._to: Counter[str] = Counter()
        self._tidied: datetime | None = None
        self._running: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Deliver from now on."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Take what is due for ``GRACE`` seconds more; what is left is sent after the next start."""
        self._stopping = True
        self._outbox.arrived.set()
        if self._running:  # not cancelled: a look into the database is better finished
            await asyncio.gather(self._running, return_exceptions=True)
        try:
            async with asyncio.timeout(GRACE):
                await self._send_the_rest()
        except TimeoutError:
            log.info("webhooks are left for the next start")
        except Exception as error:
            log.warning("webhooks are left for the next start", exc_info=error)
        left = list(self._flying.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _send_the_rest(self) -> None:
        await self._send_due(self._now())
        while self._flying:
            await asyncio.wait(self._flying.values(), return_when=asyncio.FIRST_COMPLETED)
            await self._send_due(self._now())

    async def _run(self) -> None:
        while not self._stopping:
            self._outbox.arrived.clear()
            try:
                wait = await self._round(self._now())
            except Exception as error:
                # The database may be away for a while, and nobody else looks after what waits in it.
                log.warning("the outbox cannot be read; trying again", exc_info=error)
                wait = LOOK
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._outbox.arrived.wait()

    async def _round(self, at: datetime) -> float:
        """Send what is due; seconds until there may be more."""
        await self._send_due(at)
        self._metrics.webhooks_pending.set(await self._outbox.pending())
        if self._tidied is None or at - self._tidied >= TIDY:
            await self._outbox.remove_settled(at - self._keep_for)
            self._tidied = at
        following = await self._outbox.next_due(at)
        return min(LOOK, (following - at) / timedelta(seconds=1)) if following else LOOK

    async def _send_due(self, at: datetime) -> None:
        """Send as much of what is due as may be sent at once."""
        while len(self._flying) < MOST_AT_ONCE:
            busy = [server for server, count in self._to.items() if count >= MOST_TO_ONE]
            flying = set(self._flying)  # some land while the outbox is read, and are in what was read
            due = await self._outbox.due(at, MOST_AT_ONCE, busy)
            waiting = [webhook for webhook in due if webhook.number not in flying]
            held_back = False
            for webhook in waiting[: MOST_AT_ONCE - len(self._flying)]:
                if self._to[server_of(webhook.url)] < MOST_TO_ONE:
                    self._send(webhook)
                else:
                    held_back = True
            if not held_back:
                return

    def _send(self, webhook: Webhook) -> None:
        server = server_of(webhook.url)
        self._to[server] += 1
        task = asyncio.create_task(self._deliver(webhook))
        self._flying[webhook.number] = task
        task.add_done_callback(lambda _: self._landed(webhook.number, server))

    def _landed(self, number: int, server: str) -> None:
        del self._flying[number]
        self._to[server] -= 1
        if not self._to[server]:
            del self._to[server]
        self._outbox.arrived.set()  # what waited for it may go

    async def _deliver(self, webhook: Webhook) -> None:
        at = self._now()
        try:
            outcome = await attempt(self._client, webhook, self._secrets, at)
        except Exception as error:
            log.error("a webhook could not be sent", event_type=webhook.event_type, exc_info=error)
            outcome = Outcome(Verdict.AGAIN, error=f"internal error: {type(error).__name__}")
        seconds = pause(webhook.attempts + 1, outcome.wish) if outcome.verdict is Verdict.AGAIN else None
        verdict = Verdict.FAILED if outcome.verdict is Verdict.AGAIN and seconds is None else outcome.verdict
        self._tell(webhook, outcome, verdict, seconds)
        await self._keep(webhook, outcome, at, seconds)

    def _tell(self, webhook: Webhook, outcome: Outcome, verdict: Verdict, seconds: float | None) -> None:
        self._metrics.webhooks.labels(webhook.event_type, verdict.value).inc()
        if verdict is Verdict.DELIVERED:
            return
        log.warning(
            "webhook not delivered",
            webhook=webhook.id,
            conversation=short(webhook.conversation_id) if webhook.conversation_id else None,
            event_type=webhook.event_type,
            attempt=webhook.attempts + 1,
            reason=outcome.error or f"the answer was {outcome.status}",
            again_in=None if seconds is None else round(seconds),
        )

    async def _keep(self, webhook: Webhook, outcome: Outcome, at: datetime, seconds: float | None) -> None:
        """Write how it went, however long that takes: unwritten, it would be sent again at once."""
        again_at = None if seconds is None else self._now() + timedelta(seconds=seconds)
        failed = 0
        while True:
            tried = WebhookAttempt(
                webhook_number=webhook.number,
                at=at,
                status=outcome.status,
                error=outcome.error,
                milliseconds=round(outcome.seconds * 1000),
            )
            try:
                await self._outbox.tried(
                    tried, delivered=outcome.verdict is Verdict.DELIVERED, again_at=again_at
                )
                return
            except Exception as error:
                if not failed:
                    log.warning("how a webhook went cannot be kept; trying again", exc_info=error)
                failed += 1
                await asyncio.sleep(AWAY)


def server_of(url: str) -> str:
    """The beginning of a URL that names the server, as it is written."""
    found = re.match(r"[^:/?#]*://[^/?#]*", url)
    return found[0] if found else url
