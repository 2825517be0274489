"""What is put up for a yes shows everything to its owner, and personal data to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from agents.guard import Vault, restore_value
from agents.proposals import propose
from tools import Call, CallArgument, Principal, Slot, tool

PHONE = "13900000011"


async def settle(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
    return {**arguments, "demand": f"夜里施工，来电人电话{PHONE}"}


@tool(
    "order.sample", title="派单", effect="write", roles=frozenset(("dispatcher",)), say=lambda found: "好了。",
    prepare=settle,
)  # fmt: skip
async def order_sample(
    number: Annotated[str, Slot("order_no", "工单编号")],
    call: CallArgument,
    demand: Annotated[str | None, Slot("text", "诉求", derived=True)] = None,
) -> Mapping[str, Any]:
    """派一张工单。"""
    return {"number": number}


def test_a_phone_number_that_a_tool_brings_is_a_placeholder_for_models_and_traces() -> None:
    call = Call(Principal("d", frozenset(("dispatcher",))), now=datetime.now().astimezone())
    made = asyncio.run(propose(order_sample, {"number": "GD20260901000001"}, Vault("ab12"), call, 10))
    assert PHONE not in str(made.action)
    assert "⟦手机号·ab12·1⟧" in made.action.arguments["demand"]
    assert PHONE in restore_value(made.action.arguments, made.vault)["demand"]
