"""Routes under /sandbox/ for tests and evaluation: faults, state, reset, snapshots, worlds, deliveries now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from fastapi import FastAPI

from .bodies import FaultBody
from .deliveries import Deliveries
from .domain import Ground
from .problems import NOT_FOUND, Problem
from .worlds import WorldBody, Worlds


def add_test_routes(app: FastAPI, ground: Ground, deliveries: Deliveries, fill: Callable[..., None]) -> None:
    """Only for a sandbox that is opened for tests; nothing here is signed."""

    @app.post("/sandbox/faults", status_code=201)
    def add_fault(body: FaultBody) -> dict[str, Any]:
        deliveries.faults.add(body)
        return body.model_dump()

    @app.delete("/sandbox/faults", status_code=204)
    def clear_faults() -> None:
        deliveries.faults.clear()

    @app.get("/sandbox/state")
    def state() -> dict[str, Any]:
        return ground.store.state()

    @app.post("/sandbox/reset", status_code=204)
    def reset(demo: bool = False) -> None:
        deliveries.faults.clear()
        ground.store.clear()
        fill(ground, demo=demo)

    @app.put("/sandbox/snapshots/{name}", status_code=204)
    def snapshot(name: str) -> None:
        ground.store.snapshot(name)

    @app.post("/sandbox/snapshots/{name}/restore", status_code=204)
    def restore(name: str) -> None:
        if not ground.store.restore(name):
            raise Problem(NOT_FOUND, f"没有名为 {name} 的快照。")

    _add_worlds(app, Worlds(ground, fill), deliveries)

    @app.post("/sandbox/deliver")
    async def deliver() -> dict[str, int]:
        async with httpx.AsyncClient(trust_env=False) as http:
            return {"tried": await deliveries.send_due(http)}


def _add_worlds(app: FastAPI, worlds: Worlds, deliveries: Deliveries) -> None:
    @app.put("/sandbox/world")
    def set_world(body: WorldBody) -> dict[str, int]:
        deliveries.faults.clear()
        since = worlds.set(body)
        for fault in body.faults:
            deliveries.faults.add(fault)
        return {"since": since}

    @app.get("/sandbox/changes")
    def changes() -> list[dict[str, Any]]:
        return worlds.changes()
