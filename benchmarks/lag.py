"""Event-loop lag as the server publishes it."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import httpx
from prometheus_client.parser import text_string_to_metric_families

from visavis.testing.server_process import RunningServer

METRICS = {"visavis_loop_lag_seconds": "server", "visavis_worker_loop_lag_seconds": "worker"}
PERIOD = 2.0
"""Seconds between two looks; the server asks its workers as often."""


async def watch(server: RunningServer, seconds: float) -> dict[str, list[float]]:
    """The worst lag of each period, in seconds, by process."""
    lags: dict[str, list[float]] = defaultdict(list)
    async with httpx.AsyncClient(headers={"x-api-key": server.key}) as client:
        await client.get(f"{server.url}/metrics")
        for _ in range(int(seconds / PERIOD)):
            await asyncio.sleep(PERIOD)
            answer = await client.get(f"{server.url}/metrics")
            answer.raise_for_status()
            for family in text_string_to_metric_families(answer.text):
                for sample in family.samples:
                    if sample.name in METRICS:
                        lags[METRICS[sample.name]].append(sample.value)
    return dict(lags)
