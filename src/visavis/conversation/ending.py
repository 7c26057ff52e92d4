"""The end of a call: everything open is closed, perception has its last word, everyone is told."""

from __future__ import annotations

from visavis.conversation.acks import Acks
from visavis.conversation.effects import ConcludePerception, EndCall
from visavis.conversation.inputs import (
    Config,
    EndRequested,
    Input,
    LayerTold,
    PerceptionConcluded,
    TimerFired,
)
from visavis.conversation.outbox import Outbox
from visavis.protocol import events

CONCLUSION = "perception_conclusion"
"""The timer that runs while the analysis is waited for."""
CONCLUDES_WITHIN = 10.0
"""Seconds."""
STILL_HEARD = (PerceptionConcluded, LayerTold, TimerFired, EndRequested)
"""Inputs that matter while the analysis is waited for; all others come too late."""


class Ending:
    """Ends the call once.

    Attributes:
        over: nothing follows.
    """

    def __init__(self, out: Outbox, config: Config, acks: Acks) -> None:
        self._out, self._config, self._acks = out, config, acks
        self._reason: str | None = None
        self.over = False

    @property
    def begun(self) -> bool:
        """Whether nothing is to be begun any more."""
        return self._reason is not None

    def hears(self, message: Input) -> bool:
        """Whether this still matters."""
        return not self.begun or isinstance(message, STILL_HEARD)

    def begin(self, reason: str, perceived: bool) -> None:
        """What was open is closed: end with this reason, after the analysis if there may be one.

        Args:
            reason: a ``shutdown_reason``; the first one counts.
            perceived: somebody may have been seen or heard.
        """
        self._reason = reason
        self._acks.flush()
        if perceived and self._config.perception:
            self._out.set_timer(CONCLUSION, self._out.now + CONCLUDES_WITHIN)
            self._out.put(ConcludePerception())
        else:
            self.finish()

    def concluded(self, message: PerceptionConcluded) -> None:
        """Perception has had its last word."""
        if not self.begun:
            self._out.ignore("an analysis that nobody waits for")
            return
        if analysis := message.analysis.strip():
            self._out.broadcast(events.PerceptionAnalysis, analysis=analysis)
        self.finish()

    def finish(self) -> None:
        """Everyone learns that it is over, and why."""
        reason, replica_id = self._reason, self._config.replica_id
        assert reason is not None
        self._out.cancel_timer(CONCLUSION)
        self._out.broadcast(events.Shutdown, replica_id=replica_id, shutdown_reason=reason, reason=reason)
        self._out.put(EndCall(reason))
        self.over = True
