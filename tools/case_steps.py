"""What all staff tools of cases share: the case is looked up, the step is refused early, the summary is complete."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .define import Call, Slot
from .errors import Conflict, NeedsAnswer, NotAllowed, ToolError
from .unified import STATES, TRANSITIONS, Case, Cases, Photo, Platform, Step

CASE_NO = Slot("case_no", "案件编号", ask="请告诉我案件编号（以 WH 开头）。")
REASON = Slot("text", "原因", ask="请说明原因。")
FORCED = Slot("enum", "特批", choices=(("true", "是", "强制", "破例"), ("false", "否")))
FORCED_REASON = Slot("text", "特批原因", ask="请说明特批的原因。")
PHOTOS = Slot("text", "照片")
DERIVED_CATEGORY = Slot("text", "类别", derived=True)
DERIVED_ADDRESS = Slot("text", "地点", derived=True)
DERIVED_STATUS = Slot("text", "当前状态", derived=True)
DERIVED_VERSION = Slot("text", "版本", derived=True, shown=False)
YES_NO = (("true", "是"), ("false", "否"))
NUMBER = re.compile(r"WH\s*(\d{14})(?!\d)", re.IGNORECASE)
# One that the words only speak of stays: 与WH…重复, 编号GD….
_OWN_NUMBER = re.compile(rf"(?<![与跟和同见号]){NUMBER.pattern}", NUMBER.flags)
_UNIT = re.compile(
    r"(?:派遣给?|派给|派到|派至|派往|改派|转派|指派给?|交给|转给|转到|分给|由|给|让)?\s*"
    r"([\u4e00-\u9fff]{2,14}?(?:管理局|执法大队|维修所|管理所|环卫所|水务站|街道办事处|街道办|大队|中队|公司|集团|中心|办事处|委员会|局|所|站|处|队|委|办))"
    r"(?=$|[，,。；;、！!\s]|去|来|处理|处置|办理|负责|整改|维修|接手|吧|呢|了)"
)
_LEADING = re.compile(
    r"^.*(?:派遣给?|派给|派到|派至|派往|改派|转派|指派给?|交给|转给|转到|分给)|^.*转(?=[\u4e00-\u9fff]{2,3}区)|^(?:由|让)"
)
_TAIL = 14


@dataclass(frozen=True)
class Facts:
    """A case as the summary shows it."""

    case: Case

    def shown(self) -> dict[str, Any]:
        """The derived arguments: class, place, state, and the version the person looked at."""
        return {
            "category_name": self.case.category_name,
            "address": self.case.address,
            "status_name": self.case.status_name,
            "version": self.case.updated_at,
        }


class CaseSteps:
    """Prepares and makes steps in the life of a case."""

    def __init__(self, platform: Platform) -> None:
        self.cases = Cases(platform)

    async def look(self, arguments: Mapping[str, Any], call: Call) -> Case:
        """The case that is meant; asks for its number."""
        number = case_number(arguments.get("number"))
        if number is None:
            raise NeedsAnswer("number", CASE_NO.ask)
        return await self.cases.get(number, call.principal)

    async def prepared(self, arguments: Mapping[str, Any], call: Call, to: str) -> dict[str, Any]:
        """Canonical arguments of a step to a state; refuses at once what the platform would refuse after the yes."""
        case = await self.look(arguments, call)
        allowed = TRANSITIONS.get((case.status, to))
        if allowed is None:
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，不能变为“{STATES[to]}”。")
        if not call.principal.roles & allowed:
            raise NotAllowed("您的岗位不能办理这一步。")
        return {"number": case.number, **Facts(case).shown()}

    async def step(self, number: str, step: Step, call: Call) -> Mapping[str, Any]:
        """Make a step."""
        return (await self.cases.move(number, step, call.principal, write_key(call))).view()


def write_key(call: Call) -> str:
    """The key under which a write happens once; the desk always hands one in."""
    if not call.idempotency_key:
        raise ToolError("这项操作需要先确认，不能直接执行。")
    return call.idempotency_key


def case_number(value: object) -> str | None:
    """A case number as it is written on the platform; whatever else was said counts as it is."""
    text = str(value or "").strip().upper()
    found = NUMBER.search(text)
    return f"WH{found[1]}" if found else text or None


def case_numbers(text: object) -> list[str]:
    """All case numbers in what was said, in order, each once."""
    said = " ".join(map(str, text)) if isinstance(text, list | tuple) else str(text or "")
    return list(dict.fromkeys(f"WH{digits}" for digits in NUMBER.findall(said.upper())))


def reason_in(value: object, *, least: int = 2) -> str | None:
    """A reason without the case number; None when nothing is left that says something."""
    words = _OWN_NUMBER.sub("", str(value or "")).strip(" ，,。；;：:、")
    return words[:500] if len(words) >= least else None


def department_in(value: object) -> str | None:
    """The unit named in what was said: after 派给 and the like, or the only thing that looks like a unit."""
    text = NUMBER.sub("", str(value or "")).strip(" ，,。；;")
    found = [_LEADING.sub("", match[1]) for match in _UNIT.finditer(text)]
    known = [name for name in found if 3 <= len(name) <= _TAIL]
    return known[-1] if known else None


def pictures(urls: Sequence[str] | None, kind: str) -> tuple[Photo, ...]:
    """Addresses of pictures as photos of one kind."""
    return tuple(Photo(kind, url) for url in urls or ())
