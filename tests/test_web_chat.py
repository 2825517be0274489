"""The chat page in a real browser: the citizen's story, streaming, hostile text, cut wires."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import PrivateAttr

from agents import ScriptedModel

from .browsing import FIELD, Cutter, ask, browser, heard, phone
from .conftest import Site, serving

__all__ = ["browser"]
HOSTILE = r"""看这里：<img src="https://evil.example/x.png" onerror="alert(1)"> <script>alert(1)</script>

![图](https://evil.example/leak.png) <form action="https://evil.example"><input name="a"></form>
<svg><image href="https://evil.example/s.png"/></svg> <p style="background:url(https://evil.example/b.png)">字</p>

[点我](javascript:alert(1)) [外站](//evil.example/a) [反斜杠](/\evil.example/b) [甲][9]

[9]: https://evil.example/c

[好的](https://www.gov.cn/a) [拨打](tel:12345) <a href="data:text/html,x">乙</a> <object data="https://evil.example/o"></object>
"""
SHOW = """async (text) => {
  const { render } = await import('/static/chat/markdown.js')
  const box = document.createElement('div')
  box.id = 'hostile'
  box.append(render(text))
  document.body.append(box)
}"""
# Feeds a text piece by piece, one frame each; returns what stands there, what it would be at once, and whether the
# first block stayed the same element.
GROW = """async (text) => {
  const { render } = await import('/static/chat/markdown.js')
  const [grown, whole] = [document.createElement('hanzhi-text'), document.createElement('div')]
  document.body.append(grown)
  let first = null
  for (let end = 0; end <= text.length + 9; end += 9) {
    grown.text = text.slice(0, end)
    await new Promise(requestAnimationFrame)
    if (grown.children.length > 1) first ??= grown.children[0]
  }
  whole.append(render(text))
  const html = (nodes) => Array.from(nodes, (each) => each.innerHTML).join('').replace(/\\s+/g, ' ')
  return [html(grown.children), html([whole]), first !== null && first === grown.children[0]]
}"""
MARKDOWN = """需要这些材料：[1]

1. 身份证
2. 户口簿

   - 原件
   - 复印件
3. 照片

| 项目 | 时限 |
| --- | --- |
| 受理 | 1 个工作日 |
| 办结 | 5 个工作日 |

## 去哪里办

**政务服务中心**，周一到周五。[2][3]
请带好 `回执`。

> 以窗口说明为准。

```
不是
正文
```

最后一段。"""
FIRST, SECOND = "您好，我在听。", "请说说要问的事。"


class Speaker(ScriptedModel):
    """Says something hostile when asked for a page; else one sentence, and a second when its gate is open."""

    lines: list[Any] = [""]  # noqa: RUF012
    _gate: threading.Event = PrivateAttr(default_factory=threading.Event)

    @property
    def gate(self) -> threading.Event:
        """Opens the way for the second sentence."""
        return self._gate

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **more: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        said = next(str(each.content) for each in reversed(messages) if isinstance(each, HumanMessage))
        # A sentence is sent when the next one begins: its marks might still follow.
        pieces = [HOSTILE] if "网页" in said else [FIRST + SECOND[0], SECOND[1:]]
        yield ChatGenerationChunk(message=AIMessageChunk(pieces[0]))
        await asyncio.to_thread(self._gate.wait, 30)
        for piece in pieces[1:]:
            yield ChatGenerationChunk(message=AIMessageChunk(piece))


@pytest.fixture(scope="module", name="spoken")
def give_spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, threading.Event]]:
    """A server with an empty library, and the gate of its model."""
    model = Speaker()
    with serving(tmp_path_factory.mktemp("spoken"), model=model, bundled_knowledge=False) as running:
        yield running, model.gate
        model.gate.set()


@pytest.fixture(name="gated")
def give_gated(spoken: tuple[Site, threading.Event]) -> tuple[Site, threading.Event]:
    """The server with its model waiting in the middle of an answer."""
    spoken[1].clear()
    return spoken


@pytest.fixture(name="fluent")
def give_fluent(spoken: tuple[Site, threading.Event]) -> Site:
    """The server with its model answering at once."""
    spoken[1].set()
    return spoken[0]


def answer(page: Page) -> Locator:
    """The latest answer."""
    return page.locator(".theirs").last


def test_a_citizen_asks_reports_confirms_and_finds_the_case(browser: Browser, site: Site) -> None:
    with phone(browser, site.url) as page:
        ask(page, "居民医保的等待期是怎么规定的？")
        expect(answer(page).locator(".text")).to_contain_text("3个月")
        expect(answer(page).get_by_text("AI 生成")).to_be_visible()
        see_the_source(page)
        ask(page, "井盖坏了一个大洞，请来修")
        expect(answer(page)).to_contain_text("还差一点信息")
        expect(page.get_by_role("button", name="确认提交")).to_have_count(0)
        ask(page, "江汉区解放大道与新华路交叉口")
        card = answer(page).locator(".card.confirm")
        expect(card).to_contain_text("解放大道")
        expect(card).to_contain_text("井盖")
        expect(card).to_contain_text(re.compile("请在 .*内确认"))
        card.get_by_role("button", name="确认提交").click()
        expect(page.locator(".card.confirm")).to_contain_text("已确认提交")
        expect(page.locator(".card.receipt")).to_be_in_viewport(ratio=1)
        number = page.locator(".card.receipt .code").inner_text()
        expect(page.locator(".card.receipt")).to_contain_text("时间")
        expect(page.get_by_role("button", name="确认提交")).to_have_count(0)
        page.reload()
        expect(page.locator(".card.receipt .code")).to_have_text(number)
        expect(page.locator(".card.confirm")).to_contain_text("已确认提交")
    found = httpx.get(f"{site.url}/sandbox/open311/v2/requests/{number}.json").json()
    assert [each["service_request_id"] for each in found] == [number]
    assert "解放大道" in found[0]["address"]


def see_the_source(page: Page) -> None:
    """Open the first citation: facts, the document on the exact words in sight, and the focus back afterwards."""
    mark = answer(page).locator("button.cite").first
    mark.click()
    panel = page.get_by_role("dialog")
    quote = panel.locator("blockquote").inner_text()
    expect(panel.locator("mark")).to_have_text(quote)
    expect(panel.locator("mark")).to_be_in_viewport()
    assert "3个月" in quote
    expect(panel).to_contain_text("所在章节")
    expect(panel).to_contain_text("发布机构")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(mark).to_be_focused()


def test_an_answer_streams_outside_the_live_region_and_is_announced_once(
    browser: Browser, gated: tuple[Site, threading.Event]
) -> None:
    site, gate = gated
    with phone(browser, site.url) as page:
        page.get_by_label(FIELD).fill("你好")
        page.get_by_label(FIELD).press("Enter")
        expect(answer(page)).to_contain_text(FIRST)
        assert not [said for said in heard(page) if FIRST in said]
        gate.set()
        expect(answer(page).locator(".text")).to_have_text(FIRST + SECOND)
        expect(page.get_by_role("button", name="有帮助", exact=True)).to_be_visible()
        assert len([said for said in heard(page) if SECOND in said]) == 1


def test_text_that_grows_ends_like_text_given_at_once(browser: Browser, fluent: Site) -> None:
    with phone(browser, fluent.url) as page:
        grown, whole, kept = page.evaluate(GROW, MARKDOWN)
        assert grown.replace(" ", "") == whole.replace(" ", "")
        assert kept


def test_a_position_is_sent_once_and_only_after_consent(browser: Browser, fluent: Site) -> None:
    place = {"longitude": 114.275, "latitude": 30.5905}
    with phone(browser, fluent.url, geolocation=place, permissions=["geolocation"]) as page:
        page.get_by_role("button", name="附上我的位置").click()
        page.get_by_role("button", name="不同意").click()
        assert "location" not in sent(page, "第一句")
        page.get_by_role("button", name="附上我的位置").click()
        page.get_by_role("button", name="同意，附上一次").click()
        expect(page.get_by_text("将附上当前位置")).to_be_visible()
        assert sent(page, "第二句")["location"] == {"lon": 114.275, "lat": 30.5905, "crs": "WGS84"}
        assert "location" not in sent(page, "第三句")


def sent(page: Page, text: str) -> dict[str, Any]:
    """Send a message; what the server was given."""
    with page.expect_request("**/turns") as asked:
        ask(page, text)
    body: dict[str, Any] = asked.value.post_data_json
    return body


def test_stopping_ends_the_display_and_the_whole_answer_is_still_there(
    browser: Browser, gated: tuple[Site, threading.Event]
) -> None:
    site, gate = gated
    with phone(browser, site.url) as page:
        page.get_by_label(FIELD).fill("你好")
        page.get_by_label(FIELD).press("Enter")
        expect(answer(page)).to_contain_text(FIRST)
        page.get_by_role("button", name="停止显示").click()
        expect(answer(page)).to_contain_text("已停止显示")
        gate.set()
        expect(page.get_by_role("button", name="发送")).to_be_visible()
        expect(answer(page).locator(".text")).to_have_text(FIRST)
        page.get_by_role("button", name="显示完整回答").click()
        expect(answer(page).locator(".text")).to_have_text(FIRST + SECOND)


@pytest.mark.parametrize("mark", [b"", b'"RUN_STARTED"', b'"TEXT_MESSAGE_CONTENT"', FIRST.encode()])
def test_a_cut_wire_loses_nothing_and_repeats_nothing(
    browser: Browser, gated: tuple[Site, threading.Event], mark: bytes
) -> None:
    site, gate = gated
    cutter = Cutter(site.url, mark)
    with cutter.running() as url, phone(browser, url) as page:
        field = page.get_by_label(FIELD)
        field.fill("你好")
        field.press("Enter")
        field.fill("还没写完的话")
        gate.set()
        expect(page.get_by_role("button", name="有帮助", exact=True)).to_be_visible()
        assert cutter.cuts == 1
        expect(page.locator(".text")).to_have_text([FIRST + SECOND])
        assert len([said for said in heard(page) if SECOND in said]) == 1
        expect(field).to_have_value("还没写完的话")
        page.reload()
        expect(page.locator(".text")).to_have_text([FIRST + SECOND])
        expect(field).to_have_value("还没写完的话")


def test_a_reload_in_the_middle_shows_the_whole_answer(browser: Browser, gated: tuple[Site, threading.Event]) -> None:
    site, gate = gated
    with phone(browser, site.url) as page:
        page.get_by_label(FIELD).fill("你好")
        page.get_by_label(FIELD).press("Enter")
        expect(answer(page)).to_contain_text(FIRST)
        page.reload()
        expect(answer(page)).to_contain_text("正在找回回答")
        gate.set()
        expect(page.locator(".text")).to_have_text([FIRST + SECOND])


def test_hostile_text_becomes_no_element_and_no_request(browser: Browser, fluent: Site) -> None:
    with phone(browser, fluent.url) as page:
        ask(page, "给我一个网页")
        expect(page.locator(".text")).to_contain_text("好的")
        harmless(page.locator(".text"))


def test_the_page_itself_lets_no_hostile_text_through(browser: Browser, fluent: Site) -> None:
    """Without the desk's own guard in front of it."""
    with phone(browser, fluent.url) as page:
        page.evaluate(SHOW, HOSTILE)
        box = page.locator("#hostile")
        expect(box).to_contain_text("看这里")
        harmless(box)
        expect(box.get_by_role("link", name="好的")).to_have_text("好的（www.gov.cn）")
        page.wait_for_load_state("networkidle")


def harmless(box: Locator) -> None:
    """Nothing in it loads, runs, takes input or leads astray."""
    assert box.locator("img, script, form, input, svg, image, iframe, style, object, [style], [onerror]").count() == 0
    for link in box.locator("a").all():
        url = urlsplit(str(link.evaluate("(each) => each.href")))
        own = link.evaluate("(each) => each.origin === location.origin")
        assert url.scheme == "tel" or own or (url.scheme == "https" and url.netloc in link.inner_text()), url
        assert url.scheme == "tel" or link.get_attribute("rel") == "noopener noreferrer"


def test_what_goes_wrong_is_said_with_a_way_on(browser: Browser, fluent: Site) -> None:
    with phone(browser, fluent.url) as page:
        page.context.set_offline(True)
        expect(page.get_by_text("网络断开了")).to_be_visible()
        page.get_by_label(FIELD).fill("你好")
        page.get_by_label(FIELD).press("Enter")
        card = page.locator(".card.problem")
        expect(card).to_contain_text("12345")
        page.context.set_offline(False)
        card.get_by_role("button", name="再发一次").click()
        expect(page.locator(".text")).to_have_text([FIRST + SECOND])


def test_earlier_conversations_are_listed_opened_and_deleted(browser: Browser, fluent: Site) -> None:
    with phone(browser, fluent.url) as page:
        ask(page, "第一段对话")
        page.get_by_role("button", name="菜单").click()
        page.get_by_role("button", name="新对话").click()
        expect(page.locator(".turn")).to_have_count(0)
        page.get_by_role("button", name="菜单").click()
        page.get_by_role("button", name=re.compile("^第一段对话")).click()
        expect(page.locator(".mine")).to_contain_text("第一段对话")
        page.get_by_role("button", name="菜单").click()
        page.get_by_role("button", name="删除“第一段对话”").click()
        page.get_by_role("button", name="删除", exact=True).click()
        expect(page.get_by_text("还没有对话")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".turn")).to_have_count(0)


def test_a_rating_is_stored_and_a_demo_identity_is_taken(browser: Browser, fluent: Site) -> None:
    with phone(browser, fluent.url) as page:
        page.get_by_role("button", name="菜单").click()
        page.get_by_label(re.compile("演示身份")).select_option("citizen-1")
        expect(page.get_by_role("dialog")).to_have_count(0)
        ask(page, "你好")
        page.get_by_role("button", name="没帮助").click()
        page.get_by_label(re.compile("哪里不好")).fill("没答到点上")
        page.get_by_role("button", name="提交", exact=True).click()
        expect(page.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text("谢谢，已记下")).to_be_visible()
        expect(page.get_by_label(re.compile("哪里不好"))).to_have_count(0)
    token = httpx.post(f"{fluent.url}/api/v1/demo/login", json={"identity": "citizen-1"}).json()["token"]
    mine = httpx.get(f"{fluent.url}/api/v1/conversations", headers={"Authorization": f"Bearer {token}"}).json()
    assert [each["title"] for each in mine["conversations"]] == ["你好"]


def test_a_person_is_one_press_away_and_speaks_in_the_same_chat(browser: Browser, site: Site) -> None:
    """Handed over by a press, answered by staff while the page is open, there again after a reload, and back."""
    with phone(browser, site.url) as page:
        ask(page, "居住证怎么办？")
        page.get_by_role("button", name="转人工").click()
        expect(page.get_by_role("status").filter(has_text="人工接待中")).to_be_visible()
        expect(page.get_by_role("button", name="转人工", exact=True)).to_have_count(0)
        conversation = page.evaluate("location.hash.slice(1)")
        with httpx.Client(base_url=f"{site.url}/api/v1", trust_env=False) as api:
            token = api.post("/demo/login", json={"identity": "acceptor-1"}).json()["token"]
            api.headers["Authorization"] = f"Bearer {token}"
            api.post(f"/conversations/{conversation}/replies", json={"text": "您好<b>，</b>请讲"}).raise_for_status()
        note = page.locator(".arrival.reply")
        expect(note.locator(".words")).to_have_text("您好<b>，</b>请讲")
        expect(note).to_contain_text("工作人员（受理员）")
        expect(note).to_contain_text("人工回复")
        assert "您好<b>，</b>请讲" in "".join(heard(page))
        ask(page, "我想问居住证")
        expect(page.locator(".theirs").last).to_contain_text("已转给人工")
        page.reload()
        expect(page.locator(".arrival.reply .words")).to_have_text("您好<b>，</b>请讲")
        order = page.locator(".turn").evaluate_all("(all) => all.map((each) => each.localName)")
        assert order == ["hanzhi-turn", "hanzhi-turn", "hanzhi-arrival", "hanzhi-turn"]
        page.get_by_role("button", name="回到智能助手").click()
        expect(page.get_by_role("button", name="转人工", exact=True)).to_be_visible()
        expect(page.locator(".arrival.returned")).to_contain_text("已回到智能助手")
