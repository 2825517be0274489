"""Figures for Prometheus: requests by route, turns by agent and outcome. No label names a person or what was said."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from agents import Event, Finished

router = APIRouter(tags=["health"])
_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Metrics:
    """The figures of one server; every server has a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own = self._registry
        ProcessCollector(registry=own)
        self._requests = Counter(
            "hanzhi_requests", "Requests answered.", ("method", "route", "status"), registry=own
        )  # fmt: skip
        self._seconds = Histogram(
            "hanzhi_request_seconds", "Time to answer a request.", ("route",), registry=own, buckets=_FAST
        )
        self._turns = Counter("hanzhi_turns", "Turns ended.", ("agent", "outcome", "reason"), registry=own)
        self._turn_seconds = Histogram("hanzhi_turn_seconds", "Time of a turn.", registry=own, buckets=_FAST)
        self._running = Gauge("hanzhi_turns_running", "Turns somebody listens to now.", registry=own)
        self._limited = Counter("hanzhi_refused_too_often", "Requests refused because of a limit.", registry=own)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template, never the address that was typed."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if status == 429:
            self._limited.inc()

    async def watched(self, events: AsyncIterator[Event]) -> AsyncGenerator[Event, None]:
        """The events of a turn, counted: how it ended, or that nobody listened to its end, or that it broke."""
        began, ended = time.perf_counter(), ("-", "left", "-")
        self._running.inc()
        try:
            async for event in events:
                if isinstance(event, Finished):
                    outcome = event.reply.outcome
                    ended = (event.reply.agent or "-", outcome.kind, outcome.reason or "-")
                yield event
        except Exception:
            ended = ("-", "failed", "-")
            raise
        finally:
            self._running.dec()
            self._turns.labels(*ended).inc()
            self._turn_seconds.observe(time.perf_counter() - began)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def read_metrics(request: Request) -> Response:
    """Figures for Prometheus. Names no person; meant for the inside of your network."""
    found: Metrics = request.app.state.counter.metrics
    return Response(found.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
