"""Several wishes in one message: where they part, who serves each, and that none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import Ask, Reply
from agents.understanding import Weighing, fit_intents
from agents.wishes import Splitter
from tools import Principal

from .conftest import CITIZEN, open_for_test, run

EXAMPLES = {
    "know:library": ("借书证怎么办", "图书馆几点开门", "借书要押金吗", "书丢了怎么赔", "可以借几本书", "续借怎么弄"),
    "know:pool": ("游泳馆门票多少钱", "游泳要办健康证吗", "泳池几点换水", "学游泳怎么报名", "泳帽要自己带吗"),
    "tool:lamp.report": ("灯坏了来修一下", "楼道的灯不亮", "灯泡碎了", "灯闪得厉害", "灯一直亮着关不掉", "路灯坏了"),
    "tool:lamp.get": ("我报的灯修好没", "上次报的灯有人修吗", "报修的灯到哪一步了", "灯的报修单处理了吗"),
}
OWNERS = {"know:library": "library", "know:pool": "pool", "tool:lamp.report": "lamps", "tool:lamp.get": "lamps"}


@pytest.fixture(scope="module")
def splitter() -> Splitter:
    return Splitter(Weighing(fit_intents(EXAMPLES), {}))


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("楼道的灯坏了不亮，游泳馆门票多少钱", ("楼道的灯坏了不亮", "游泳馆门票多少钱")),
        ("借书证怎么办？另外泳池几点换水", ("借书证怎么办？", "另外泳池几点换水")),
        ("借书证怎么办，对了，书丢了怎么赔", ("借书证怎么办", "对了，书丢了怎么赔")),
        ("路灯坏了，另外我上次报的灯修好没", ("路灯坏了", "另外我上次报的灯修好没")),
    ],
)
def test_wishes_of_their_own_are_parted(splitter: Splitter, text: str, wishes: tuple[str, ...]) -> None:
    assert splitter.split(text, OWNERS) == wishes


@pytest.mark.parametrize(
    "text",
    [
        "楼道的灯坏了，黑灯瞎火的，差点摔一跤，你们到底管不管",
        "路灯坏了，我上次报的灯修好没",
        "借书证怎么办，要带什么，多少钱",
        "我在解放大道这边，路灯坏了",
        "灯坏了来修一下，先不急",
        "楼道的灯坏了不亮，门票就在旁边卖",
        "灯坏了",
    ],
)
def test_one_tale_remains_one_wish(splitter: Splitter, text: str) -> None:
    assert splitter.split(text, OWNERS) == (text,)


def test_an_answer_in_pieces_is_no_new_wish(splitter: Splitter) -> None:
    text = "楼道的灯坏了不亮，游泳馆门票多少钱"
    assert splitter.split(text, OWNERS, answering=True) == (text,)
    assert len(splitter.split("在三楼，另外游泳馆门票多少钱", OWNERS, answering=True)) == 2


def asked(folder: Path, *texts: str, person: Principal = CITIZEN) -> list[Reply]:
    async def body() -> list[Reply]:
        async with open_for_test(folder, bundled_knowledge=False) as house:
            conversation = await house.desk.open_conversation(person)
            return [await house.desk.ask(Ask(conversation.id, text), person) for text in texts]

    return run(body)


def test_each_wish_gets_its_part_and_only_one_asks(tmp_path: Path) -> None:
    first, second = asked(
        tmp_path, "中山公园门口的路灯不亮了，另外帮我预约明天去政务大厅办居住证", "在江汉区解放大道1277号"
    )
    assert [part.outcome.kind for part in first.parts].count("clarify") >= 1
    assert len(first.asks) == 1
    assert len(first.parts) == 2
    assert "居住证" in first.text
    # What was kept for later is taken up as soon as nothing is asked any more.
    assert {action.tool for action in second.actions} or second.asks
    served = {part.agent for part in (*first.parts, *second.parts)}
    assert {"operations", "government"} <= served


def test_the_overall_outcome_is_the_one_that_needs_the_user_soonest(tmp_path: Path) -> None:
    (reply,) = asked(tmp_path, "解放大道和新华路路口的路灯不亮了，另外想问下明天上班吗")
    assert reply.outcome.kind == "confirm"
    assert [part.outcome.kind for part in reply.parts] == ["confirm", "answered"]
    numbers = [citation.number for citation in reply.citations]
    assert numbers == sorted(set(numbers))


def test_a_danger_is_followed_by_its_case(tmp_path: Path) -> None:
    (reply,) = asked(tmp_path, "解放大道和新华路路口路面塌了一个大洞，有人掉进洞里")
    assert reply.outcome.kind == "emergency"
    assert "119" in reply.text.splitlines()[0]
    assert [action.tool for action in reply.actions] == ["case.create"]


def test_what_was_kept_for_later_outlives_a_danger_and_an_insult(tmp_path: Path) -> None:
    *_, done = asked(
        tmp_path,
        "我们小区门口的路灯不亮了，另外帮我预约明天去政务大厅办居住证",
        "等一下，我家厨房着火了",
        "妈的，吓死我了",
        "路灯在江汉区解放大道1277号",
    )
    assert {action.tool for action in done.actions} | {ask.tool for ask in done.asks} >= {"case.create", "visit.book"}


def test_the_same_wish_said_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    first, again, done = asked(tmp_path, "社保卡丢了，帮我挂失", "帮我把社保卡挂失了", "是的")
    assert [action.tool for action in (*first.actions, *again.actions)] == ["card.report_loss"] * 2
    assert done.outcome.kind == "done"
