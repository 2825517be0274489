"""Several rows with an act or words for each in one message: every row gets its own, and none another's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from agents import Ask, Reply, open_house
from agents.history import tool_message
from agents.parting import parted
from tools import Principal, units_in

from .conftest import furnished

Talk = Callable[..., list[Reply]]
NUMBER = re.compile(r"(?:WH|GD)\d{14}")


def listed(count: int) -> list[AIMessage | ToolMessage]:
    rows = [{"case_no": f"WH202611250000{22 - n}"} for n in range(count)]
    made = {"name": "case.search", "args": {}, "id": "c-1", "type": "tool_call"}
    said = "\n".join(each["case_no"] for each in rows)
    return [
        AIMessage("", tool_calls=[made]),
        tool_message("c-1", "case.search", {"data": {"total": count, "cases": rows}, "say": said}),
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("第一个修好了，铺了沥青；第二个退回，不归我们", ("第一个修好了，铺了沥青", "第二个退回，不归我们")),
     ("第一个通过第二个返工，没弄干净", ("第一个通过", "第二个返工，没弄干净")),
     ("受理第一个，不受理第二个，不属于职能", ("受理第一个", "不受理第二个，不属于职能")),
     ("驳回第一个，第二个同意", ("驳回第一个", "第二个同意")),
     ("第一个返工，没修好，剩下的都通过", ("第一个返工，没修好", "剩下的都通过")),
     ("第一个督办，要快，再查下第三个", ("第一个督办，要快", "再查下第三个")),
     ("22 21通过", ("22 21通过",)),
     ("1、3通过，2返工", ("第1个、第3个通过", "第2个返工")),
     ("022 021通过，020没过", ("WH20261125000022 WH20261125000021通过", "WH20261125000020没过")),
     ("第一个和第三个返工，没弄干净", ("第一个和第三个返工，没弄干净",)),
     ("把第一个并到第二个", ("把第一个并到第二个",)),
     ("第一个返工，跟第二个是一个问题", ("第一个返工，跟第二个是一个问题",)),
     ("第二个换成第三个", ("第二个换成第三个",)),
     ("第一个延3天，等材料", ("第一个延3天，等材料",)),
     ("3天后2号楼验收", ("3天后2号楼验收",))],
)  # fmt: skip
def test_a_message_is_cut_where_other_rows_begin(text: str, pieces: tuple[str, ...]) -> None:
    assert parted(text, listed(6)) == pieces


def test_what_was_never_listed_has_no_rows() -> None:
    text = "第一个问题是路灯不亮，第二个问题是井盖坏了"
    assert parted(text, ()) == (text,)


def staff(post: str) -> Principal:
    return Principal(f"{post}-parting", frozenset((post,)), verified=True)


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


def test_every_row_gets_its_own_act_and_words(talk: Talk) -> None:
    shown, reply, done = talk(
        staff("supervisor"), "待核查的案件有哪些", "第一个核查通过；第三个返工，衣服还晾着", "全部确认"
    )
    assert [NUMBER.findall(each.summary)[0] for each in reply.actions] == [rows(shown)[0], rows(shown)[2]]
    assert len({each.tool for each in reply.actions}) == 2
    assert "衣服" not in reply.actions[0].summary
    assert "通过" not in reply.actions[1].summary
    assert [each.object_id for each in done.receipts] == [rows(shown)[0], rows(shown)[2]]


def test_the_same_act_keeps_the_words_of_each_row_apart(talk: Talk) -> None:
    _, reply = talk(staff("supervisor"), "待核查的案件有哪些", "第四个返工，车还停着；第五个返工，衣服还晾着")
    one, other = (each.summary for each in reply.actions)
    assert "车还停着" in one
    assert "衣服" not in one
    assert "衣服还晾着" in other
    assert "停着" not in other


def test_beside_open_cards_what_changes_them_is_not_cut(talk: Talk) -> None:
    _, cards, reply = talk(
        staff("supervisor"), "挂账的案件有哪些", "前两个恢复处理，资金到位", "第一个先放着，第二个理由改成苗木到了"
    )
    assert len(cards.actions) == 2
    assert len(reply.parts) < 2


def test_what_is_not_understood_of_a_row_is_asked_about(talk: Talk) -> None:
    shown, reply = talk(staff("supervisor"), "待核查的案件有哪些", "第四个返工，车还停着；第五个我再想一想")
    assert [NUMBER.findall(each.summary)[0] for each in reply.actions] == [rows(shown)[3]]
    assert reply.parts[1].outcome.kind == "clarify"


@pytest.mark.parametrize("text", ["把第2个返工，没扫干净", "第三个返工，没清理"])
def test_rows_of_a_list_that_was_never_shown_are_asked_for(talk: Talk, text: str) -> None:
    (reply,) = talk(staff("supervisor"), text)
    assert reply.outcome.kind == "clarify"
    assert not rows(reply)


def test_a_row_beyond_the_list_is_none_of_it(talk: Talk) -> None:
    _, _, reply = talk(staff("supervisor"), "待核查的案件有哪些", "第六个返工", "第二十个没修好")
    assert not reply.actions
    assert "没有您说的这一件" in reply.text


def test_all_but_what_a_word_names_and_all_in_one_character(talk: Talk) -> None:
    shown, all_of_it = talk(staff("acceptor"), "待受理的案件有哪些", "全受理")
    assert [NUMBER.findall(each.summary)[0] for each in all_of_it.actions] == rows(shown)
    kind = shown.text.splitlines()[1].split("，")[1]
    left = [NUMBER.findall(line)[0] for line in shown.text.splitlines() if NUMBER.search(line) and kind not in line]
    _, others = talk(staff("acceptor"), "待受理的案件有哪些", f"除了{kind}都受理")
    assert [NUMBER.findall(each.summary)[0] for each in others.actions] == left


def test_a_unit_that_is_named_is_not_replaced_by_whose_a_thing_is_said_to_be() -> None:
    assert next(units_in("第一个派江汉区市政维修所，人行道归市政")).words == "江汉区市政维修所"
    assert next(units_in("改派，这个归水务")).words == "水务"
