"""The switches of an evaluation under `/eval`: they exist only on loopback with `HANZHI_EVAL=1`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import AwareDatetime, Field

from agents import DeskError, NewText, Principal, ToolError, World

from .bodies import In
from .counter import Here
from .demo import IDENTITIES
from .problems import Problem, status_of
from .reading import CounterRoute

router = APIRouter(prefix="/eval", route_class=CounterRoute, include_in_schema=False)
DENIED = frozenset((401, 403, 404))


class TextIn(In):
    """A document added to the knowledge base: Markdown with front matter."""

    name: str = Field(min_length=4, max_length=200, pattern=r"^[^/\\]+\.md$")
    base: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1)
    visibility: Literal["public", "staff"] = "public"


class KnowledgeIn(In):
    """What is added to the knowledge base, and the titles of what is taken out."""

    add: list[TextIn] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)


class PlatformIn(In):
    """What the sandbox platform is set to; it checks the rest."""

    demo: bool = True
    patch: dict[str, Any] = Field(default_factory=dict)
    faults: list[dict[str, Any]] = Field(default_factory=list)


class WorldIn(In):
    """A world: the city clock, the platform, the knowledge base."""

    clock: AwareDatetime | None = None
    platform: PlatformIn = Field(default_factory=PlatformIn)
    knowledge: KnowledgeIn = Field(default_factory=KnowledgeIn)


class ProbeIn(In):
    """A tool tried as the person of the token, with no model in between."""

    op: str = Field(min_length=1, max_length=80)
    args: dict[str, Any] = Field(default_factory=dict)


@dataclass
class Switches:
    """The world of this process, and what the last one left in the knowledge base."""

    world: World
    platform: httpx.AsyncClient
    added: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    async def set(self, body: WorldIn) -> dict[str, Any]:
        """Leave the old world, go to the new one."""
        await self._ask("DELETE", "/sandbox/faults")
        await self.world.settle()
        await self._restore_knowledge()
        self.world.set_clock(body.clock)
        answer = await self._ask("PUT", "/sandbox/world", body.platform.model_dump())
        for title in body.knowledge.remove:
            self.hidden.append(await self.world.hide(title))
        for each in body.knowledge.add:
            data = each.text.encode()
            self.added.append(await self.world.add(NewText(each.name, each.base, data, each.visibility)))
        return {"since": answer.json()["since"], "documents": self.added}

    async def changes(self) -> list[dict[str, Any]]:
        """What changed on the platform since the world was set."""
        found: list[dict[str, Any]] = (await self._ask("GET", "/sandbox/changes")).json()
        return found

    async def _restore_knowledge(self) -> None:
        while self.added:
            await self.world.remove(self.added.pop())
        while self.hidden:
            await self.world.put_back(self.hidden.pop())

    async def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = await self.platform.request(method, path, json=body)
        if answer.status_code >= 400:
            raise Problem(422, f"平台不能设成这样：{answer.json().get('message', '')}")
        return answer


def add_switches(app: FastAPI, world: World, sandbox: FastAPI) -> None:
    """Serve the switches."""
    transport = httpx.ASGITransport(app=sandbox)
    platform = httpx.AsyncClient(transport=transport, base_url="http://sandbox", timeout=60, trust_env=False)
    app.state.switches = Switches(world, platform)
    app.include_router(router)


async def _operator(request: Request, here: Here) -> Switches:
    if "operator" not in here.who.roles:
        raise Problem(403, "只有运维人员可以设定评测环境。请用有 operator 角色的身份。")
    found: Switches = request.app.state.switches
    return found


Operated = Annotated[Switches, Depends(_operator)]


@router.get("/world")
async def describe(switches: Operated, here: Here) -> dict[str, Any]:
    """The claims of the demo identities (tokens are minted for the same people); what tools there are, and examples."""
    return {
        "identities": [_claims(person) for person in IDENTITIES.values()],
        "tools": switches.world.tools(),
        "schemas": switches.world.schemas(),
        "examples": [*switches.world.examples(), *(each for agent in here.desk.agents for each in agent.examples)],
    }


@router.put("/world")
async def set_world(switches: Operated, body: WorldIn) -> dict[str, Any]:
    """Set this server to a world; what the last one changed is taken back."""
    return await switches.set(body)


@router.get("/changes")
async def changes(switches: Operated) -> dict[str, Any]:
    """What changed on the platform since, and the processor time this server has used so far."""
    return {"changes": await switches.changes(), "cpu_s": time.process_time()}


@router.post("/probes")
async def probe(request: Request, here: Here, body: ProbeIn) -> dict[str, Any]:
    """Try a tool as the person of the token: whether the server itself allows it, whatever an agent would say."""
    switches: Switches = request.app.state.switches
    try:
        data = await switches.world.try_tool(here.who, body.op, body.args)
    except (ToolError, DeskError) as problem:
        status = status_of(problem)
        return {"status": status, "allowed": status not in DENIED, "body": str(problem)}
    return {"status": 200, "allowed": True, "body": data}


def _claims(person: Principal) -> dict[str, Any]:
    found: dict[str, Any] = {"sub": person.id, "roles": sorted(person.roles), "verified": person.verified}
    for name in ("name", "department", "represents"):
        if getattr(person, name):
            found[name] = getattr(person, name)
    return {**found, "grids": list(person.grids), "districts": list(person.districts)}
