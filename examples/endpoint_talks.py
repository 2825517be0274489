"""The thirty conversations once with the offline model and once with an endpoint that thinks alike: no difference.

    python examples/endpoint_talks.py                             # all thirty
    python examples/endpoint_talks.py --families OPS-01,GOV-08 --requests requests.jsonl
    python examples/endpoint_talks.py --prompted                  # an endpoint that knows no tools

The endpoint is a server of its own that keeps to the OpenAI protocol and refuses what breaks it. What it answers comes
from the offline model, so that everything between two equal minds is the way over the wire: streaming, tool names,
calls and results, placeholders for personal data. Prints what differs in replies and on the platform, the sizes of the
requests, and whether anything personal that was said or is on record stands in them; `--requests` keeps them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import thirty_talks as talks

sys.path.insert(0, str(talks.ROOT))

from agents import OfflineModel, open_house, read_settings
from bench.endpoint_brain import Brain, brain_of
from bench.endpoint_peer import Peer, peer

# What no two runs have in common.
OWN = frozenset(("id", "conversation_id", "turn_id", "trace_id", "action_id", "document_id", "passage_id", "at"))
_RANDOM = re.compile(r"\b(?:[a-z]_[0-9a-f]{32}|[0-9A-HJKMNP-TV-Z]{26})\b")


def main() -> int:
    """Talk twice, compare; 1 when anything differs, an answer was an error or the protocol was broken."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--families", default=",".join(talks.TALKS), help="comma separated, e.g. OPS-01,GOV-08")
    asked.add_argument("--requests", type=Path, help="keep what was sent to the endpoint, one JSON body a line")
    asked.add_argument("--prompted", action="store_true", help="the endpoint refuses tools: they are told as text")
    options = asked.parse_args()
    return asyncio.run(run(options))


async def run(options: argparse.Namespace) -> int:
    """Both runs, and what lies between them."""
    chosen = [each.strip().upper() for each in options.families.split(",") if each.strip()]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        with talks.server(Path(one)) as url:
            embedded = await asyncio.to_thread(hold_all, url, chosen)
        async with thinking(Path(one)) as brain:
            with peer(brain, always="no tools" if options.prompted else None) as served:
                more = {"HANZHI_MODEL": "endpoint", "HANZHI_MODEL_URL": served.url, "HANZHI_MODEL_NAME": "peer"}
                with talks.server(Path(other), **more) as url:
                    distant = await asyncio.to_thread(hold_all, url, chosen)
    if options.requests:
        rows = (json.dumps(each, ensure_ascii=False) for each in served.requests)
        options.requests.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return report(embedded, distant, served)


def hold_all(url: str, chosen: list[str]) -> dict[str, list[Any]]:
    """Every conversation in a fresh world: its replies, then what the platform logged."""
    held: dict[str, list[Any]] = {}
    with talks.visitor(url, "operator-1") as operator:
        for family in chosen:
            world = {"clock": talks.CLOCK, "platform": {"demo": True, "patch": talks.WORLD}}
            operator.put("/eval/world", json=world).raise_for_status()
            talk = talks.TALKS[family]
            with talks.visitor(url, talk.who) as api:
                api.base_url = httpx.URL(f"{url}/api/v1")
                person = talks.Person(api, api.post("/conversations", json={}).json()["id"])
                held[family] = [plain(person.say(line)) for line in talk.lines]
            for each in talks.changes(operator):
                held[family].append([each["actor"], each["action"], each["table"], plain(each["values"])])
            talks.show(f"{family}: {len(held[family])} replies and changes")
    return held


def plain(value: Any) -> Any:
    """A reply or row without what no two runs have in common."""
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items() if name not in OWN and not name.endswith("_at")}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return _RANDOM.sub("…", value) if isinstance(value, str) else value


def report(embedded: dict[str, list[Any]], distant: dict[str, list[Any]], served: Peer) -> int:
    """Print what differs; 1 when something does."""
    wrong = 0
    for family, expected in embedded.items():
        for number, (one, other) in enumerate(zip(expected, distant[family], strict=False)):
            wrong += tell(f"{family} {number + 1}", one, other)
        if len(expected) != len(distant[family]):
            wrong += 1
            talks.show(f"{family}: {len(expected)} replies and changes against {len(distant[family])}")
    broken = [each for held in distant.values() for each in held if str(each).find("HTTP 5") >= 0]
    replies = sum(len(held) for held in distant.values())
    sizes = sorted(len(json.dumps(each, ensure_ascii=False)) for each in served.requests)
    talks.show(
        f"\n{len(embedded)} conversations, {replies} replies and changes, {wrong} different, {len(broken)} broken"
    )
    talks.show(f"{len(sizes)} requests, {sizes[len(sizes) // 2]} characters the middle one, {sizes[-1]} the longest")
    for problem in served.broken_protocol:
        talks.show(f"broke the protocol: {problem}")
    return int(bool(wrong or broken or served.broken_protocol))


def tell(where: str, one: Any, other: Any) -> int:
    """Print one difference; 1 when there is one."""
    if one == other:
        return 0
    if isinstance(one, dict) and isinstance(other, dict):
        fields = [name for name in {**one, **other} if one.get(name) != other.get(name)]
        for name in fields:
            talks.show(f"{where} {name}:\n    offline:  {one.get(name)}\n    endpoint: {other.get(name)}")
    else:
        talks.show(f"{where}:\n    offline:  {one}\n    endpoint: {other}")
    return 1


@asynccontextmanager
async def thinking(folder: Path) -> AsyncIterator[Brain]:
    """The mind behind the endpoint, over what the first run read in."""
    model = OfflineModel()
    async with open_house(read_settings(data_dir=folder, eval=True), model=model) as house:
        yield brain_of(house, model)


if __name__ == "__main__":
    sys.exit(main())
