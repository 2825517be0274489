"""Cases on the platform, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..principal import Principal
from .client import Platform, path_part
from .finding import CaseQuery
from .records import Approval, Case, CaseDraft, Merged, Near, Notice, Page, Photo, Task, read, read_case


@dataclass(frozen=True)
class Step:
    """The next state of a case and what belongs to it."""

    to: str
    reason: str | None = None
    basis: str | None = None
    department: str | None = None
    photos: tuple[Photo, ...] = ()
    forced: bool = False
    version: str | None = None
    """When the case was last changed, as the person saw it; a case that moved on meanwhile is refused."""


@dataclass(frozen=True)
class Visit:
    """What was found on the spot."""

    result: str
    note: str | None = None
    photos: tuple[Photo, ...] = ()


class Cases:
    """Report, look up, urge, move on, visit, approve, watch and merge."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def create(self, draft: CaseDraft, who: Principal, key: str) -> Case:
        """Report a case, exactly once per key; `linked` when it was added to an open one nearby."""
        return read_case(await self._platform.write("POST", "/cases", draft.body(), who, key))

    async def get(self, number: str, who: Principal) -> Case:
        """A case by number or id; `NotFound` for somebody else's."""
        return read_case((await self._platform.read(f"/cases/{path_part(number)}", who=who)).data)

    async def search(self, query: CaseQuery, who: Principal) -> Page:
        """Cases this person may see."""
        given = query.model_dump(by_alias=True, exclude_none=True)
        pairs = tuple((name, str(value)) for name, value in given.items())
        answer = await self._platform.read("/cases", pairs, who)
        return Page(tuple(read_case(each) for each in answer.data), **(answer.page or {}))

    async def similar(self, category: str, point: tuple[float, float], *, within_m: float, days: int) -> list[Near]:
        """Cases of the same kind around a point, nearest first."""
        pairs = (
            ("class", category), ("lon", repr(point[0])), ("lat", repr(point[1])),
            ("within_m", str(within_m)), ("days", str(days)),
        )  # fmt: skip
        return [read(Near, each) for each in (await self._platform.read("/cases/similar", pairs)).data]

    async def urge(self, number: str, who: Principal, key: str) -> Case:
        """Ask for speed."""
        return read_case(await self._write(number, "urge", None, who, key))

    async def rate(self, number: str, satisfaction: str, note: str | None, who: Principal, key: str) -> Case:
        """Say how satisfied one is with a closed case of one's own."""
        return read_case(await self._write(number, "rating", {"satisfaction": satisfaction, "note": note}, who, key))

    async def move(self, number: str, step: Step, who: Principal, key: str) -> Case:
        """Move a case to its next state."""
        return read_case(await self._write(number, "transitions", asdict(step), who, key))

    async def visit(
        self, number: str, kind: Literal["verify", "check"], found: Visit, who: Principal, key: str
    ) -> Case:
        """Record what was found on the spot."""
        return read_case(await self._write(number, f"visits/{kind}", asdict(found), who, key))

    async def tasks(self, who: Principal) -> list[Task]:
        """The visits that wait to be made."""
        return [read(Task, each) for each in (await self._platform.read("/tasks", who=who)).data]

    async def ask(self, number: str, body: dict[str, Any], who: Principal, key: str) -> Approval:
        """Ask for an extension or a suspension: kind, reason, value."""
        return read(Approval, await self._write(number, "approvals", body, who, key))

    async def approvals(self, number: str, who: Principal) -> list[Approval]:
        """What was asked about a case, newest first."""
        answer = await self._platform.read(f"/cases/{path_part(number)}/approvals", who=who)
        return [read(Approval, each) for each in answer.data]

    async def decide(self, approval: int, approve: bool, note: str | None, who: Principal, key: str) -> Approval:
        """Approve or turn down."""
        body = {"approve": approve, "note": note}
        path = f"/approvals/{int(approval)}/decision"
        return read(Approval, await self._platform.write("POST", path, body, who, key))

    async def supervise(self, numbers: Sequence[str], reason: str, who: Principal, key: str) -> tuple[str, ...]:
        """Watch open cases; all of them, or none."""
        body = {"numbers": list(numbers), "reason": reason}
        return tuple((await self._platform.write("POST", "/cases/supervise", body, who, key))["numbers"])

    async def merge(self, numbers: Sequence[str], reason: str | None, who: Principal, key: str) -> Merged:
        """Make one of several cases; the earliest leads."""
        body = {"numbers": list(numbers), "reason": reason}
        data = await self._platform.write("POST", "/cases/merge", body, who, key)
        return Merged(read_case(data["master"]), tuple(data["merged"]))

    async def notices(self, who: Principal, after: int = 0) -> list[Notice]:
        """What the platform has to tell this person."""
        answer = await self._platform.read("/notices", (("after", str(after)),), who)
        return [read(Notice, each) for each in answer.data]

    async def _write(self, number: str, what: str, body: Any, who: Principal, key: str) -> Any:
        return await self._platform.write("POST", f"/cases/{path_part(number)}/{what}", body, who, key)
