"""Turns through the desk with an endpoint: who answers when it fails, what is said twice, which calls are made."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.tools import BaseTool

from agents import Agent, Ask, House, Reply, hookimpl, open_house, wording
from agents.models import Limits, open_endpoint
from bench.endpoint_peer import THOUGHT, Answer, ToolCall, peer
from tools import EVERYONE, Call, Slot, tool

from .conftest import CITIZEN, Visit, opened, run, say, serving, settings_in

DOCUMENT = """# 居住证办事指南

## 材料

办理居住证要带身份证和照片。材料在社区服务中心交。

## 费用

首次办理不收费。补领收工本费20元。
"""
QUESTION = "办理居住证要带什么材料？"


class Played:
    """Says its answers in order; keeps the last."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def __call__(self, body: dict[str, Any]) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Counting:
    """A plugin with one agent and one write tool that notes what its `prepare` is given."""

    def __init__(self) -> None:
        self.prepared: list[Mapping[str, Any]] = []

    @hookimpl
    def register_tools(self) -> list[BaseTool]:
        async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
            self.prepared.append(arguments)
            return {**arguments, "place": "A区"}

        @tool("plot.rent", title="租地块", effect="write", roles=EVERYONE, say=lambda _: "已登记。", prepare=prepare)
        async def rent(
            size: Annotated[int, Slot("number", "面积", ask="要多大？")],
            crop: Annotated[str | None, Slot("text", "作物")] = None,
            place: Annotated[str | None, Slot("text", "位置", derived=True)] = None,
        ) -> Mapping[str, Any]:
            """租一块市民菜地。"""
            return {"size": size, "crop": crop, "place": place}

        return [rent]

    @hookimpl
    def register_agents(self) -> list[Agent]:
        plots = ("我想租一块菜地", "租地块种菜", "市民菜地怎么租", "租二十平米菜地")
        return [Agent("plots", "菜地", "市民菜地", EVERYONE, "您负责菜地。", ("plot.rent",), (), plots)]


WISH = "我想租一块菜地，租二十平米"


@asynccontextmanager
async def desk(folder: Path, url: str, plugins: Sequence[object] = (), **changes: Any) -> AsyncIterator[House]:
    """A house with one document, its model at this address."""
    quick = {"model_silence_s": 1.0, "model_timeout_s": 5.0, "bundled_knowledge": False}
    settings = settings_in(folder, **{"model": "endpoint", "model_url": url, "model_name": "peer", **quick, **changes})
    async with open_house(settings, plugins=plugins) as house:
        house.library.add(DOCUMENT.encode(), "guide.md", "government")
        yield house


async def talk(house: House, *lines: str) -> list[Reply]:
    conversation = await house.desk.open_conversation(CITIZEN)
    return [await house.desk.ask(Ask(conversation.id, line), CITIZEN) for line in lines]


def held(folder: Path, url: str, *lines: str, **changes: Any) -> list[Reply]:
    async def body() -> list[Reply]:
        async with desk(folder, url, **changes) as house:
            return await talk(house, *lines)

    return run(body)


def told(request: Mapping[str, Any]) -> str:
    return json.dumps(request["messages"], ensure_ascii=False)


TWO = Answer("办理居住证要带身份证和照片。[1]材料在社区服务中心交。[1]")
GREETING = Answer("您好，请问要办什么事？")
RENT = Answer(calls=(ToolCall("plot__rent", '{"size": 20}'),))


def test_when_nobody_is_there_the_offline_model_gives_its_own_reply_and_the_reply_says_so(tmp_path: Path) -> None:
    with peer(Played(TWO)) as served:
        gone = served.url
    offline = held(tmp_path / "one", gone, QUESTION, model="offline")[0]
    stood_in = held(tmp_path / "other", gone, QUESTION)[0]
    assert (offline.degraded, stood_in.degraded) == (None, "model_down")
    assert (stood_in.text, stood_in.outcome) == (offline.text, offline.outcome)
    assert "身份证" in stood_in.text


def test_an_answer_that_breaks_off_after_a_sentence_ends_there_and_is_not_given_twice(tmp_path: Path) -> None:
    with peer(Played(GREETING, TWO), [None, "cut after a sentence"]) as served:
        reply = held(tmp_path, served.url, "你好", QUESTION)[1]
        assert len(served.requests) == 2
    assert reply.text == f"办理居住证要带身份证和照片。[1]\n\n{wording.CUT}"
    assert (reply.degraded, reply.outcome.kind) == ("model_cut", "answered")


def test_the_next_turn_reads_only_what_was_said_of_a_broken_answer(tmp_path: Path) -> None:
    with peer(Played(GREETING, TWO), [None, "cut after a sentence"]) as served:
        held(tmp_path, served.url, "你好", QUESTION, "谢谢")
        history = [each["content"] for each in served.requests[-1]["messages"] if each["role"] == "assistant"]
    assert "办理居住证要带身份证和照片。" in history


def test_a_call_of_a_broken_answer_is_not_made(tmp_path: Path) -> None:
    plugin = Counting()
    begun = Answer("好的，我来登记。请您稍等片刻。", RENT.calls)
    with peer(Played(GREETING, begun), [None], always="cut after a sentence") as served:
        reply = held(tmp_path, served.url, "你好", WISH, plugins=[plugin])[1]
    assert reply.degraded == "model_cut"
    assert wording.CUT in reply.text
    assert not reply.actions
    assert not plugin.prepared


