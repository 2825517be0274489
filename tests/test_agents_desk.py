"""The desk end to end with a scripted model: what is said, asked, proposed, refused and stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from agents import Agent, Ask, Finished, Forbidden, Invalid, ScriptedModel, Spoke, Started, Unknown, hookimpl
from agents.context import current_turn, read_context, tool_result
from tools import EVERYONE, CallArgument, NeedsAnswer, Slot, tool

from .conftest import ANYBODY, CITIZEN, OPERATOR, OTHER, open_for_test, run


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"id-{name}", "type": "tool_call"}])


def quote_first(messages: Sequence[BaseMessage]) -> AIMessage:
    """A model that quotes the first passage's first sentence."""
    _, after = current_turn(messages)
    passage = tool_result(next(m for m in after if isinstance(m, ToolMessage)))["passages"][0]
    return AIMessage(f"{passage['text'].split('。')[0]}。[{passage['ref']}]")


def only_say(*lines: Any, **changes: Any) -> dict[str, Any]:
    return {"model": ScriptedModel(lines=list(lines)), **changes}


def test_an_answer_cites_the_exact_sentence(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say(quote_first)) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "智能体应用要打造多少个？"), CITIZEN)
            assert reply.outcome.kind == "answered"
            citation = reply.citations[0]
            document = await house.desk.document(CITIZEN, str(citation.document_id))
            assert document.text[citation.start : citation.end] == citation.quote
            assert citation.quote.rstrip("。") in reply.text

    run(body)


def test_the_pieces_streamed_are_the_text_stored(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say(quote_first)) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            ask = Ask(conversation.id, "医保码激活率的目标是多少？")
            events = [event async for event in house.desk.stream(ask, CITIZEN)]
            assert isinstance(events[0], Started)
            assert isinstance(events[-1], Finished)
            reply = events[-1].reply
            assert "".join(event.text for event in events if isinstance(event, Spoke)).strip() == reply.text
            view = await house.desk.conversation(CITIZEN, conversation.id)
            assert view.turns[0].reply == reply
            assert view.turns[0].text == "医保码激活率的目标是多少？"

    run(body)


def test_invented_numbers_are_never_sent(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say("到2027年要建设98765个智能体。[1]")) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "智能体应用要打造多少个？"), CITIZEN)
            assert "98765" not in reply.text
            assert (reply.outcome.kind, reply.outcome.reason) == ("refused", "no_evidence")
            trace = await house.desk.trace(CITIZEN, conversation.id, reply.turn_id)
            assert any(step.kind == "guard" and "98765" in json.dumps(dict(step.details)) for step in trace.steps)

    run(body)


def test_a_missing_argument_is_asked_by_code_and_remembered(tmp_path: Path) -> None:
    report = call("case.create", description="井盖破了一个大洞")

    async def body() -> None:
        model = ScriptedModel(lines=[report, lambda messages: AIMessage("好的。")])
        async with open_for_test(tmp_path, model=model) as house:
            conversation = await house.desk.open_conversation(ANYBODY)
            reply = await house.desk.ask(Ask(conversation.id, "井盖破了一个大洞"), ANYBODY)
            assert reply.outcome.kind == "clarify"
            assert [(ask.tool, ask.slot) for ask in reply.asks] == [("case.create", "address")]
            assert reply.asks[0].question in reply.text
            assert not reply.actions
            await house.desk.ask(Ask(conversation.id, "在解放大道和新华路路口"), ANYBODY)
            waiting = (read_context(model.seen[-1]) or pytest.fail("no context")).waiting
            assert waiting is not None
            assert waiting["slot"] == "address"
            assert waiting["arguments"] == {"description": "井盖破了一个大洞"}

    run(body)


def test_history_answers_every_tool_call(tmp_path: Path) -> None:
    report = call("case.create", description="井盖破了", address="解放大道和新华路路口")

    async def body() -> None:
        model = ScriptedModel(lines=[report, "好的。"])
        async with open_for_test(tmp_path, model=model) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            await house.desk.ask(Ask(conversation.id, "解放大道和新华路路口井盖破了"), CITIZEN)
            await house.desk.ask(Ask(conversation.id, "你好"), CITIZEN)
            asked, answered = [], []
            for message in model.seen[-1]:
                asked += [each["id"] for each in getattr(message, "tool_calls", [])]
                answered += [message.tool_call_id] if isinstance(message, ToolMessage) else []
            assert sorted(asked) == sorted(answered)
            assert asked

    run(body)


def test_personal_data_reach_no_model_and_no_stored_step(tmp_path: Path) -> None:
    phone = "13812345678"

    async def body() -> None:
        model = ScriptedModel(lines=["好的，记下了。"])
        async with open_for_test(tmp_path, model=model) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, f"我的电话是{phone}，请回电"), CITIZEN)
            seen = json.dumps([str(message.content) for message in model.seen[0]], ensure_ascii=False)
            assert phone not in seen
            trace = await house.desk.trace(CITIZEN, conversation.id, reply.turn_id)
            assert phone not in json.dumps([dict(step.details) for step in trace.steps], ensure_ascii=False)
            view = await house.desk.conversation(CITIZEN, conversation.id)
            assert phone in view.turns[0].text

    run(body)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    assert stored
    assert phone.encode() not in stored


