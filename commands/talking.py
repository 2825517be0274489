"""Asking the house in words: one question, or a conversation."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated, Any

import typer

from .counter import Counter, Token, Url, Who, open_counter
from .errors import Stop

Text = Annotated[str, typer.Argument(help="要问的话，放在引号里。")]


def ask(text: Text, url: Url = "", who: Who = "", token: Token = None) -> None:
    """问一句话；要办的事先给出确认单，在终端里可以当场确认。"""
    with open_counter(url, who, token) as counter:
        _talk(counter, counter.post("/conversations", json={})["id"], text, settle=sys.stdin.isatty())


def chat(url: Url = "", who: Who = "", token: Token = None) -> None:
    """连续对话；输入“退出”或按 Ctrl-D 结束。"""
    with open_counter(url, who, token) as counter:
        conversation = counter.post("/conversations", json={})["id"]
        while (text := _read("您：")) not in (None, "退出"):
            try:
                _talk(counter, conversation, text or "", settle=True)
            except Stop as problem:
                print(problem)


def _talk(counter: Counter, conversation: str, text: str, *, settle: bool) -> None:
    place = f"/conversations/{conversation}"
    reply = counter.post(f"{place}/turns", json={"text": text})
    _show(reply)
    for action in reply["actions"]:
        decision = _decision(action["title"]) if settle else None
        if decision:
            _show(counter.post(f"{place}/actions/{action['id']}", json={"decision": decision}))
        else:
            print("（没有办理：这件事要等您确认，在 hanzhi chat 中可以确认。）")


def _decision(title: str) -> str | None:
    said = _read(f"确认办理“{title}”吗？（y 确认，n 取消，回车先放着）：")
    return {"y": "confirm", "确认": "confirm", "n": "cancel", "取消": "cancel"}.get(said or "")


def _read(prompt: str) -> str | None:
    with suppress(EOFError):
        return input(prompt).strip()
    return None


def _show(reply: dict[str, Any]) -> None:
    print(reply["text"])
    for citation in reply["citations"]:
        print(f"  [{citation['number']}] {citation['title']}：{citation['quote']}")
    for asked in (each for each in reply["asks"] if each["choices"]):
        print(f"  可选：{'、'.join(asked['choices'])}")
    for action in reply["actions"]:
        print(f"\n待确认：{action['title']}\n{action['summary']}")
    for receipt in reply["receipts"]:
        print(f"\n回执：{receipt['title']}，编号 {receipt['object_id']}，{receipt['at']}")
    print()
