"""Somebody at the chat page is told that another model answered, below the reply."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from agents.models import Limits, open_endpoint
from bench.endpoint_peer import peer

from .browsing import ask, browser, phone
from .conftest import serving
from .test_agents_endpoint_turns import DOCUMENT, GREETING, QUESTION, TWO, Played

__all__ = ["browser"]
NOTE = "当前由备用方式回答，可能不够完整。"


def test_the_page_says_when_the_stand_in_answered_and_only_then(browser: Browser, tmp_path: Path) -> None:
    with peer(Played(GREETING, TWO), [None], always="503") as served:
        model = open_endpoint(served.url, "peer", "", Limits())
        with serving(tmp_path, model=model, bundled_knowledge=False) as site, phone(browser, site.url) as page:
            site.house.library.add(DOCUMENT.encode(), "guide.md", "government")
            ask(page, "你好")
            expect(page.get_by_text("请问要办什么事").first).to_be_visible()
            expect(page.get_by_text(NOTE)).to_have_count(0)
            ask(page, QUESTION)
            expect(page.get_by_text("居民身份证").first).to_be_visible()
            expect(page.get_by_text(NOTE)).to_have_count(1)
