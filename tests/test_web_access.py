"""The chat page for everybody: keyboard, input methods, screen readers, small screens, large text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from playwright.sync_api import Browser, Page, expect

from agents import ScriptedModel
from agents.context import current_turn, tool_result

from .browsing import FIELD, ask, audit, browser, phone
from .conftest import Site, serving

__all__ = ["browser"]
WIDTHS = (320, 390, 1280)
QUESTION = "智能体应用要打造多少个？"
REPORT = "江汉区解放大道与新华路交叉口的井盖碎了"
# The innermost element that has the focus, through shadow roots.
FOCUSED = """() => {
  let at = document.activeElement
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement
  return at ? (at.getAttribute('aria-label') || at.id || at.textContent.trim()) : ''
}"""
INSIDE = "document.querySelector('hanzhi-chat').shadowRoot.activeElement.closest('[role=dialog]') !== null"
# What can be pressed and is smaller than a finger; marks and links inside running text are exempt (WCAG 2.5.8).
SMALL = """(least) => {
  const root = document.querySelector('hanzhi-chat').shadowRoot
  const all = Array.from(root.querySelectorAll('button, a, textarea, select, input'))
  const shown = all.filter((each) => each.getClientRects().length && !each.matches('.cite, .text a'))
  const box = (each) => each.getBoundingClientRect()
  return shown.filter((each) => box(each).height < least - 0.5 || box(each).width < least - 0.5)
    .map((each) => each.outerHTML.slice(0, 120) + ` ${box(each).width}x${box(each).height}`)
}"""


def by_wish(messages: Sequence[BaseMessage]) -> AIMessage:
    """A model that does what the last message plainly wishes, to reach every state of the page."""
    said = str(next(each.content for each in reversed(messages) if isinstance(each, HumanMessage)))
    if "井盖" in said:
        where = {"address": said} if "解放大道" in said else {}
        call = {"name": "case.create", "args": {"description": "井盖碎了", **where}, "id": "c-1", "type": "tool_call"}
        return AIMessage("", tool_calls=[call])
    if "居住证" in said:
        asked = {"question": "是首次申领，还是补办？", "choices": ["首次申领", "补办"]}
        return AIMessage("", tool_calls=[{"name": "ask_user", "args": asked, "id": "c-2", "type": "tool_call"}])
    _, after = current_turn(messages)
    passages = [each for m in after if isinstance(m, ToolMessage) for each in tool_result(m)["passages"]]
    found = next((each for each in passages if "智能体" in said and "智能体应用" in each["text"]), None)
    if found is None:
        return AIMessage("您好，请说说要问的事。")
    sentence = next(each for each in re.split(r"(?<=。)", found["text"]) if "智能体应用" in each)
    return AIMessage(f"{sentence.strip()}[{found['ref']}]")


@pytest.fixture(scope="module", name="desk")
def give_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose model is scripted, with one document."""
    model = ScriptedModel(lines=[by_wish])
    with serving(tmp_path_factory.mktemp("desk"), model=model, bundled_knowledge=False) as running:
        add(
            running,
            "智能体方案",
            f"# 智能体方案\n\n## 一、目标\n\n{'这里是一段背景。' * 200}\n\n到2027年，打造智能体应用60个。\n",
        )
        yield running


def add(site: Site, title: str, text: str) -> None:
    """Put a document into the library, as an operator does."""
    token = httpx.post(f"{site.url}/api/v1/demo/login", json={"identity": "operator-1"}).json()["token"]
    with httpx.Client(base_url=f"{site.url}/api/v1", headers={"Authorization": f"Bearer {token}"}) as counter:
        facts = {"base": "development", "title": title, "issuer": "某机关", "published": "2025-04-10", "evidence": "A"}
        file = {"file": ("plan.md", text.encode())}
        job = counter.post("/knowledge/documents", data=facts, files=file).raise_for_status().json()
        while job["state"] not in ("done", "failed"):
            time.sleep(0.05)
            job = counter.get(f"/jobs/{job['id']}").json()
        assert job["state"] == "done", job


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate(FOCUSED))


def reach(page: Page, name: str, key: str = "Tab") -> None:
    """Press `key` until what has the focus bears the name."""
    for _ in range(60):
        if name in focused(page):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} cannot be reached with {key}")


def test_an_enter_of_the_input_method_does_not_send(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        field = page.get_by_label(FIELD)
        field.click()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Input.imeSetComposition", {"text": "jinggai", "selectionStart": 7, "selectionEnd": 7})
        enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
        devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
        expect(field).to_have_value(re.compile("jinggai"))
        expect(page.locator(".turn")).to_have_count(0)
        devtools.send("Input.insertText", {"text": "你好"})
        for event in ({"isComposing": True}, {"keyCode": 229}):
            field.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **event})
        field.dispatch_event("compositionstart")
        field.press("Enter")
        field.dispatch_event("compositionend")
        expect(page.locator(".turn")).to_have_count(0)
        field.fill("你好")
        field.press("Shift+Enter")
        field.type("再见")
        expect(field).to_have_value("你好\n再见")
        field.press("Enter")
        expect(page.locator(".mine p")).to_have_text("你好\n再见")


