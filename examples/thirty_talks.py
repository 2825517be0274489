"""One real conversation for each of the thirty scenario families, over HTTP, with the offline model.

    python examples/thirty_talks.py                             # all thirty
    python examples/thirty_talks.py --families OPS-01,GOV-08

Starts a fresh server in a temporary folder (demo identities, the bundled sandbox platform), sets the city clock and
a few invented cases and orders, talks as the person of the family, and prints what was said, what the objects were
before, and what the platform's change log says afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
CLOCK = "2026-09-01T10:00:00+08:00"
CONFIRM = "✓"
UNIT = "江汉区市政维修所"
HIDDEN = frozenset(
    ("field_values", "packet", "form", "updated_at", "id", "crs", "photos", "demo", "grid", "lon", "lat")
)


def _case(number: str, code: str, address: str, words: str, status: str, **more: Any) -> dict[str, Any]:
    days = {"reported_at": "2026-08-28T09:00:00+08:00", "updated_at": "2026-08-31T16:00:00+08:00"}
    row = {"number": number, "category_code": code, "address": address, "description": words, "status": status}
    return {**row, "source": "public", **days, **more}


WORLD: dict[str, Any] = {
    "cases": {
        "upsert": [
            _case(
                "WH20260828910001", "C0118", "武汉市武昌区付家坡", "天桥下面的路灯灭了一排", "processing",
                reporter="citizen-1", department="武昌区路灯管理所", deadline_at="2026-09-02T17:30:00+08:00",
            ),
            _case(
                "WH20260828910002", "C0102", "武汉市江汉区解放大道与新华路交叉口", "污水井盖晃得厉害", "feedback",
                department=UNIT, deadline_at="2026-09-02T12:00:00+08:00", check_result="pass",
                checked_at="2026-09-01T09:00:00+08:00", finished_at="2026-08-31T15:00:00+08:00",
            ),
            _case(
                "WH20260827910003", "E0102", "武汉市洪山区街道口", "巷子里垃圾成堆", "processing",
                department="洪山区环卫所", deadline_at="2026-08-31T17:30:00+08:00",
            ),
            _case(
                "WH20260826910004", "E0102", "武汉市江汉区汉口站", "站前一堆垃圾", "reported", lon=114.2505, lat=30.617,
            ),
            _case(
                "WH20260827910005", "E0102", "武汉市江汉区汉口站", "站前垃圾没扫", "reported", lon=114.2507, lat=30.617,
            ),
        ]
    },
    "orders": {
        "upsert": [
            {
                "number": "GD20260831910001", "kind": "demand", "nature": "complaint", "channel": "phone",
                "status": "accepted", "demand": "工地半夜打桩，孩子睡不着", "address": "武汉市武昌区中南路",
                "district": "420106", "district_name": "武昌区", "category_code": "E0301", "category_name": "施工扰民",
                "confidence": 1.0, "caller": "demo-caller-910", "received_at": "2026-08-31T22:10:00+08:00",
                "accepted_at": "2026-09-01T08:40:00+08:00", "updated_at": "2026-09-01T08:40:00+08:00",
            }
        ]
    },
    "readings": {
        "upsert": [
            {"sensor": "JD-420103-03", "at": "2026-09-01T09:15:00+08:00", "depth_cm": 38, "length_m": 70},
            {"sensor": "JD-420103-03", "at": "2026-09-01T09:55:00+08:00", "depth_cm": 42, "length_m": 85},
        ]
    },
}  # fmt: skip


@dataclass(frozen=True)
class Talk:
    """What somebody says, line by line."""

    who: str
    lines: tuple[str, ...]


TALKS: dict[str, Talk] = {
    "GOV-01": Talk("citizen-1", ("我想给自己办个居住证，都得准备些啥材料呀？", "那要花钱不，几天能拿到？")),
    "GOV-02": Talk(
        "citizen-1",
        (
            "家里刚添了个女儿，上户口、医保这些能不能一次办齐？",
            "先帮我把表预填了吧",
            "新生儿出生一件事",
            "出生登记",
            CONFIRM,
        ),
    ),
    "GOV-03": Talk(
        "citizen-1",
        (
            "准备在江汉路盘个门面卖热干面，要跑哪些手续？",
            "开个小餐馆，证照怎么一起办",
        ),
    ),
    "GOV-04": Talk("citizen-1", ("我公司不想开了，没欠债没欠税，能走简易注销吗？",)),
    "GOV-05": Talk("citizen-1", ("我伢明年上小学，划片是哪所学校？", "洪山区珞南街道", "外地户口，租房住")),
    "GOV-06": Talk(
        "citizen-1",
        (
            "我快到退休年纪了，这一摊子手续怎么一起办？",
            "退休一件事",
        ),
    ),
    "GOV-07": Talk("citizen-1", ("帮我看下这份租房合同行不行：2024年1月签的，到2025年1月，房东没签字",)),
    "GOV-08": Talk("citizen-1", ("我那个食品经营许可办到哪儿了？", "那我把经营场所布局图和健康证明补上", CONFIRM)),
    "GOV-09": Talk(
        "citizen-1", ("社保卡不晓得丢哪儿了，先挂失", "我要挂失我的社保卡", CONFIRM, "洪山广场附近哪里可以补卡？")
    ),
    "GOV-10": Talk("citizen-1", ("我公积金交在黄冈，人在武汉，能在这边提取吗？",)),
    "MED-01": Talk("citizen-2", ("我居民医保断了，补上以后要等多久才能报销？", "帮我查下我自己的参保情况")),
    "MED-02": Talk("citizen-1", ("我爹爹用老年机，医保码怎么弄？",)),
    "MED-03": Talk("citizen-1", ("我下个月去成都长住带孙子，要登记异地就医", "9月10号开始", CONFIRM)),
    "MED-04": Talk(
        "citizen-1",
        (
            "住院花了三万块，职工医保大概能报好多？",
            "三级医院",
            "在职",
            "就在武汉看的",
            "没用过目录外的药",
            "0元",
            "也没有，0元",
            "0",
        ),
    ),
    "MED-05": Talk("citizen-1", ("我卡里的医保余额能不能给老伴看病用？", "共济和亲情账户有么样区别？")),
    "MED-06": Talk("citizen-1", ("徐东那边有没有能刷医保的药店？", "那光谷广场附近呢？", "阿莫西林是甲类还是乙类？")),
    "OPS-01": Talk("citizen-1", ("徐东大街和友谊大道路口的井盖翘起来了，骑车好危险", "对，就这样报")),
    "OPS-02": Talk("grid-1", ("巡到新华路看到一家餐馆把桌子摆到路上，店外经营的立案标准是什么？",)),
    "OPS-03": Talk("dispatcher-1", ("GD20260831910001 这张单子该派给谁？", "那就派过去", CONFIRM)),
    "OPS-04": Talk("citizen-1", ("我报的WH20260828910001怎么样了？", "怎么还没好，帮我催催", CONFIRM, "再催一次")),
    "OPS-05": Talk("supervisor-1", ("WH20260828910002 核查过了没问题，结了吧", CONFIRM)),
    "OPS-06": Talk("supervisor-1", ("洪山区现在有哪些案子超期了？", "给WH20260827910003下个督办，两天内清完", CONFIRM)),
    "OPS-07": Talk(
        "supervisor-1",
        ("近30天哪个区暴露垃圾的案子最多？", "把WH20260826910004和WH20260827910005并成一件", CONFIRM),
    ),
    "OPS-08": Talk("citizen-1", ("外面雨下得蛮大，江汉区哪些路段淹了，车开得过去吗？",)),
    "OPS-09": Talk("supervisor-1", ("昨天全市按期结案率是多少？", "起草一份江汉区本周运行周报", CONFIRM)),
    "OPS-10": Talk("citizen-1", ("楼道里一股煤气味，在江岸区解放公园旁边，快来人！", "对，就这样报")),
    "XCT-01": Talk("citizen-1", ("方案里到2027年要建多少个高质量数据集？", "现在完成多少了？")),
    "XCT-02": Talk("citizen-1", ("我们是做软件的小公司，有什么补贴能申请？",)),
    "XCT-03": Talk(
        "developer-1",
        (
            "有没有路灯位置的公开数据？",
            "我要申请用这个数据集做导航研究，保存90天",
            "DS0001",
            "研究夜间步行导航路线",
            CONFIRM,
        ),
    ),
    "XCT-04": Talk(
        "citizen-1",
        ("我妈要办异地就医备案，另外街道口的路灯也不亮，还想问居住证要什么材料", "我搞不明白，给我转人工吧", CONFIRM),
    ),
}


@dataclass
class Person:
    """Somebody at the counter, in one conversation."""

    api: httpx.Client
    talk: str = ""
    actions: list[dict[str, Any]] = field(default_factory=list)

    def say(self, line: str) -> dict[str, Any]:
        """One line, or a press on the action shown last; the reply."""
        if line == CONFIRM:
            if not self.actions:
                return {"text": "（没有待确认的操作）", "outcome": {"is": "nothing shown", "reason": None}}
            path = f"/conversations/{self.talk}/actions/{self.actions[-1]['id']}"
            answer = self.api.post(path, json={"decision": "confirm"})
        else:
            answer = self.api.post(f"/conversations/{self.talk}/turns", json={"text": line})
        if answer.is_error:
            return {"text": answer.json()["detail"], "outcome": {"is": f"HTTP {answer.status_code}", "reason": None}}
        reply: dict[str, Any] = answer.json()
        self.actions = reply["actions"]
        return reply


def main() -> int:
    """Talk, print; 1 when an answer was an error."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--families", default=",".join(TALKS), help="comma separated, e.g. OPS-01,GOV-08")
    chosen = [each.strip().upper() for each in asked.parse_args().families.split(",") if each.strip()]
    if unknown := [each for each in chosen if each not in TALKS]:
        asked.error(f"no such family: {', '.join(unknown)}; there are {', '.join(TALKS)}")
    broken = 0
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as url, visitor(url, "operator-1") as operator:
        for family in chosen:
            broken += hold(family, TALKS[family], url, operator)
    return int(bool(broken))


