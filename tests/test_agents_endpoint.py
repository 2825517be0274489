"""The endpoint model against a server that keeps to the OpenAI protocol, on loopback: names, streams, faults."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agents.arguments import UNREADABLE
from agents.errors import ModelFailed
from agents.models import EndpointModel, Limits, open_endpoint
from agents.toolbox import Toolbox
from bench.endpoint_peer import THOUGHT, Answer, Peer, ToolCall, peer

from .conftest import run

HISTORY = [
    SystemMessage("你是助手。"),
    HumanMessage("井盖坏了"),
    AIMessage("", tool_calls=[{"name": "kb.search", "args": {"query": "井盖"}, "id": "a", "type": "tool_call"}]),
    ToolMessage("{}", tool_call_id="a", name="kb.search"),
]
TEXT = Answer("井盖归市政管理单位管。请您说一下地点，我来登记，登记以前会先给您核对一遍内容。")
CALLS = Answer("好的。", (ToolCall("case__create", '{"address": "汉正街"}'), ToolCall("drop")))
QUICK = Limits(timeout_s=3.0, silence_s=0.6)


@asynccontextmanager
async def opened(url: str, limits: Limits = QUICK, body: dict[str, Any] | None = None) -> AsyncIterator[EndpointModel]:
    model = open_endpoint(url, "m", "", limits, body)
    try:
        yield model
    finally:
        await model.close()


async def ask(url: str, limits: Limits = QUICK, messages: list[BaseMessage] | None = None, times: int = 1) -> AIMessage:
    """The model's answer, the last one of several."""
    whole: Any = None
    async with opened(url, limits) as model:
        bound = model.bind_tools(Toolbox([]).bound([]))
        for _ in range(times):
            whole = None
            async for chunk in bound.astream(messages or HISTORY):
                whole = chunk if whole is None else whole + chunk
    return AIMessage(whole.text, tool_calls=whole.tool_calls)


def answer(told: Answer, *faults: str | None, always: str | None = None, **more: Any) -> tuple[AIMessage, Peer]:
    """What comes back from a server that misbehaves like this, and the server."""
    with peer(lambda _: told, list(faults), always) as served:
        message = run(lambda: ask(served.url, **more))
    assert not served.broken_protocol
    return message, served


def failure(told: Answer, always: str, limits: Limits = QUICK) -> tuple[ModelFailed, Peer]:
    """Why no answer came from such a server, and the server."""
    with peer(lambda _: told, always=always) as served, pytest.raises(ModelFailed) as caught:
        run(lambda: ask(served.url, limits))
    return caught.value, served


def test_calls_in_pieces_come_back_whole_and_under_our_names() -> None:
    message, _ = answer(CALLS)
    assert message.content == "好的。"
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [
        ("case.create", {"address": "汉正街"}),
        ("drop", {}),
    ]


def test_the_server_sees_names_without_dots_and_no_desk_metadata() -> None:
    _, served = answer(TEXT)
    sent = served.requests[0]
    assert [each["function"]["name"] for each in sent["tools"]] == ["ask_user", "refuse", "hand_off", "drop"]
    assert sent["messages"][2]["tool_calls"][0]["function"]["name"] == "kb__search"
    assert "spec" not in json.dumps(sent)
    assert sent["stream"] is True
    assert sent["temperature"] == 0


@pytest.mark.parametrize("fault", ["no ids", "same ids"])
def test_calls_get_ids_of_their_own(fault: str) -> None:
    message, _ = answer(CALLS, fault)
    ids = [each["id"] for each in message.tool_calls]
    assert len(set(ids)) == 2
    assert all(ids)


@pytest.mark.parametrize("fault", ["think tags", "think unopened", "reasoning field"])
def test_reasoning_is_no_part_of_an_answer(fault: str) -> None:
    for told in (TEXT, CALLS):
        message, _ = answer(told, always=fault, times=2)
        assert message.content == told.text
        assert len(message.tool_calls) == len(told.calls)
    assert THOUGHT not in str(message)


def test_broken_arguments_are_marked_not_guessed() -> None:
    message, _ = answer(CALLS, "broken JSON")
    assert [list(each["args"]) for each in message.tool_calls] == [[UNREADABLE], [UNREADABLE]]


def test_a_server_without_tools_is_told_them_as_text_from_then_on() -> None:
    message, served = answer(CALLS, always="no tools", times=2)
    assert [each["name"] for each in message.tool_calls] == ["case.create", "drop"]
    assert ["tools" in each for each in served.requests] == [True, False, False]
    shown = served.requests[-1]["messages"]
    assert [each["role"] for each in shown] == ["system", "user", "assistant", "user"]
    assert '"name": "ask_user"' in shown[0]["content"]
    assert '<tool_call>\n{"name": "kb__search"' in shown[2]["content"]
    assert shown[3]["content"].startswith("<tool_response>")


def test_where_tools_are_text_nobody_speaks_twice_in_a_row_and_no_words_are_mixed() -> None:
    twice = [HISTORY[0], HumanMessage("着火了"), HumanMessage("着火了"), *HISTORY[2:], *HISTORY[1:2]]
    _, served = answer(TEXT, limits=Limits(3.0, 0.6, tools="prompted"), messages=twice)
    shown = served.requests[0]["messages"]
    assert [each["role"] for each in shown] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert [shown[1]["content"], shown[4]["content"], shown[5]["content"]] == ["着火了", "好的。", "井盖坏了"]


