"""How what a program asks of a client, from any thread, reaches its session; the answer is a completion."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from visavis.client.daily.context import Context
from visavis.client.daily.session import Session
from visavis.client.daily.state import Completion, State
from visavis.errors import VisavisError

log = structlog.get_logger(__name__)

NOT_JOINED = "the client is not in a call"

Settings = Mapping[str, Any]


class Requests:
    """A client to which requests can be made until it is released."""

    def __init__(self, context: Context, state: State) -> None:
        self._context, self._state_of_client = context, state
        self._session: Session | None = None
        self._released = False

    @property
    def _state(self) -> State:
        self._unreleased()
        return self._state_of_client

    def _unreleased(self) -> None:
        if self._released:
            raise RuntimeError("this object has already been released")

    def _adapt(self, completion: Completion | None) -> None:
        if self._session is None or self._session.over:
            self._state.complete(completion, None)
        else:
            self._do(lambda session: session.adapt(), completion)

    def _do(
        self, action: Callable[[Session], Coroutine[Any, Any, None]], completion: Completion | None
    ) -> None:
        """Have the session do something; its failure is the completion's error."""
        state, session = self._state, self._session

        async def act() -> None:
            try:
                if session is None:
                    raise VisavisError(NOT_JOINED)
                await session.ready()
                await action(session)
            except VisavisError as error:
                log.error("request failed", error=str(error))
                state.complete(completion, str(error))
            else:
                state.complete(completion, None)

        self._context.spawn(act())

    def _refuse(self, completion: Completion | None, *arguments: Any) -> None:
        log.error("request refused", error=arguments[-1])
        self._state.complete(completion, *arguments)
