"""What the browser tests share: Debian's chromium, a page that is watched, and a wire that can be cut."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIELD = "您要问的事或遇到的问题"
PHONE = (390, 844)
# The page announces through one element; what it says is kept in `heard`.
LISTEN = """() => {
  const spot = document.querySelector('hanzhi-chat').shadowRoot.querySelector('[aria-live]')
  window.heard = []
  const changed = {childList: true, subtree: true, characterData: true}
  new MutationObserver(() => heard.push(spot.textContent)).observe(spot, changed)
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One chromium for the tests of a module."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser: {CHROMIUM} is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        expect.set_options(timeout=15_000)
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


@contextmanager
def phone(browser: Browser, url: str, size: tuple[int, int] = PHONE, **more: Any) -> Iterator[Page]:
    """The chat page, open. Script errors, breaches of the content policy and foreign requests fail the test."""
    faults: list[str] = []
    with browser.new_context(viewport={"width": size[0], "height": size[1]}, **more) as context:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda problem: faults.append(f"script error: {problem}"))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: faults.append(f"foreign: {asked.url}") if foreign(asked.url, url) else None)
        page.goto(url)
        expect(page.get_by_label(FIELD)).to_be_visible()
        page.evaluate(LISTEN)
        yield page
    assert not faults, faults


def foreign(address: str, home: str) -> bool:
    """Whether an address leads away from the server of the page."""
    return urlsplit(address).scheme not in ("data", "blob") and urlsplit(address).netloc != urlsplit(home).netloc


def ask(page: Page, text: str) -> None:
    """Type a message, send it, and wait for the end of its answer."""
    done = page.get_by_role("button", name="有帮助", exact=True)
    before = done.count()
    page.get_by_label(FIELD).fill(text)
    page.get_by_label(FIELD).press("Enter")
    expect(done).to_have_count(before + 1)


def heard(page: Page) -> list[str]:
    """What a screen reader was given to say so far."""
    said: list[str] = page.evaluate("heard")
    return said


def audit(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations']}})")
    return [f"{each['id']}: {node['target']} {node['html']}" for each in found["violations"] for node in each["nodes"]]


class Cutter:
    """A wire to the server that breaks the first answer to a turn, right after `mark` has passed (empty: at once)."""

    def __init__(self, url: str, mark: bytes) -> None:
        self._server = urlsplit(url)
        self._mark = mark
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._port = 0
        self.cuts = 0

    @contextmanager
    def running(self) -> Iterator[str]:
        """The address to use in place of the server's."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        thread.start()
        self._ready.wait(10)
        try:
            yield f"http://127.0.0.1:{self._port}"
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(10)
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        listening = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self._port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        far, forth = await asyncio.open_connection(self._server.hostname, self._server.port)
        turn = asyncio.Event()
        try:
            await asyncio.gather(self._up(near, forth, turn), self._down(far, back, turn))
        except (ConnectionError, asyncio.CancelledError):
            pass  # a cut wire, or the end of the test
        finally:
            forth.close()
            back.close()

    async def _up(self, near: asyncio.StreamReader, forth: asyncio.StreamWriter, turn: asyncio.Event) -> None:
        while data := await near.read(65536):
            if b"/turns HTTP/1.1" in data and not self.cuts:
                turn.set()
            forth.write(data)
            await forth.drain()
        forth.write_eof()

    async def _down(self, far: asyncio.StreamReader, back: asyncio.StreamWriter, turn: asyncio.Event) -> None:
        seen = b""
        while data := await far.read(65536):
            if turn.is_set() and not self.cuts:
                seen += data
                at = seen.find(self._mark)
                if at >= 0:
                    self.cuts += 1
                    passed = at + len(self._mark) - (len(seen) - len(data))
                    back.write(data[: max(0, passed)] if self._mark else b"")
                    await back.drain()
                    raise ConnectionError("cut")
            back.write(data)
            await back.drain()
        back.close()
