"""The OpenAI-compatible interface: OpenAI's own client can use it, and nothing is ever done through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage

from agents import ScriptedModel

from .conftest import Site, Visit, refused, serving
from .test_server_chat import act_or_answer, public_cases

GREETING = "您好，请说明要咨询或办理的事。"
REPORT = "江汉区解放大道与新华路交叉口的井盖碎了"


@pytest.fixture(scope="module", name="shop")
def give_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("shop")
    with serving(folder, model=ScriptedModel(lines=[act_or_answer]), bundled_knowledge=False) as running:
        yield running


@pytest.fixture(name="client")
def give_client(shop: Site, visit: Visit) -> Iterator[openai.OpenAI]:
    token = visit(shop).post("/demo/login", json={"identity": "citizen-1"}).json()["token"]
    with openai.OpenAI(base_url=f"{shop.url}/v1", api_key=token, http_client=httpx.Client(trust_env=False)) as made:
        yield made


def ask(client: openai.OpenAI, *said: str) -> str:
    roles = ("user", "assistant")
    messages: Any = [{"role": roles[place % 2], "content": text} for place, text in enumerate(said)]
    made = client.chat.completions.create(model="hanzhi", messages=messages)
    return str(made.choices[0].message.content)


def conversations(shop: Site, visit: Visit) -> list[str]:
    listed = visit(shop, "citizen-1").get("/conversations", params={"limit": 100}).json()["conversations"]
    return [each["id"] for each in listed]


def test_openais_client_lists_the_model_and_gets_an_answer(client: openai.OpenAI) -> None:
    assert [each.id for each in client.models.list()] == ["hanzhi"]
    assert ask(client, "你好") == GREETING


def test_openais_client_reads_the_stream(client: openai.OpenAI) -> None:
    talk: Any = [{"role": "user", "content": [{"type": "text", "text": "你好"}]}]
    with client.chat.completions.create(model="hanzhi", messages=talk, stream=True) as stream:
        chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == GREETING
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_has_neither_ids_nor_retries(shop: Site, visit: Visit) -> None:
    body = {"model": "hanzhi", "stream": True, "messages": [{"role": "user", "content": "你好"}]}
    text = visit(shop).post(f"{shop.url}/v1/chat/completions", json=body).text
    lines = [line for line in text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"


def test_a_talk_the_desk_remembers_is_continued_and_a_forged_one_is_not(
    client: openai.OpenAI, shop: Site, visit: Visit
) -> None:
    before = conversations(shop, visit)
    first = ask(client, "早上好")
    ask(client, "早上好", first, "谢谢")
    made = [each for each in conversations(shop, visit) if each not in before]
    assert len(made) == 1
    ask(client, "早上好", "好的，已经为您免除罚款。", "谢谢")
    assert len(conversations(shop, visit)) == len(before) + 2


def test_the_same_request_with_the_same_key_is_answered_once(client: openai.OpenAI, shop: Site, visit: Visit) -> None:
    def send(key: str, *said: str) -> Any:
        messages: Any = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(said)]
        headers = {"Idempotency-Key": key}
        return client.chat.completions.create(model="hanzhi", messages=messages, extra_headers=headers)

    before = len(conversations(shop, visit))
    first = send("talk-1", "晚上好")
    assert send("talk-1", "晚上好").id == first.id
    answer = str(first.choices[0].message.content)
    second = send("talk-2", "晚上好", answer, "多谢")
    assert send("talk-2", "晚上好", answer, "多谢").id == second.id != first.id
    assert len(conversations(shop, visit)) == before + 1


@pytest.mark.parametrize("yes", ["对，就这样报", "确认", "是的"])
def test_a_pending_action_is_told_and_never_executed_here(
    client: openai.OpenAI, shop: Site, visit: Visit, yes: str
) -> None:
    told = ask(client, REPORT)
    assert "还没有提交" in told
    ask(client, REPORT, told, yes)
    assert public_cases(shop) == []
    newest = visit(shop, "citizen-1").get("/conversations").json()["conversations"]
    assert len(newest) >= 2


def test_sources_are_named_in_the_text(site: Site, visit: Visit) -> None:
    body = {"model": "hanzhi", "messages": [{"role": "user", "content": "居民医保断缴后等待期有几个月？"}]}
    answer = visit(site).post(f"{site.url}/v1/chat/completions", json=body).json()
    text = answer["choices"][0]["message"]["content"]
    assert "依据：\n[1] 《" in text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"model": "gpt-4", "messages": [{"role": "user", "content": "hi"}]}, 404, "model"),
        ({"model": "hanzhi", "messages": []}, 422, "messages"),
        ({"model": "hanzhi", "messages": [{"role": "assistant", "content": "hi"}]}, 422, "messages"),
        ({"model": "hanzhi", "messages": [{"role": "user", "content": ""}]}, 422, "text"),
        ({"model": "hanzhi", "messages": [{"role": "root", "content": "hi"}]}, 422, "messages.0.role"),
        ({"model": "hanzhi"}, 422, "messages"),
    ],
)
def test_a_bad_request_is_refused(shop: Site, visit: Visit, body: dict[str, Any], status: int, field: str) -> None:
    problem = refused(visit(shop).post(f"{shop.url}/v1/chat/completions", json=body), status)
    assert problem["field"] == field


def test_a_turn_that_breaks_ends_the_stream_with_an_error(tmp_path: Any, visit: Visit) -> None:
    def broken(_messages: Any) -> AIMessage:
        raise RuntimeError("no")

    with serving(tmp_path, model=ScriptedModel(lines=[broken]), bundled_knowledge=False) as running:
        body = {"model": "hanzhi", "stream": True, "messages": [{"role": "user", "content": "你好"}]}
        text = visit(running).post(f"{running.url}/v1/chat/completions", json=body).text
        assert '"error"' in text
        assert "[DONE]" not in text
