"""Every tool through the front door: what people of each role say, over HTTP, and what was really executed.

    python examples/every_tool.py                               # all of them
    python examples/every_tool.py --tools case.accept,order.visit --aloud

Starts a fresh server in a temporary folder (demo identities, the bundled sandbox platform). For each talk of
`every_tool.json` it sets the world, signs in as the person, says the lines, and presses “确认提交” when asked.
What counts as executed is read from the traces (reads) and receipts (writes) of the turns. The lines go to the
offline model; a talk with a `script` is played by a scripted model in the same server and marked so. Prints a table,
and ends with 1 when a tool was not executed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent))

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage  # noqa: E402
from thirty_talks import server, show, visitor  # noqa: E402

from agents import OfflineModel, Settings, hookimpl  # noqa: E402
from server import serve  # noqa: E402
from tools import Platform, spec_of  # noqa: E402
from tools.table import all_tools  # noqa: E402

PAPER = json.loads(HERE.with_suffix(".json").read_text("utf-8"))
SHOWN = 70


@dataclass(frozen=True)
class Talk:
    """What somebody says to get one tool to work; with a `script`, the call the scripted model makes of the line."""

    tool: str
    who: str
    lines: Sequence[str]
    script: Mapping[str, Any] | None = None


@dataclass
class Heard:
    """What a talk came to: what each executed tool left (a receipt, or a read's answer), and the replies."""

    done: dict[str, str] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)

    def end(self) -> str:
        """How the last reply ended."""
        last = self.replies[-1]
        return str(last["outcome"]["reason"] or last["outcome"]["is"])


TALKS = [Talk(**each) for each in PAPER["talks"]]


class PlayedModel(OfflineModel):
    """The offline model, but for lines that have a script: there, the call of the script."""

    def _decide(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> AIMessage:
        at = max(index for index, each in enumerate(messages) if isinstance(each, HumanMessage))
        talk = next((each for each in TALKS if each.script and messages[at].content in each.lines), None)
        if talk is None:
            return super()._decide(messages, tools)
        results = [each for each in messages[at:] if isinstance(each, ToolMessage) and each.name == talk.tool]
        if results:
            found = json.loads(str(results[-1].content))
            return AIMessage(str(found.get("say", "")).replace("。", f"[{found.get('ref', 1)}]。"))
        call = {"name": talk.tool, "args": dict(talk.script or {}), "id": "script", "type": "tool_call"}
        return AIMessage("", tool_calls=[call])


@hookimpl
def register_models() -> Mapping[str, Callable[[Settings], OfflineModel]]:
    """The model of this example, under the name the server is started with."""
    return {"played": lambda settings: PlayedModel(cache_dir=settings.cache)}


def main() -> int:
    """Talk, print; 1 when a tool was not executed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tools", default="", help="comma separated, e.g. case.accept,order.visit (all by default)")
    asked.add_argument("--aloud", action="store_true", help="print what was said as well")
    asked.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.serve:
        serve(plugins=(sys.modules[__name__],))
        return 0
    there = {spec_of(each).name for each in all_tools(Platform(base_url="http://unused", app_key="", secret=""))}
    wanted = {each.strip() for each in given.tools.split(",") if each.strip()} or there
    if unknown := wanted - there:
        asked.error(f"no such tool: {', '.join(sorted(unknown))}")
    done = dict(_held([each for each in TALKS if each.tool in wanted], given.aloud))
    missing = sorted(wanted - {tool for heard in done.values() for tool in heard.done})
    rest = f"; not executed: {', '.join(missing)}" if missing else ""
    show(f"\nexecuted: {len(wanted) - len(missing)} of {len(wanted)} tools{rest}")
    return int(bool(missing))


def _held(talks: Sequence[Talk], aloud: bool) -> Iterator[tuple[str, Heard]]:
    """Each talk in a world of its own, and the line of the table it gives."""
    show("| tool | role | what was said | model | ended | what it left |\n| --- | --- | --- | --- | --- | --- |")
    program = (str(HERE), "--serve")
    with (
        tempfile.TemporaryDirectory() as folder,
        server(Path(folder), program, HANZHI_MODEL="played") as url,
        visitor(url, "operator-1") as operator,
    ):
        for talk in talks:
            world = {"clock": PAPER["clock"], "platform": PAPER["world"]}
            operator.put("/eval/world", json=world).raise_for_status()
            with visitor(url, talk.who) as api:
                api.base_url = httpx.URL(f"{url}/api/v1")
                heard = hold(api, talk)
            model = "scripted" if talk.script else "offline"
            cells = (f"`{talk.tool}`", talk.who, " ／ ".join(talk.lines), model, heard.end())
            show(f"| {' | '.join(cells)} | {heard.done.get(talk.tool, '**not executed**')} |")
            if aloud:
                show("\n".join(f"    {each['text']}" for each in heard.replies))
            yield talk.tool, heard


def hold(api: httpx.Client, talk: Talk) -> Heard:
    """One conversation; what is said to what is not asked any more is left out."""
    heard, conversation = Heard(), api.post("/conversations", json={}).json()["id"]
    for line in talk.lines:
        if talk.tool in heard.done:
            break
        _hear(api, heard, api.post(f"/conversations/{conversation}/turns", json={"text": line}))
        for action in heard.replies[-1].get("actions", ()):
            decision = "confirm" if action["tool"] == talk.tool else "cancel"
            path = f"/conversations/{conversation}/actions/{action['id']}"
            _hear(api, heard, api.post(path, json={"decision": decision}))
    return heard


def _hear(api: httpx.Client, heard: Heard, answer: httpx.Response) -> None:
    """Keep a reply and what was executed for it."""
    if answer.is_error:
        heard.replies.append({"text": answer.json()["detail"], "outcome": {"is": answer.status_code, "reason": None}})
        return
    reply = answer.json()
    heard.replies.append(reply)
    for receipt in reply["receipts"]:
        heard.done[receipt["tool"]] = f"receipt {receipt['object_id']}"
    trace = api.get(f"/conversations/{reply['conversation_id']}/turns/{reply['turn_id']}/trace")
    trace.raise_for_status()
    for step in trace.json()["steps"]:
        if step["details"].get("type") == "tool" and step["details"]["name"] != "kb.search":
            result = json.loads(step["details"]["content"])
            if "ref" in result:
                heard.done.setdefault(step["details"]["name"], _short(str(result["say"])))


def _short(text: str) -> str:
    line = text.replace("\n", " ").replace("|", "／")
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


if __name__ == "__main__":
    sys.exit(main())