def hold(family: str, talk: Talk, url: str, operator: httpx.Client) -> int:
    """One conversation in a fresh world; how many answers were errors."""
    world = {"clock": CLOCK, "platform": {"demo": True, "patch": WORLD}}
    operator.put("/eval/world", json=world).raise_for_status()
    show(f"\n## {family} ({talk.who})\n")
    show(f"change log before: {len(changes(operator))} entries\n")
    broken = 0
    with visitor(url, talk.who) as api:
        api.base_url = httpx.URL(f"{url}/api/v1")
        person = Person(api, api.post("/conversations", json={}).json()["id"])
        for line in talk.lines:
            pressed = "（按“确认提交”）" if line == CONFIRM else line
            reply = person.say(line)
            outcome = reply["outcome"]
            broken += str(outcome["is"]).startswith("HTTP")
            text = str(reply["text"]).replace("\n", "\n    ")
            offered = [choice for ask in reply.get("asks", ()) for choice in ask["choices"]]
            text += f"\n    （可选：{'、'.join(offered)}）" if offered else ""
            show(f"人：{pressed}")
            show(f"答：{text}\n    [{outcome['is']}{': ' + outcome['reason'] if outcome['reason'] else ''}]")
    found = changes(operator)
    show(f"\nchange log after: {len(found)} entries")
    for each in found:
        show(f"- {each['actor']} {each['action']} {each['table']} {each['key']}")
        show(f"    before: {shown(each['before'], each['values'])}")
        show(f"    after:  {shown(each['values'], each['values'])}")
    return broken


