"""Pushing an alert to other units: shown word by word before it is confirmed, pushed once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .case_steps import write_key
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer
from .gazetteer import bundled_gazetteer
from .rainfall import sensing_data
from .sensing_phrases import ALERT
from .telling import say_time
from .unified import Platform
from .unified.lifecycle import MAY_ALERT
from .unified.sensing import AlertDraft, Sensing
from .waterlog import at_risk, chosen, definitions, line

MOST_CHARS = 1000
ASK_TEXT = "请问要推送什么内容？可以说“把现在的渍水风险点推给水务和交管”，也可以直接写预警内容。"
ASK_UNITS = "请问推送给哪些单位？"
UNITS = tuple(tuple(row) for row in sensing_data()["units"])
NAMES = tuple(row[1] for row in UNITS)
USUAL = ("water", "urban", "traffic")
_LEAD = re.compile(
    r"^.*?(?:(?:推送|推给|发送|发给|通知|下发|发布|发|推)[^：:]{0,40}[：:]|(?:预警)?内容(?:就?是|为|写|[：:])*)\s*(?P<text>.+)$",
    re.DOTALL,
)
_PUSHES = re.compile(r"推|发给|发送|发出|下发|通知|告知")
_ONLY_ASKED = re.compile(
    r"请|麻烦|帮我?|帮忙|把|给|向|和|跟|以及|部门|单位|公安|推送|推给|推|发送|发给|发一下|发布|下发|发|通知|一下|一条|一个|个|条|"
    r"现在的?|目前的?|当前的?|未来两小时|未来2小时|这些|这批|上面的?|刚才的?|全部|所有|都|预警|告警|警报|风险|信息|消息|提醒|提示|"
    r"点位|点|清单|名单|情况|高|中|到|去|马上|立刻|赶紧|要|想|我|你|您|的|了|吧|哈|[，,。！!、\s]"
)
_WATER = re.compile(r"渍水|积水|内涝|渍涝|水淹")
_GAS = re.compile(r"燃气|煤气|天然气")
_SKY = re.compile(r"暴雨|大雨|雷电|大风|降雨|雨情|天气")


def alert_tools(platform: Platform) -> list[BaseTool]:
    """The alert tools over a platform."""
    sensing = Sensing(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        said = str(arguments.get("message") or "").strip()
        district = arguments.get("district")
        named = str(arguments.get("recipients") or "").strip()
        units = _units(named) or _units(_heading(said))
        if named and not units:
            raise NeedsAnswer("recipients", f"没有“{named[:20]}”这个接收单位。{ASK_UNITS}", NAMES)
        kind, text = await _settled(sensing, said, str(district or ""))
        units = units or (list(USUAL) if kind == "waterlog" else [])
        if not units:
            raise NeedsAnswer("recipients", ASK_UNITS, NAMES)
        names = "、".join(row[1] for row in UNITS if row[0] in units)
        kept = {"district": district} if district else {}
        return {**kept, "message": text, "recipients": names, "units": units, "kind": kind}

    @tool(
        "alert.push", title="推送预警", effect="write", roles=MAY_ALERT, say=say_alert, examples=ALERT,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def alert_push(
        message: Annotated[str, Slot("text", "预警内容", ask=ASK_TEXT)],
        call: CallArgument,
        recipients: Annotated[str | None, Slot("text", "接收单位", ask=ASK_UNITS)] = None,
        district: Annotated[str | None, Slot("district", "区")] = None,
        units: Annotated[list[str] | None, Slot("text", "单位编码", derived=True, shown=False)] = None,
        kind: Annotated[str | None, Slot("text", "种类", derived=True, shown=False)] = None,
    ) -> Mapping[str, Any]:
        """把预警推送给水务、城管、交管、应急等单位：可以写内容，也可以推送现在的渍水风险点；核对后只推送一次。"""
        if units is None or kind is None:
            ready = await prepare({"message": message, "recipients": recipients, "district": district}, call)
            message, units, kind = ready["message"], ready["units"], ready["kind"]
        return await sensing.push(AlertDraft(kind, message, tuple(units)), call.principal, write_key(call))

    return [alert_push]


def say_alert(found: Mapping[str, Any]) -> str:
    """An alert that was pushed."""
    names = "、".join(found["recipient_names"])
    return (
        f"已推送预警 {found['number']}，时间 {say_time(found['created_at'])}，接收单位：{names}"
        "（演示平台，没有发给真实单位）。\n"
        f"内容：{found['text']}"
    )


async def _settled(sensing: Sensing, said: str, district: str) -> tuple[str, str]:
    """The kind and the exact words: what was written, or the risk points as they are now."""
    led = _LEAD.match(said)
    text = led["text"].strip() if led else said
    rest = _WATER.sub("", _ONLY_ASKED.sub("", _without_units(text)))
    if _WATER.search(text) and not led and len(rest) < 4:
        return "waterlog", await _risks(sensing, district or _district_in(text))
    if len(_ONLY_ASKED.sub("", _without_units(text))) < 4:
        raise NeedsAnswer("message", ASK_TEXT)
    if len(text) > MOST_CHARS:
        raise NeedsAnswer("message", f"内容太长，请缩短到{MOST_CHARS}字以内。")
    signs = (("waterlog", _WATER), ("gas", _GAS), ("weather", _SKY))
    return next((kind for kind, sign in signs if sign.search(text)), "other"), text


async def _risks(sensing: Sensing, district: str) -> str:
    """The points at risk in words, with the definitions; nothing to push when there are none."""
    found = await sensing.water()
    rows = at_risk(chosen(found["points"], district or None, None))
    if not rows:
        raise Conflict("现在没有中风险以上的渍水点，没有可推送的内容。要推送别的预警，请直接写内容。")
    return "渍水风险提示：" + "；".join(line(each) for each in rows) + "。" + definitions({**found, "points": rows})


def _district_in(text: str) -> str:
    found = [each.text for each in bundled_gazetteer().find(text) if each.kind == "district"]
    return found[0] if len(found) == 1 else ""


def _units(said: str) -> list[str]:
    """The units some words name, in the list's order."""
    return [row[0] for row in UNITS if any(name in said for name in row)]


def _heading(said: str) -> str:
    """Where recipients are named: before the colon, or in a sentence that tells to push; never in the content."""
    led = _LEAD.match(said)
    if led:
        return said[: led.start("text")]
    return said if _PUSHES.search(said) else ""


def _without_units(text: str) -> str:
    names: Sequence[str] = sorted((name for row in UNITS for name in row[1:]), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, names)), "", text)
