"""Acting on a list: rows by their place or a word, several at once, the rest; more and less of it; nothing twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house
from agents.understanding import pointers
from tools import Principal

from .conftest import furnished

Talk = Callable[..., list[Reply]]
NUMBER = re.compile(r"(?:WH|GD)\d{14}")


def staff(post: str) -> Principal:
    return Principal(f"{post}-rows", frozenset((post,)), verified=True)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(who: Principal, *lines: str) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda who, *lines: runner.run(said(who, *lines))
        runner.run(house.close())


def rows(reply: Reply) -> list[str]:
    return NUMBER.findall(reply.text)


def acted_on(reply: Reply) -> list[str]:
    assert reply.outcome.kind == "confirm", reply.text
    return [NUMBER.findall(each.summary)[0] for each in reply.actions]


@pytest.mark.parametrize(
    ("text", "places"),
    [("前三个都督办", (1, 2, 3)), ("第一、三条立案", (1, 3)), ("第二到第四个督办", (2, 3, 4)), ("受理第一二个", (1, 2)),
     ("最后两条立案", (-2, -1)), ("倒数第二个", (-2,)), ("延期3个工作日", ()), ("第一时间派人去看", ())],
)  # fmt: skip
def test_rows_are_pointed_at_by_their_places(text: str, places: tuple[int, ...]) -> None:
    assert tuple(place for each in pointers(text) for place in each.places) == places


def test_the_places_are_those_of_the_list_after_an_act_on_one_of_its_rows(talk: Talk) -> None:
    listed, first, _, second = talk(
        staff("supervisor"), "待核查的案件", "第一个返工，路面没修平", "确认", "第二个也返工，路面没修平"
    )
    assert acted_on(first) == rows(listed)[:1]
    assert acted_on(second) == rows(listed)[1:2]


def test_several_rows_are_a_card_each(talk: Talk) -> None:
    listed, several, one, rest = talk(
        staff("supervisor"), "待核查的案件", "前两个都返工，没有清理干净", "确认第一项", "全部确认"
    )
    assert acted_on(several) == rows(listed)[:2]
    assert [each.object_id for each in one.receipts] == rows(listed)[:1]
    assert [each.object_id for each in rest.receipts] == rows(listed)[1:2]


def test_a_tool_that_takes_several_gets_them_on_one_card(talk: Talk) -> None:
    chief = staff("supervisor")
    listed, several, _, others = talk(chief, "现在超期的案件有哪些", "前两个督办", "确认", "剩下的也都督办")
    assert len(several.actions) == 1
    assert NUMBER.findall(several.actions[0].summary) == rows(listed)[:2]
    assert NUMBER.findall(others.actions[0].summary) == rows(listed)[2:]


def test_one_of_several_cards_is_decided_in_words(talk: Talk) -> None:
    listed, several, second, given_up = talk(
        staff("supervisor"), "待核查的案件", "第一个和第二个都返工，没有清理干净", "确认第二个", "算了"
    )
    assert [each.object_id for each in second.receipts] == rows(listed)[1:2]
    assert [each.id for each in second.actions] == [several.actions[0].id]
    assert not given_up.receipts
    assert given_up.outcome.kind == "answered"


def test_two_numbers_in_one_message_are_two_cards(talk: Talk) -> None:
    chief = staff("supervisor")
    one, two = rows(talk(chief, "待核查的案件")[0])[:2]
    assert acted_on(talk(chief, f"{one}和{two}都返工，没有清理干净")[-1]) == [one, two]


def test_more_than_ten_at_once_are_said_to_be_too_many(talk: Talk) -> None:
    chief = staff("supervisor")
    first, second = talk(chief, "待核查的案件", "下一页")
    numbers = "、".join(rows(first) + rows(second)[:2])
    (reply,) = talk(chief, f"{numbers}都返工，没有清理干净")
    assert len(reply.actions) == 10
    assert "其余 2 件" in reply.text


def test_a_row_is_named_by_a_word_and_corrected_by_another(talk: Talk) -> None:
    chief = staff("supervisor")
    (listed,) = talk(chief, "待核查的案件")
    classes = {NUMBER.findall(line)[0]: line.split("，")[1] for line in listed.text.splitlines() if NUMBER.search(line)}
    alone = [(number, name) for number, name in classes.items() if list(classes.values()).count(name) == 1]
    (one, its), (other, others) = alone[:2]
    _, first, corrected, done = talk(
        chief, "待核查的案件", f"{its}那个返工，没有清理干净", f"不是{its}，是{others}", "确认"
    )
    assert acted_on(first) == [one]
    assert acted_on(corrected) == [other]
    assert [each.object_id for each in done.receipts] == [other]


def test_the_noun_of_the_list_decides_whose_act_it_is(talk: Talk) -> None:
    listed, first, _, second = talk(staff("acceptor"), "查一下待受理的工单有几张", "第一张受理", "是", "第二张也受理")
    assert acted_on(first) == rows(listed)[:1]
    assert acted_on(second) == rows(listed)[1:2]


def test_what_the_list_does_not_have_is_asked_for_and_nothing_of_ones_own_is_looked_up(talk: Talk) -> None:
    listed, reply = talk(staff("supervisor"), "江岸区待核查的案件", "第九个返工，没修好")
    assert len(rows(listed)) < 9
    assert reply.outcome.kind == "clarify"
    assert "您上报的" not in reply.text


def test_an_act_on_an_empty_list_is_told_that_it_is_empty(talk: Talk) -> None:
    listed, reply = talk(staff("supervisor"), "江岸区待核查的露天烧烤督办案件", "第一个返工，没修好")
    assert not rows(listed)
    assert reply.outcome.kind == "clarify"
    assert not reply.actions


def test_every_row_of_a_long_list_can_be_reached(talk: Talk) -> None:
    first, *more = talk(staff("supervisor"), "待核查的案件", "后面还有呢", "下一页", "下一页")
    seen = [number for reply in (first, *more) for number in rows(reply)]
    assert len(set(seen)) == len(seen) == int(re.findall(r"共查到 (\d+)", first.text)[0])
    assert more[-1].outcome.kind == "answered"
    assert not rows(more[-1])


def test_a_list_is_narrowed_by_one_more_condition(talk: Talk) -> None:
    everything, there, lately = talk(staff("supervisor"), "待核查的案件", "武昌区的", "只看近三天的")
    assert 0 < len(rows(there)) < int(re.findall(r"共查到 (\d+)", everything.text)[0])
    assert set(rows(lately)) <= set(rows(there))


def test_what_is_done_is_not_done_again(talk: Talk) -> None:
    *_, done, given_up, yes = talk(
        staff("supervisor"), "待核查的案件", "第一个返工，没修好", "确认", "不对 先别退", "确认"
    )
    assert done.receipts
    assert given_up.outcome.kind == "answered"
    assert "无法撤回" in given_up.text
    assert not [*given_up.actions, *yes.actions, *yes.receipts]


def test_a_citizen_urges_the_row_that_is_named(talk: Talk) -> None:
    mine = Principal("citizen-rows", frozenset(("citizen",)), verified=True)
    talk(mine, "武昌区中南路12号门口井盖丢了", "是")
    talk(mine, "武昌区中南路30号路灯不亮", "是")
    listed, seen, urged, other = talk(mine, "查一下我报的", "第二个到哪了", "催第一个", "不对，是第二个")
    assert rows(seen)[0] == rows(listed)[1]
    assert acted_on(urged) == rows(listed)[:1]
    assert acted_on(other) == rows(listed)[1:2]