def test_the_time_for_a_message_is_shared_by_all_its_calls(tmp_path: Path) -> None:
    slow = Answer("好的。" * 40)
    with peer(Played(GREETING, slow), [None], always="drip") as served:
        reply = held(tmp_path, served.url, "你好", QUESTION, model_turn_s=1.0)[1]
    assert reply.degraded == "model_slow"
    assert reply.text.endswith(wording.CUT)


@pytest.mark.parametrize("fault", ["broken JSON", "unknown tool", "wrong types", "unknown argument"])
def test_a_call_that_cannot_be_made_is_told_to_the_model_once_and_then_refused(tmp_path: Path, fault: str) -> None:
    plugin = Counting()
    with peer(Played(RENT), [fault]) as served:
        mended = held(tmp_path / "one", served.url, WISH, plugins=[plugin])[0]
        assert '"kind\\": \\"invalid' in told(served.requests[1])
        assert [each.arguments["size"] for each in mended.actions] == [20]
        assert [each["size"] for each in plugin.prepared] == [20]
    with peer(Played(RENT), always=fault) as served:
        refused = held(tmp_path / "other", served.url, WISH, plugins=[plugin])[0]
        assert len(served.requests) == 2
    assert (refused.outcome.kind, refused.outcome.reason) == ("refused", "invalid")
    assert refused.text == wording.CONFUSED
    assert not refused.actions
    assert len(plugin.prepared) == 1


def test_what_prepare_gets_has_the_declared_types_and_nothing_it_works_out_itself(tmp_path: Path) -> None:
    plugin = Counting()
    words = Answer(calls=(ToolCall("plot__rent", '{"size": "20", "crop": ""}'),))
    smuggled = Answer(calls=(ToolCall("plot__rent", '{"size": 20, "place": "市长家的院子"}'),))
    with peer(Played(words)) as served:
        held(tmp_path / "one", served.url, WISH, plugins=[plugin])
    assert plugin.prepared == [{"size": 20, "crop": ""}]
    with peer(Played(smuggled, words)) as served:
        reply = held(tmp_path / "other", served.url, WISH, plugins=[plugin])[0]
    assert "市长家" not in str(reply.actions)
    assert plugin.prepared[1:] == [{"size": 20, "crop": ""}]


def test_parallel_calls_are_each_answered_and_only_one_is_put_up_for_a_yes(tmp_path: Path) -> None:
    both = Answer(calls=(RENT.calls[0], ToolCall("plot__rent", '{"size": 30}')))
    with peer(Played(both, GREETING)) as served:
        first, _ = held(tmp_path, served.url, WISH, "你好", plugins=[Counting()])
        history = served.requests[-1]["messages"]
        assert not served.broken_protocol
    assert [each.arguments["size"] for each in first.actions] == [20]
    results = [json.loads(each["content"]).get("status") for each in history if each["role"] == "tool"]
    assert [each for each in results if each] == ["awaiting_confirmation", "skipped"]


def test_an_answer_the_guard_lets_nothing_pass_of_is_asked_for_once_more(tmp_path: Path) -> None:
    invented = Answer("补领居住证要交98765元。[1]")
    with peer(Played(invented, TWO)) as served:
        reply, later = held(tmp_path, served.url, QUESTION, "谢谢")
        again, next_turn = told(served.requests[1]), told(served.requests[2])
    assert "身份证和照片" in reply.text
    assert "98765" not in reply.text
    assert "没有依据的数字：98765" in again
    assert "98765" not in next_turn
    assert later.degraded is None
    with peer(Played(invented)) as served:
        refused = held(tmp_path / "other", served.url, QUESTION)[0]
        assert len(served.requests) == 2
    assert (refused.outcome.kind, refused.outcome.reason) == ("refused", "no_evidence")


def test_a_models_question_holds_no_number_of_its_own(tmp_path: Path) -> None:
    asks = [
        Answer(calls=(ToolCall("ask_user", json.dumps({"question": each}, ensure_ascii=False)),))
        for each in ("先交98765元，好吗？", "是20平米的那块吗？")
    ]
    with peer(Played(*asks)) as served:
        invented, heard = held(tmp_path, served.url, "我想租地", "二十平米，也就是20平米", plugins=[Counting()])
    assert invented.text == wording.SAY_MORE
    assert heard.text == "是20平米的那块吗？"


@pytest.mark.parametrize("fault", ["think tags", "think unopened", "reasoning field"])
def test_reasoning_is_neither_said_nor_stored(tmp_path: Path, fault: str) -> None:
    async def body(url: str) -> None:
        async with desk(tmp_path, url) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, QUESTION), CITIZEN)
            trace = await house.desk.trace(CITIZEN, conversation.id, reply.turn_id)
            assert reply.text == "办理居住证要带身份证和照片。[1]材料在社区服务中心交。[2]"
            assert THOUGHT not in f"{reply}{trace}"

    with peer(Played(TWO), always=fault) as served:
        run(lambda: body(served.url))


def test_the_server_passes_on_that_another_model_answered(tmp_path: Path, visit: Visit) -> None:
    with peer(Played(TWO), always="503") as served:
        model = open_endpoint(served.url, "peer", "", Limits())
        with serving(tmp_path, model=model, bundled_knowledge=False) as site:
            site.house.library.add(DOCUMENT.encode(), "guide.md", "government")
            api = visit(site, "citizen-1")
            talk_id = opened(api)
            assert say(api, talk_id, QUESTION).json()["degraded"] == "model_down"
            streamed = say(api, talk_id, QUESTION, Accept="text/event-stream").text
            assert '"degraded":"model_down"' in streamed.replace(": ", ":")
