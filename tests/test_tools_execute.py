"""Running a tool: arguments, limits, errors; any LangChain tool included."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from langchain_core.tools import BaseTool, StructuredTool

from tools import (
    EVERYONE,
    Call,
    CallArgument,
    NotAllowed,
    NotFound,
    Principal,
    Slot,
    ToolError,
    Unavailable,
    run_tool,
    spec_of,
    tool,
)

CALL = Call(Principal("p", frozenset(("citizen",))), datetime(2026, 9, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
STAFF_CALL = Call(Principal("o", frozenset(("operator",))), CALL.now)


def say(result: Mapping[str, Any]) -> str:
    return f"结果是 {result['value']}"


def make(timeout_s: float = 5.0) -> BaseTool:
    @tool("demo.run", title="演示", effect="read", roles=EVERYONE, say=say, timeout_s=timeout_s)
    async def demo(
        count: Annotated[int, Slot("number", "数量")],
        call: CallArgument,
        mode: Annotated[str | None, Slot("enum", "方式", choices=(("slow", "慢"), ("lost", "没有")))] = None,
        hidden: Annotated[int, Slot("number", "算出来的", derived=True)] = 7,
    ) -> Mapping[str, Any]:
        """演示工具。"""
        if mode == "slow":
            await asyncio.sleep(9)
        if mode == "lost":
            raise NotFound("没有这个东西。")
        if mode == "bug":
            raise ZeroDivisionError
        if mode == "inner":
            raise TimeoutError
        return {"value": count * hidden, "who": call.principal.id}

    return demo


def go(arguments: dict[str, Any], which: BaseTool | None = None, call: Call = CALL) -> Any:
    return asyncio.run(run_tool(which or make(), arguments, call))


def test_arguments_are_converted_and_the_call_is_handed_in() -> None:
    result = go({"count": "6", "mode": ""})
    assert result.data == {"value": 42, "who": "p"}
    assert result.said == "结果是 42"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "缺少“数量”"),
        ({"count": "许多"}, "“数量”"),
        ({"count": 1, "color": "red"}, "color"),
        ({"count": 1, "call": 2}, "call"),
    ],
)
def test_wrong_arguments_are_named_in_chinese(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolError, match=words):
        go(arguments)


def test_failures_keep_their_kind() -> None:
    with pytest.raises(NotFound):
        go({"count": 1, "mode": "lost"})
    with pytest.raises(ZeroDivisionError):
        go({"count": 1, "mode": "bug"})
    with pytest.raises(TimeoutError):
        go({"count": 1, "mode": "inner"})


def test_the_time_limit_is_total() -> None:
    with pytest.raises(Unavailable, match="演示"):
        go({"count": 1, "mode": "slow"}, make(timeout_s=0.05))


def test_models_see_the_schema_without_call_and_derived() -> None:
    built = make()
    assert set(built.args) == {"count", "mode"}
    assert "慢" in built.args["mode"]["description"]
    assert spec_of(built).derived == ("hidden",)


def double(number: int) -> int:
    """Twice the number."""
    return number * 2


def test_a_strangers_tool_is_for_operators_and_runs() -> None:
    foreign = StructuredTool.from_function(double)
    assert (spec_of(foreign).effect, spec_of(foreign).required) == ("write", ("number",))
    with pytest.raises(NotAllowed):
        go({"number": 4}, foreign)
    assert go({"number": 4}, foreign, STAFF_CALL).data == {"result": 8}
    with pytest.raises(ToolError, match="number"):
        go({"number": "x"}, foreign, STAFF_CALL)
