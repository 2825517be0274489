"""Services through the desk: rules come from the knowledge base, records and deeds from tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agents import Ask, House, ScriptedModel
from tools import Principal

from .conftest import ANYBODY, open_for_test, run

RESIDENT = Principal("citizen-3", frozenset(("citizen",)), verified=True)


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"id-{name}", "type": "tool_call"}])


async def said(house: House, text: str, who: Principal = RESIDENT, conversation: str = "") -> Any:
    opened = conversation or (await house.desk.open_conversation(who)).id
    return await house.desk.ask(Ask(opened, text), who)


def test_questions_about_rules_are_answered_from_documents_and_records_from_tools(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path) as house:
            for question in (
                "首次申领居住证要交工本费吗",
                "普通护照几天能签发",
                "收养登记要多少天",
                "劳动仲裁要交费吗",
            ):
                rule = await said(house, question)
                assert rule.outcome.kind == "answered", question
                assert {citation.kind for citation in rule.citations} == {"passage"}, question
            record = await said(house, "请把不动产登记的事项记录打开给我看")
            assert [citation.tool for citation in record.citations] == ["item.get"]
            assert "30个工作日" in record.text
            target = await said(house, "把指标K13这条记录调出来", ANYBODY)
            assert [citation.tool for citation in target.citations] == ["kpi.plan.get"]
            assert "没有数据" in target.text

    run(body)


def test_a_reading_tool_may_ask_and_goes_on_with_the_answer(tmp_path: Path) -> None:
    async def body() -> None:
        lines = [call("item.get", item="公积金"), call("item.get", item="公积金提取"), "已打开。"]
        async with open_for_test(tmp_path, model=ScriptedModel(lines=lines), bundled_knowledge=False) as house:
            opened = (await house.desk.open_conversation(RESIDENT)).id
            asked = await said(house, "打开公积金的事项记录", conversation=opened)
            assert asked.outcome.kind == "clarify"
            assert asked.asks[0].slot == "item"
            assert len(asked.asks[0].choices) >= 2

    run(body)


@pytest.mark.parametrize("decision", ["confirm", "cancel"])
def test_an_application_is_handed_in_only_after_a_yes(tmp_path: Path, decision: Any) -> None:
    async def body() -> None:
        model = ScriptedModel(lines=[call("apply.submit", item="公证")])
        async with open_for_test(tmp_path, model=model, bundled_knowledge=False) as house:
            proposed = await said(house, "帮我提交公证申请")
            assert proposed.outcome.kind == "confirm"
            assert "公证办理" in proposed.text
            assert "还缺的材料" in proposed.text
            action = proposed.actions[0]
            decided = await house.desk.decide(RESIDENT, proposed.conversation_id, action.id, decision)
            numbers = [receipt.object_id for receipt in decided.receipts]
            assert [number[:2] for number in numbers] == (["BJ"] if decision == "confirm" else [])

    run(body)