def shown(row: dict[str, Any], changed: dict[str, Any]) -> str:
    """The changed fields of a row that say something, on one line."""
    kept = {name: row.get(name) for name in changed if name not in HIDDEN and row.get(name) not in (None, "", 0, "[]")}
    return json.dumps(kept, ensure_ascii=False) if row else "not there"


def changes(operator: httpx.Client) -> list[dict[str, Any]]:
    """What the platform logged since its world was set."""
    answer = operator.get("/eval/changes")
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["changes"]
    return found


@contextmanager
def server(folder: Path, program: tuple[str, ...] = ("-m", "server"), **more: str) -> Iterator[str]:
    """A fresh server as a process of its own with these settings, gone at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {"HANZHI_PORT": str(port), "HANZHI_DATA_DIR": str(folder), "HANZHI_EVAL": "1"}
    environment = {**os.environ, **settings, "HANZHI_LOG_LEVEL": "warning", **more}
    command = [sys.executable, *program]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers; the first start reads the bundled knowledge."""
    for _ in range(1800):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not become ready")


@contextmanager
def visitor(url: str, identity: str) -> Iterator[httpx.Client]:
    """A client with the token of a demo identity."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as api:
        token = api.post("/api/v1/demo/login", json={"identity": identity}).json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        yield api


def show(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