def test_tools_go_as_text_at_once_where_the_setting_says_so_and_never_where_it_forbids() -> None:
    _, served = answer(TEXT, limits=Limits(3.0, 0.6, tools="prompted"))
    assert "tools" not in served.requests[0]
    problem, _ = failure(TEXT, "no tools", Limits(3.0, 0.6, tools="native"))
    assert problem.reason == "model_refused"


def test_calls_that_a_server_lets_through_as_text_are_calls() -> None:
    message, _ = answer(CALLS, "calls as text")
    assert message.content.strip() == "好的。"
    assert message.tool_calls[0]["args"] == {"address": "汉正街"}


def test_a_temperature_that_is_not_taken_is_left_out_from_then_on() -> None:
    _, served = answer(TEXT, always="no temperature", times=2)
    assert ["temperature" in each for each in served.requests] == [True, False, False]


@pytest.mark.parametrize("fault", ["429", "500", "503", "cut"])
def test_a_passing_fault_is_tried_once_more(fault: str) -> None:
    message, served = answer(TEXT, fault)
    assert message.content == TEXT.text
    assert len(served.requests) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "requests"),
    [
        ("401", "model_refused", 1),
        ("404", "model_refused", 1),
        ("429 long", "model_busy", 1),
        ("503", "model_down", 2),
        ("silent", "model_slow", 1),
        ("half-open", "model_slow", 1),
        ("keep-alives only", "model_slow", 1),
        ("cut", "model_cut", 2),
        ("ends early", "model_cut", 1),
        ("length", "model_cut", 1),
        ("filtered", "model_cut", 1),
        ("garbage", "model_garbled", 1),
        ("error inside", "model_garbled", 1),
        ("html", "model_garbled", 1),
        ("empty", "model_garbled", 1),
    ],
)
def test_a_lasting_fault_ends_in_a_named_failure(fault: str, reason: str, requests: int) -> None:
    problem, served = failure(TEXT, fault, Limits(timeout_s=1.0, silence_s=0.6))
    assert problem.reason == reason
    assert len(served.requests) == requests


def test_nobody_at_the_address_is_a_named_failure() -> None:
    with peer(lambda _: TEXT) as served:
        url = served.url
    with pytest.raises(ModelFailed) as caught:
        run(lambda: ask(url))
    assert caught.value.reason == "model_down"


def test_an_endpoint_that_keeps_failing_is_left_alone() -> None:
    async def body(url: str) -> None:
        async with opened(url) as model:
            for _ in range(6):
                with pytest.raises(ModelFailed):
                    await model.ainvoke(HISTORY)

    with peer(lambda _: TEXT, always="503") as served:
        run(lambda: body(served.url))
    assert len(served.requests) == 2 * 3


def test_an_endpoint_that_asks_for_rest_is_given_it() -> None:
    async def body(url: str) -> None:
        async with opened(url) as model:
            for _ in range(3):
                with pytest.raises(ModelFailed) as caught:
                    await model.ainvoke(HISTORY)
                assert caught.value.reason == "model_busy"

    with peer(lambda _: TEXT, always="429 long") as served:
        run(lambda: body(served.url))
    assert len(served.requests) == 1


def long_history(turns: int) -> list[BaseMessage]:
    told: list[BaseMessage] = [SystemMessage("你是助手。待确认：上报井盖。")]
    for number in range(turns):
        told += [HumanMessage(f"第{number}问" + "问" * 400), AIMessage("答" * 400)]
    return [*told, *HISTORY[1:]]


def contents(request: dict[str, Any]) -> list[str]:
    return [str(each["content"]) for each in request["messages"] if each["role"] in ("system", "user")]


def test_what_does_not_fit_is_left_out_oldest_turns_first() -> None:
    _, served = answer(TEXT, messages=long_history(12), limits=Limits(3.0, 0.6, context_tokens=6000))
    kept = contents(served.requests[0])
    assert kept[0] == "你是助手。待确认：上报井盖。"
    assert kept[-1] == "井盖坏了"
    assert kept[-2].startswith("第11问")
    assert 3 <= len(kept) < 8


def test_a_server_whose_context_is_shorter_gets_less_and_is_asked_once_more() -> None:
    message, served = answer(TEXT, always="short context", messages=long_history(2))
    assert message.content == TEXT.text
    assert len(served.requests) == 2
    assert contents(served.requests[1])[0] == "你是助手。待确认：上报井盖。"
    assert contents(served.requests[1])[-1] == "井盖坏了"


def test_what_a_setting_adds_goes_into_every_request() -> None:
    async def body(url: str) -> None:
        async with opened(url, body={"enable_thinking": False}) as model:
            await model.ainvoke(HISTORY)

    with peer(lambda _: TEXT) as served:
        run(lambda: body(served.url))
    assert served.requests[0]["enable_thinking"] is False


Change = Callable[[list[BaseMessage]], list[BaseMessage]]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: [*told, HumanMessage("还有呢")][:-2],
        lambda told: [told[0], *told[2:]][:2],
        lambda told: [*told, ToolMessage("{}", tool_call_id="b", name="kb.search")],
    ],
)
def test_the_test_server_itself_refuses_a_history_that_breaks_the_protocol(change: Change) -> None:
    with peer(lambda _: TEXT) as served, pytest.raises(ModelFailed):
        run(lambda: ask(served.url, messages=change(HISTORY)))
    assert served.broken_protocol
