"""What Prometheus is told."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from visavis.server.workers.supervisor import Supervisor
from visavis.session.lag import LoopLag


class Metrics:
    """The server's own registry: nothing is global, so several servers fit one process."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._registry = CollectorRegistry()
        self.lag = LoopLag()
        self.requests = Counter(
            "visavis_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self.request_seconds = Histogram(
            "visavis_http_request_seconds",
            "Time to answer a request.",
            ("method", "route"),
            registry=self._registry,
        )
        self.webhooks = Counter(
            "visavis_webhooks",
            "Attempts to deliver webhooks: delivered, retried (to be tried again) or failed (given up).",
            ("event_type", "outcome"),
            registry=self._registry,
        )
        self.webhooks_pending = Gauge(
            "visavis_webhooks_pending", "Webhooks that wait for their delivery.", registry=self._registry
        )
        self._registry.register(_Supervision(supervisor, self.lag))

    def exposition(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class _Supervision(Collector):
    """Reads the supervisor's state whenever somebody asks."""

    def __init__(self, supervisor: Supervisor, lag: LoopLag) -> None:
        self._supervisor, self._lag = supervisor, lag

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        supervisor = self._supervisor
        workers = supervisor.workers
        yield _gauge("conversations_active", "Conversations in progress.", supervisor.conversations)
        yield _gauge("participants", "People in all rooms.", sum(w.participants for w in workers))
        yield _gauge(
            "vision_failing",
            "Conversations whose vision-language model does not answer.",
            sum(w.vision_failing for w in workers),
        )
        yield _gauge(
            "vision_age_seconds",
            "Age of the oldest description by a vision-language model; 0 without any.",
            max((w.vision_age for w in workers), default=0.0),
        )
        yield _gauge("workers_ready", "Workers that can hold conversations.", sum(w.ready for w in workers))
        yield _gauge("llm_up", "Whether the default LLM is ready.", supervisor.llm is not None)
        yield _gauge(
            "loop_lag_seconds", "Worst lag of the server's event loop since asked last.", self._lag.take()
        )
        yield _counter("worker_restarts", "Workers that had to be replaced.", supervisor.restarts)
        yield _counter("admissions_refused", "Conversations that found no place.", supervisor.refused)
        load = GaugeMetricFamily("visavis_worker_load", "CPU of a worker, in cores.", labels=("worker",))
        lag = GaugeMetricFamily(
            "visavis_worker_loop_lag_seconds",
            "Worst lag of a worker's event loop, lately.",
            labels=("worker",),
        )
        for number, worker in enumerate(workers):
            load.add_metric((str(number),), worker.load)
            lag.add_metric((str(number),), worker.loop_lag)
        yield load
        yield lag


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"visavis_{name}", about, value=value)


def _counter(name: str, about: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"visavis_{name}", about, value=value)
