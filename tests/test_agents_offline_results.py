"""What was just told can be asked about: its rows by place or by name, its facts, the look-up with other words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest

from agents import Agent, Ask, Reply, hookimpl, open_house
from tools import EVERYONE, Principal, Row, Slot, tool

from .conftest import ANYBODY, CITIZEN, furnished

Talk = Callable[..., list[Reply]]


def say(found: dict[str, Any]) -> str:
    return "找到的书：\n" + "；\n".join(f"{each['title']}，{each['shelf']}" for each in found["books"]) + "。"


def rows(found: dict[str, Any]) -> list[Row]:
    return [Row(each["title"], f"架位：{each['shelf']}，等级：{each['level']}。") for each in found["books"]]


@tool(
    "book.search", title="找图书", effect="read", roles=EVERYONE, say=say, rows=rows,
    examples=("图书馆有没有讲黄鹤楼的书", "帮我找几本图书", "借书查一下", "馆藏图书检索"),
)  # fmt: skip
async def book_search(words: Annotated[str, Slot("query", "书名", ask="要找什么书？")]) -> dict[str, Any]:
    """在图书馆里找书。"""
    books = [
        {"title": "黄鹤楼志", "shelf": "K29", "level": "二级"},
        {"title": "东湖风物", "shelf": "I26", "level": "三级"},
    ]
    return {"books": books}


class Books:
    @hookimpl
    def register_agents(self) -> list[Agent]:
        return [Agent("books", "图书", "帮人找书", EVERYONE, "查到了再说。", tools=("book.search",))]

    @hookimpl
    def register_tools(self) -> list[Any]:
        return [book_search]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True), plugins=[Books()])
        runner.run(house.desk.start())

        async def said(*lines: str, who: Principal = ANYBODY) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda *lines, who=ANYBODY: runner.run(said(*lines, who=who))
        runner.run(house.close())


def cites_record(reply: Reply) -> bool:
    return bool(reply.citations) and all(each.kind == "record" for each in reply.citations)


def test_facts_of_the_outlets_just_listed_are_told_and_cited(talk: Talk) -> None:
    _, hours, far, chair = talk(
        "附近哪里能补社保卡，我在街道口", "几点关门", "第二家远不远", "有电梯没得，我爹爹坐轮椅"
    )
    assert hours.outcome.kind == "answered"
    assert "16:30" in hours.text
    assert "直线" in far.text
    assert far.text.count("网点") == 1
    assert "无障碍设施" in chair.text
    assert all(cites_record(each) for each in (hours, far, chair))


def test_the_look_up_is_made_again_at_the_place_said_instead(talk: Talk) -> None:
    first, corrected, other = talk("社保卡网点有哪些，我在武昌徐东", "不是徐东，是街道口", "那光谷呢")
    assert "徐东网点" in first.text
    assert "街道口网点" in corrected.text
    assert "网点" in other.text
    assert "街道口" not in other.text


def test_a_row_s_name_takes_the_place_of_its_number_in_the_question(talk: Talk) -> None:
    _, materials, who, money = talk("开办餐饮店一件事有哪些", "第二个要什么材料", "第三个谁来批", "能不能一起办")
    assert "食品经营许可" in materials.text
    assert "消防救援机构" in who.text
    assert "合在一起" in money.text


def test_what_an_own_application_lacks_and_how_long_it_has_is_read_off_its_record(talk: Talk) -> None:
    listed, second, wanted, days = talk("查我的办件", "第二个呢", "食品那个要补什么", "居住证那个还要几天", who=CITIZEN)
    assert "食品经营许可" in listed.text
    assert "食品经营许可" in second.text
    assert "健康证明" in wanted.text
    assert "11 天" in days.text or "还剩" in days.text
    assert "《" not in wanted.text + days.text


def test_what_only_a_record_could_tell_is_said_not_to_be_known(talk: Talk) -> None:
    _, hours, level = talk("演示江汉区医院是医保定点吗", "几点关门", "几级的")
    assert (hours.outcome.kind, hours.outcome.reason) == ("refused", "no_evidence")
    assert "开放时间" in hours.text
    assert "12393" in hours.text
    assert "二级" in level.text


def test_the_same_is_asked_of_other_data_and_whose_it_is(talk: Talk) -> None:
    _, whose, often, air = talk("有没有公交站点的数据可以下载", "谁提供的", "多久更新一次", "空气质量的呢")
    assert "市交通运输局" in whose.text
    assert "每月" in often.text
    assert "DS0006" in air.text


def test_a_standard_just_told_answers_how_long_and_when_it_is_closed(talk: Talk) -> None:
    grid = Principal("grid-t", frozenset(("grid",)), verified=True)
    _, limit, closing = talk("井盖破损立案标准", "多久要修好", "结案要啥条件", who=grid)
    assert "4个紧急工作时" in limit.text
    assert "结案条件" in closing.text
    assert cites_record(limit)


def test_a_row_of_cases_tells_how_far_its_limit_is(talk: Talk) -> None:
    chief = Principal("supervisor-t", frozenset(("supervisor",)), verified=True)
    _, late, who = talk("现在超期的案件有哪些", "第一条超了多久了", "这条谁派过来的", who=chief)
    assert "已超过时限" in late.text
    assert who.outcome.reason == "no_evidence"
    assert "派遣人" in who.text
    assert "12345" not in who.text


def test_what_was_done_in_the_talk_can_be_asked_about(talk: Talk) -> None:
    booking = ("帮我约下周一上午办居住证，在洪山区珞南街", "是", "我约的是哪天")
    *_, done, when = talk(*booking, who=CITIZEN)
    assert done.outcome.kind == "done"
    assert not when.actions
    assert "上午" in when.text
    assert cites_record(when)


def test_a_choice_that_is_taken_back_gives_way_to_what_is_said(talk: Talk) -> None:
    _, other = talk("我们是数据标注的小微企业，想要算力券", "我们不是做数据标注的，是做餐饮的", who=CITIZEN)
    assert "行业：餐饮" in other.text


def test_rows_of_a_plugin_s_tool_can_be_asked_about(talk: Talk) -> None:
    found, level, second = talk("图书馆有没有讲黄鹤楼的书", "东湖那个是几级的", "第一个呢")
    assert "K29" in found.text
    assert "三级" in level.text
    assert "黄鹤楼志" in second.text
    assert "K29" in second.text


def test_a_new_matter_after_a_result_is_not_taken_for_a_question_about_it(talk: Talk) -> None:
    _, report, fee = talk("附近哪里能补社保卡，我在街道口", "武昌区中南路8号门口垃圾桶满了", "居住证要钱吗")
    assert report.outcome.kind == "confirm"
    assert "工本费" in fee.text
