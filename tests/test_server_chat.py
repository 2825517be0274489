"""Conversations over HTTP: answers, streams, decisions, and whose they are."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from ag_ui.core import Event
from langchain_core.messages import AIMessage
from pydantic import TypeAdapter

from agents import CITY_ZONE, ScriptedModel

from .conftest import Site, Visit, opened, refused, say, serving

EVENTS: TypeAdapter[Any] = TypeAdapter(Event)
REPORT = "江汉区解放大道与新华路交叉口的井盖碎了"
ELSEWHERE = "江岸区香港路与建设大道交叉口的井盖碎了"
STREAMED = {"Accept": "text/event-stream"}


def act_or_answer(messages: Any) -> AIMessage:
    """A model that proposes a report when it hears of a manhole cover, else answers in a fixed sentence."""
    said = str(messages[-3].content)
    if "井盖" not in said:
        return AIMessage("您好，请说明要咨询或办理的事。")
    arguments = {"description": "井盖碎了", "address": said.partition("的井盖")[0]}
    return AIMessage("", tool_calls=[{"name": "case.create", "args": arguments, "id": "c-1", "type": "tool_call"}])


@pytest.fixture(scope="module", name="shop")
def give_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose model is scripted, so that what is said does not depend on the offline model."""
    folder = tmp_path_factory.mktemp("shop")
    with serving(folder, model=ScriptedModel(lines=[act_or_answer])) as running:
        yield running


def proposed(api: httpx.Client, report: str = REPORT) -> dict[str, Any]:
    reply: dict[str, Any] = say(api, opened(api), report).json()
    assert reply["outcome"] == {"is": "confirm", "reason": None}, reply
    return reply


def action_path(reply: dict[str, Any]) -> str:
    return f"/conversations/{reply['conversation_id']}/actions/{reply['actions'][0]['id']}"


def events_of(text: str) -> list[dict[str, Any]]:
    frames = [frame for frame in text.split("\n\n") if frame and not frame.startswith(":")]
    return [json.loads(frame.split("data: ", 1)[1]) for frame in frames]


def public_cases(site: Site) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = httpx.get(f"{site.url}/sandbox/open311/v2/requests.json", trust_env=False).json()
    return rows