def test_another_persons_conversation_does_not_exist(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say("你好。"), bundled_knowledge=False) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "你好"), CITIZEN)
            attempts = [
                house.desk.conversation(OTHER, conversation.id),
                house.desk.ask(Ask(conversation.id, "你好"), OTHER),
                house.desk.delete_conversation(OTHER, conversation.id),
                house.desk.trace(OTHER, conversation.id, reply.turn_id),
                house.desk.feedback(OTHER, conversation.id, reply.turn_id, "up"),
            ]
            for attempt in attempts:
                with pytest.raises(Unknown):
                    await attempt
            assert await house.desk.conversations(OTHER) == []
            assert (await house.desk.trace(OPERATOR, conversation.id, reply.turn_id)).steps

    run(body)


def test_a_tool_beyond_the_persons_role_is_refused_in_code(tmp_path: Path) -> None:
    async def body() -> None:
        plugin = _plugin_with(_staff_tool())
        async with open_for_test(tmp_path, plugins=[plugin], **only_say(call("stamp.press", text="同意"))) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "请盖公章盖公章盖公章"), CITIZEN)
            assert (reply.agent, reply.outcome.kind, reply.outcome.reason) == ("stamps", "refused", "no_permission")
            assert not reply.actions

    run(body)


def test_the_same_key_gives_the_same_answer_and_one_turn(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say("你好。"), bundled_knowledge=False) as house:
            conversation = await house.desk.open_conversation(CITIZEN, idempotency_key="open-1")
            assert (await house.desk.open_conversation(CITIZEN, idempotency_key="open-1")).id == conversation.id
            ask = Ask(conversation.id, "你好", idempotency_key="turn-1")
            first, second = await house.desk.ask(ask, CITIZEN), await house.desk.ask(ask, CITIZEN)
            assert first == second
            assert len((await house.desk.conversation(CITIZEN, conversation.id)).turns) == 1

    run(body)


@pytest.mark.parametrize("text", ["", "  \n ", "字" * 4001, "\0\0\0", "\x01\x02\x03\x04"])
def test_unreadable_messages_are_refused_and_leave_no_turn(tmp_path: Path, text: str) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say("你好。"), bundled_knowledge=False) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            with pytest.raises(Invalid):
                await house.desk.ask(Ask(conversation.id, text), CITIZEN)
            assert (await house.desk.conversation(CITIZEN, conversation.id)).turns == ()

    run(body)


def test_a_model_that_never_stops_calling_is_stopped(tmp_path: Path) -> None:
    async def body() -> None:
        model = ScriptedModel(lines=[call("category.search", description="井盖")])
        async with open_for_test(tmp_path, model=model) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "解放大道井盖坏了请上报"), CITIZEN)
            assert reply.outcome.kind == "handoff"
            assert len(model.seen) == 6

    run(body)


def test_a_listener_that_leaves_does_not_stop_the_turn(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say(quote_first)) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            stream = house.desk.stream(Ask(conversation.id, "高性能算力规模是多少？"), CITIZEN)
            assert isinstance(await anext(stream), Started)
            assert await anext(stream)
            await stream.aclose()
            for _ in range(200):
                view = await house.desk.conversation(CITIZEN, conversation.id)
                if view.turns[0].state == "finished":
                    break
                await asyncio.sleep(0.02)
            assert view.turns[0].reply is not None

    run(body)


def test_operator_doors_are_closed_to_others(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, **only_say("你好。"), bundled_knowledge=False) as house:
            with pytest.raises(Forbidden):
                await house.desk.audit(CITIZEN)
            with pytest.raises(Forbidden):
                await house.desk.remove_document(CITIZEN, "d_1")
            assert await house.desk.audit(OPERATOR) is not None

    run(body)


def _staff_tool() -> Any:
    @tool(
        "stamp.press",
        title="盖章",
        effect="write",
        roles=frozenset({"supervisor"}),
        say=lambda result: f"已盖章：{result['text']}。",
        examples=("请盖公章", "把公章盖上", "帮我盖章", "盖一下公章"),
    )
    async def press(text: Annotated[str, Slot("text", "内容", ask="盖在哪里？")], call: CallArgument) -> dict[str, Any]:
        """在文件上盖章。"""
        if not text:
            raise NeedsAnswer("text", "盖在哪里？")
        return {"text": text}

    return press


def _plugin_with(stamp: Any) -> Any:
    class Plugin:
        @hookimpl
        def register_tools(self) -> list[Any]:
            return [stamp]

        @hookimpl
        def register_agents(self) -> list[Agent]:
            return [
                Agent(
                    name="stamps",
                    title="盖章",
                    description="盖章",
                    audience=EVERYONE,
                    instructions="盖章。",
                    tools=("stamp.press", "kb.search"),
                    examples=("公章怎么盖", "盖公章要什么手续", "公章盖在哪里"),
                )
            ]

    return Plugin()