def test_everything_can_be_done_with_the_keyboard(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        reach(page, "message")
        page.keyboard.type(REPORT)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="确认提交")).to_be_visible()
        reach(page, "修改", "Shift+Tab")
        page.keyboard.press("Enter")
        reach(page, "不改了")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="确认提交")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".card.receipt")).to_be_visible()
        assert focused(page) == "对话"
        reach(page, "查进度")
        reach(page, "message")
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("button.cite").last).to_be_enabled()
        reach(page, "智能体方案", "Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").locator("mark")).to_be_visible()
        for _ in range(8):
            page.keyboard.press("Tab")
            assert page.evaluate(INSIDE)
        page.keyboard.press("Escape")
        expect(page.locator("button.cite").last).to_be_focused()


def test_an_action_can_be_changed_and_cancelled(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        ask(page, REPORT)
        page.get_by_role("button", name="修改", exact=True).click()
        page.get_by_label("问题描述").fill("井盖碎了，夜里看不见")
        page.get_by_role("button", name="改好了").click()
        card = page.locator(".card.confirm").last
        expect(card).to_contain_text("夜里看不见")
        expect(page.locator(".card.confirm").first).to_contain_text("已改为下面的新内容")
        card.get_by_role("button", name="取消").click()
        expect(card).to_contain_text("已取消")
        expect(page.get_by_role("button", name="确认提交")).to_have_count(0)
        expect(page.locator(".card.receipt")).to_have_count(0)


def test_a_question_is_answered_by_pressing_a_choice(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        ask(page, "办居住证")
        page.get_by_role("group", name="是首次申领，还是补办？").get_by_role("button", name="补办").click()
        expect(page.locator(".mine p")).to_have_text(["办居住证", "补办"])
        expect(page.get_by_role("button", name="首次申领")).to_have_count(0)


def test_length_is_counted_near_the_limit_and_too_much_is_not_sent(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        field = page.get_by_label(FIELD)
        field.fill("字" * 3199)
        expect(page.locator("#count")).to_have_text("")
        field.fill("字" * 3200)
        expect(page.locator("#count")).to_contain_text("3200 / 4000")
        field.fill("字" * 4001)
        field.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="超出 1 字")).to_be_visible()
        expect(page.locator(".turn")).to_have_count(0)


def test_axe_finds_nothing_in_any_main_state(browser: Browser, desk: Site) -> None:
    # axe itself writes inline styles, which the page's own policy would refuse.
    with phone(browser, desk.url, reduced_motion="reduce", bypass_csp=True) as page:
        look(page, "welcome")
        ask(page, "办居住证")
        expect(page.get_by_role("button", name="补办")).to_be_visible()
        look(page, "question")
        ask(page, REPORT)
        look(page, "confirm")
        page.get_by_role("button", name="修改", exact=True).click()
        look(page, "edit")
        page.get_by_role("button", name="不改了").click()
        page.get_by_role("button", name="确认提交").click()
        expect(page.locator(".card.receipt")).to_be_visible()
        page.get_by_role("button", name="没帮助").last.click()
        expect(page.get_by_label(re.compile("哪里不好"))).to_be_visible()
        look(page, "receipt")
        ask(page, QUESTION)
        page.locator("button.cite").last.click()
        expect(page.locator("mark")).to_be_visible()
        look(page, "source")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="菜单").click()
        expect(page.locator(".past li")).not_to_have_count(0)
        look(page, "menu")
        for name in ("深色", "高对比", "长辈版", "特大"):
            page.get_by_role("radio", name=name).check(force=True)
            look(page, name, (320,))
        page.keyboard.press("Escape")
        look(page, "receipt, largest text, high contrast", (320, 1280))


def look(page: Page, state: str, widths: Sequence[int] = WIDTHS) -> None:
    """Nothing is wrong with the page as it is, at any width."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert audit(page) == [], f"{state} at {width}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{state} at {width} is {wide} wide"


@pytest.mark.parametrize(("size", "least"), [("standard", 44), ("elder", 60)])
def test_what_is_pressed_is_as_large_as_a_finger(browser: Browser, desk: Site, size: str, least: int) -> None:
    with phone(browser, desk.url) as page:
        page.evaluate("(size) => localStorage.setItem('hanzhi.size', size)", size)
        page.reload()
        ask(page, REPORT)
        assert page.evaluate(SMALL, least) == []
        page.get_by_role("button", name="菜单").click()
        expect(page.locator(".past li")).not_to_have_count(0)
        assert page.evaluate(SMALL, least) == []
        letters = page.locator(".mine p").last.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
        assert letters >= (18 if size == "elder" else 16)


def test_at_four_times_magnification_the_field_stays_in_sight(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url, (320, 256)) as page:
        ask(page, QUESTION)
        expect(page.get_by_label(FIELD)).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("link", name=re.compile("12345"))).to_be_in_viewport(ratio=1)
        assert page.locator(".log").evaluate("(log) => log.clientHeight") >= 96
        assert page.locator(".log").evaluate("(log) => log.scrollWidth <= log.clientWidth")


def test_help_is_one_press_away_all_the_time(browser: Browser, desk: Site) -> None:
    with phone(browser, desk.url) as page:
        call: Any = page.get_by_role("link", name=re.compile("12345")).first
        expect(call).to_have_attribute("href", "tel:12345")
        page.get_by_role("button", name="转人工").click()
        expect(page.locator(".mine")).to_have_text(re.compile("转人工"))