def test_a_turn_is_answered_and_kept(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    conversation = opened(api)
    reply = say(api, conversation, "你好").json()
    assert reply["text"] == "您好，请说明要咨询或办理的事。"
    assert reply["outcome"]["is"] == "answered"
    kept = api.get(f"/conversations/{conversation}").json()
    assert [(turn["text"], turn["reply"]) for turn in kept["turns"]] == [("你好", reply)]
    listed = api.get("/conversations").json()["conversations"]
    assert [each["id"] for each in listed] == [conversation]


def test_the_bundled_knowledge_is_cited_to_the_exact_words(site: Site, visit: Visit) -> None:
    api = visit(site)
    reply = say(api, opened(api), "居民医保断缴后等待期有几个月？").json()
    citation = reply["citations"][0]
    assert citation["kind"] == "passage"
    document = api.get(f"/knowledge/documents/{citation['document_id']}").json()
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_stream_is_ag_ui_and_ends_with_the_reply_that_is_stored(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    conversation = opened(api)
    answer = say(api, conversation, "你好", **STREAMED)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events_of(answer.text)
    for each in told:
        EVENTS.validate_python(each)
    kinds = [each["type"] for each in told]
    assert kinds[0] == "RUN_STARTED"
    assert kinds[-4:] == ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_FINISHED"]
    assert kinds.count("STEP_STARTED") == kinds.count("STEP_FINISHED") > 0
    reply = told[-1]["result"]
    assert (told[0]["threadId"], told[0]["runId"]) == (conversation, reply["turn_id"])
    assert "".join(each["delta"] for each in told if each["type"] == "TEXT_MESSAGE_CONTENT") == reply["text"]
    assert api.get(f"/conversations/{conversation}").json()["turns"][0]["reply"] == reply
    numbers = [int(line[4:]) for line in answer.text.splitlines() if line.startswith("id: ")]
    assert numbers == list(range(1, len(told) + 1))


def test_a_yes_in_words_is_spoken_in_the_stream_too(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-1")
    reply = proposed(api)
    told = events_of(say(api, reply["conversation_id"], "对，就这样报", **STREAMED).text)
    assert told[-1]["result"]["outcome"]["is"] == "done"
    assert "".join(each.get("delta", "") for each in told) == told[-1]["result"]["text"]


def test_a_turn_that_breaks_ends_the_stream_with_an_error_in_chinese(tmp_path: Path, visit: Visit) -> None:
    def broken(_messages: Any) -> AIMessage:
        raise RuntimeError("身份证 420106199001011234")

    with serving(tmp_path, model=ScriptedModel(lines=[broken]), bundled_knowledge=False) as running:
        api = visit(running)
        conversation = opened(api)
        told = events_of(say(api, conversation, "你好", **STREAMED).text)
        EVENTS.validate_python(told[-1])
        assert told[-1]["type"] == "RUN_ERROR"
        assert "您的话已保存" in told[-1]["message"]
        assert "420106" not in json.dumps(told)
        problem = refused(say(api, conversation, "你好"), 500)
        assert problem["trace_id"] in problem["detail"]
        states = [turn["state"] for turn in api.get(f"/conversations/{conversation}").json()["turns"]]
        assert states == ["failed", "failed"]


def test_a_turn_goes_on_when_the_client_hangs_up(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    conversation = opened(api)
    path = f"/conversations/{conversation}/turns"
    with api.stream("POST", path, json={"text": "你好"}, headers=STREAMED) as answer:
        next(answer.iter_bytes())
    turn = {"state": "running"}
    for _ in range(200):
        turn = api.get(f"/conversations/{conversation}").json()["turns"][0]
        if turn["state"] != "running":
            break
        time.sleep(0.05)
    assert turn["state"] == "finished"


def test_a_confirmed_report_is_a_case_that_open311_shows(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-1")
    reply = proposed(api)
    assert "解放大道" in reply["actions"][0]["summary"]
    done = api.post(action_path(reply), json={"decision": "confirm"}).json()
    assert done["outcome"]["is"] == "done"
    number = done["receipts"][0]["object_id"]
    assert number in [row["service_request_id"] for row in public_cases(shop)]
    again = refused(api.post(action_path(reply), json={"decision": "confirm"}), 409)
    assert again["receipt"]["object_id"] == number


def test_the_same_confirm_with_the_same_key_gives_the_same_reply(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-1")
    reply = proposed(api, ELSEWHERE)
    key = {"Idempotency-Key": "decide-1"}
    before = len(public_cases(shop))
    first = api.post(action_path(reply), json={"decision": "confirm"}, headers=key)
    assert first.json()["outcome"]["is"] == "done", first.text
    assert api.post(action_path(reply), json={"decision": "confirm"}, headers=key).json() == first.json()
    assert len(public_cases(shop)) == before + 1


def test_a_report_is_cancelled_or_edited(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-1")
    reply = proposed(api)
    edited = api.post(action_path(reply), json={"decision": "edit", "arguments": {"description": "井盖不见了"}}).json()
    assert edited["outcome"]["is"] == "confirm"
    assert "井盖不见了" in edited["actions"][0]["summary"]
    refused(api.post(action_path(reply), json={"decision": "confirm"}), 409)
    assert api.post(action_path(edited), json={"decision": "cancel"}).json()["outcome"]["is"] == "answered"
    refused(api.post(action_path(edited), json={"decision": "confirm"}), 409)


def test_an_edit_of_something_else_names_what_may_be_edited(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-1")
    reply = proposed(api)
    problem = refused(api.post(action_path(reply), json={"decision": "edit", "arguments": {"role": "operator"}}), 422)
    assert problem["field"] == "arguments"
    assert "可以修改的有" in problem["detail"]


def test_a_late_confirm_is_gone(tmp_path: Path, visit: Visit) -> None:
    start = datetime(2026, 9, 1, 8, 40, tzinfo=CITY_ZONE)
    changes: dict[str, Any] = {"model": ScriptedModel(lines=[act_or_answer]), "bundled_knowledge": False}
    with serving(tmp_path, clock=start, **changes) as running:
        reply = proposed(visit(running, "citizen-1"))
    with serving(tmp_path, clock=start + timedelta(minutes=11), **changes) as running:
        problem = refused(visit(running, "citizen-1").post(action_path(reply), json={"decision": "confirm"}), 410)
        assert "重新" in problem["detail"]
        assert public_cases(running) == []


@pytest.mark.parametrize("other", ["citizen-2", "operator-1", ""])
def test_what_is_anothers_does_not_exist(shop: Site, other: str, visit: Visit) -> None:
    mine, theirs = visit(shop, "citizen-1"), visit(shop, other)
    reply = proposed(mine)
    conversation, turn = reply["conversation_id"], reply["turn_id"]
    own = opened(theirs)
    unknown = refused(theirs.get("/conversations/c_none"), 404)
    path = f"/conversations/{conversation}"
    answers = [
        theirs.get(path),
        theirs.delete(path),
        say(theirs, conversation, "你好"),
        say(theirs, conversation, "你好", **STREAMED),
        theirs.post(action_path(reply), json={"decision": "confirm"}),
        theirs.post(f"/conversations/{own}/actions/{reply['actions'][0]['id']}", json={"decision": "confirm"}),
        theirs.post(f"{path}/turns/{turn}/feedback", json={"rating": "up"}),
        theirs.post(f"/conversations/{own}/turns/{turn}/feedback", json={"rating": "up"}),
        theirs.get(f"/conversations/{own}/turns/{turn}/trace"),
    ]
    for answer in answers:
        refused(answer, 404)
    assert answers[0].json()["detail"] == unknown["detail"]
    listed = theirs.get("/conversations").json()["conversations"]
    assert conversation not in [each["id"] for each in listed]
    assert mine.get(path).json()["turns"][0]["reply"]["turn_id"] == turn


def test_a_trace_is_for_the_owner_and_for_operators(shop: Site, visit: Visit) -> None:
    mine = visit(shop, "citizen-1")
    reply = say(mine, opened(mine), "我叫张三，电话13912345678，你好").json()
    path = f"/conversations/{reply['conversation_id']}/turns/{reply['turn_id']}/trace"
    steps = mine.get(path).json()["steps"]
    assert {"routing", "lookup"} <= {step["kind"] for step in steps}
    assert "13912345678" not in json.dumps(steps, ensure_ascii=False)
    assert visit(shop, "operator-1").get(path).json()["steps"] == steps
    refused(visit(shop, "citizen-2").get(path), 404)


def test_a_message_with_the_same_key_is_answered_once(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    conversation = opened(api)
    first = say(api, conversation, "你好", **{"Idempotency-Key": "turn-1"}).json()
    assert say(api, conversation, "你好", **{"Idempotency-Key": "turn-1"}).json() == first
    told = events_of(say(api, conversation, "你好", **{"Idempotency-Key": "turn-1", **STREAMED}).text)
    assert told[-1]["result"] == first
    refused(say(api, conversation, "别的话", **{"Idempotency-Key": "turn-1"}), 409)
    assert len(api.get(f"/conversations/{conversation}").json()["turns"]) == 1


def test_a_conversation_with_the_same_key_is_opened_once(shop: Site, visit: Visit) -> None:
    api = visit(shop, "citizen-2")
    key = {"Idempotency-Key": "open-1"}
    made = {api.post("/conversations", json={}, headers=key).json()["id"] for _ in range(3)}
    assert len(made) == 1
    assert visit(shop, "citizen-1").post("/conversations", headers=key).json()["id"] not in made


def test_a_deleted_conversation_is_gone(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    conversation = opened(api)
    assert api.delete(f"/conversations/{conversation}").status_code == 204
    refused(api.get(f"/conversations/{conversation}"), 404)


def test_conversations_are_listed_in_pages(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    made = [opened(api) for _ in range(3)]
    page = api.get("/conversations", params={"limit": 2}).json()
    rest = api.get("/conversations", params={"limit": 2, "before": page["before"]}).json()
    assert [each["id"] for each in (*page["conversations"], *rest["conversations"])] == made[::-1]
    assert rest["before"] is None


def test_feedback_is_taken(shop: Site, visit: Visit) -> None:
    api = visit(shop)
    reply = say(api, opened(api), "你好").json()
    path = f"/conversations/{reply['conversation_id']}/turns/{reply['turn_id']}/feedback"
    assert api.post(path, json={"rating": "down", "comment": "没有回答我的问题"}).status_code == 204
    assert refused(api.post(path, json={"rating": "so-so"}), 422)["field"] == "rating"
