"""Yes, no and other words beside cards that wait: what they mean, and that nothing is done or lost by mistake."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Conflict, House, Reply, open_house
from tools import Principal

from .conftest import CITIZEN, furnished

Talk = Callable[..., list[Reply]]
BINS = "武昌区中南路8号门口垃圾桶满了"
TWO = "硚口区古田二路地铁站B口有共享单车乱停，把盲道都堵死了，还有旁边垃圾桶满了没人收"


class Hall:
    """A house and people of their own."""

    def __init__(self, house: House, runner: asyncio.Runner) -> None:
        self.house = house
        self.runner = runner
        self.people = iter(range(1000))

    def talk(self, *lines: str, roles: frozenset[str] = CITIZEN.roles) -> list[Reply]:
        """Say lines in a new conversation; gives the replies."""

        async def said() -> list[Reply]:
            self.who = Principal(f"citizen-v{next(self.people)}", roles, verified=True)
            conversation = await self.house.desk.open_conversation(self.who)
            return [await self.house.desk.ask(Ask(conversation.id, line), self.who) for line in lines]

        return self.runner.run(said())

    def press(self, reply: Reply, number: int = 0) -> Reply:
        """Confirm an action of an earlier reply by its button."""
        work = self.house.desk.decide(self.who, reply.conversation_id, reply.actions[number].id, "confirm")
        return self.runner.run(work)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("house")))
        runner.run(house.desk.start())
        yield Hall(house, runner)
        runner.run(house.close())


def kinds(replies: list[Reply]) -> list[str]:
    return [reply.outcome.kind for reply in replies]


@pytest.mark.parametrize("words", ["先别报，我再看看", "我再想想", "暂时不用提交", "跟家里商量一下再说", "改天再报吧"])
def test_who_puts_it_off_has_nothing_done_by_the_next_nod(hall: Hall, words: str) -> None:
    card, off, nod = hall.talk(BINS, words, "好")
    assert kinds([card, off]) == ["confirm", "answered"]
    assert not nod.receipts
    assert not nod.actions


@pytest.mark.parametrize("words", ["等一哈，我拍个照片", "慢点慢点，地方可能不对", "稍等，等我问下我老公", "莫慌"])
def test_who_says_wait_is_shown_the_card_again_before_a_yes_counts(hall: Hall, words: str) -> None:
    _, held, nod, yes = hall.talk(BINS, words, "好", "是")
    assert held.outcome.kind == "answered"
    assert nod.outcome.kind == "confirm"
    assert not nod.receipts
    assert yes.outcome.kind == "done"


def test_what_was_put_off_is_taken_up_again(hall: Hall) -> None:
    *_, again, done = hall.talk(BINS, "先别报，我再看看", "看过了，报吧", "是")
    assert "垃圾桶满了" in again.actions[0].summary
    assert done.outcome.kind == "done"
    *_, again = hall.talk(BINS, "算了不报了", "还是报一下吧")
    assert "垃圾桶满了" in again.actions[0].summary


def test_after_a_question_in_between_the_card_is_shown_again(hall: Hall) -> None:
    _, answer, yes, done = hall.talk(BINS, "居住证收费吗", "是的", "是的")
    assert answer.outcome.kind == "answered"
    assert "还没有提交" in answer.text
    assert "垃圾桶满了" in answer.text
    assert yes.outcome.kind == "confirm"
    assert done.outcome.kind == "done"


def test_thanks_beside_a_card_is_no_yes(hall: Hall) -> None:
    _, thanks = hall.talk(BINS, "谢谢")
    assert thanks.outcome.kind == "answered"
    assert "还没有提交" in thanks.text


@pytest.mark.parametrize("words", ["那个旁边还有个井盖也松了", "旁边共享单车也乱停，把路都堵了"])
def test_a_second_matter_beside_a_card_gets_its_own(hall: Hall, words: str) -> None:
    first, second, asked, done = hall.talk(BINS, words, "是", "是")
    assert first.actions[0].id in [each.id for each in second.actions]
    assert len(second.actions) == 2
    assert "中南路8号" in second.actions[1].summary
    assert asked.outcome.kind == "clarify"
    assert "垃圾桶满了" in asked.text
    assert len(done.receipts) == 2
    assert [each.number for each in done.citations] == [1, 2]


def test_what_was_asked_about_can_be_reported_as_well(hall: Hall) -> None:
    *_, also, done = hall.talk(BINS, "顺便问下电动车乱停归不归你们管", "那也报一个", "都报")
    assert "电动车乱停" in also.actions[-1].summary
    assert len(done.receipts) == 2


def test_a_matter_set_apart_is_not_lost(hall: Hall) -> None:
    _, apart = hall.talk("武昌区中南路8号门口露天烧烤，天天吵到半夜", "那就先报烧烤的，噪音另外报")
    assert [each.summary for each in apart.actions if "噪音" in each.summary]
    assert len(apart.actions) == 2


def test_two_cards_are_decided_in_words(hall: Hall) -> None:
    assert len(hall.talk(TWO, "两个都报")[-1].receipts) == 2
    *_, asked, first, second = hall.talk(TWO, "是", "第一个", "是")
    assert "共享单车" in asked.text
    assert "垃圾桶" in asked.text
    assert len(first.receipts) == len(second.receipts) == 1
    assert first.receipts[0].action_id != second.receipts[0].action_id
    *_, none, nod = hall.talk(TWO, "都不要", "好")
    assert none.outcome.kind == "answered"
    assert not nod.receipts


def test_a_place_put_right_is_put_right_in_both_cards_and_the_old_ones_are_void(hall: Hall) -> None:
    old, new = hall.talk(TWO, "讲错了，是C口")
    assert len(new.actions) == 2
    assert all("C口" in each.summary.split("地点：")[1] for each in new.actions)
    for number in (0, 1):
        with pytest.raises(Conflict):
            hall.press(old, number)


def test_only_the_wrong_part_of_a_place_is_changed(hall: Hall) -> None:
    _, new = hall.talk("洪山区雄楚大道和珞狮路路口红绿灯坏了", "我错了，不是雄楚大道，是文治街")
    assert "珞狮路" in new.text or "珞狮路" in new.actions[0].summary
    assert "雄楚大道" not in new.text
    _, new = hall.talk("江岸区解放公园路和黄浦大街路口路灯不亮", "讲错了，不是解放公园路，是解放大道")
    assert "解放大道" in new.actions[0].summary
    assert "黄浦大街" in new.actions[0].summary
    assert "解放公园路" not in new.actions[0].summary


def test_another_one_of_the_list_takes_the_place_of_the_card(hall: Hall) -> None:
    roles = frozenset(("acceptor",))
    listed, old, new, done = hall.talk("待受理的有哪些", "受理第一个", "不是这条，换成第二个", "确认", roles=roles)
    first, second = re.findall(r"WH\d{14}", listed.text)[:2]
    assert first in old.actions[0].summary
    assert second in new.actions[0].summary
    assert [each.object_id for each in done.receipts] == [second]
    with pytest.raises(Conflict):
        hall.press(old)


def test_a_correction_leaves_one_card(hall: Hall) -> None:
    roles = frozenset(("supervisor",))
    old, new, done = hall.talk("出一份上周的运行周报", "只要武昌区的", "确认", roles=roles)
    assert "武昌区" in new.actions[0].summary
    assert len(done.receipts) == 1
    with pytest.raises(Conflict):
        hall.press(old)


@pytest.mark.parametrize("words", ["水到膝盖了", "公交站那里", "坑大概脸盆那么大"])
def test_a_detail_told_after_the_card_goes_into_the_report(hall: Hall, words: str) -> None:
    _, shown = hall.talk("江岸区解放公园路和黄浦大街路口积水了，过不去", words)
    assert words in shown.actions[0].summary
    assert len(shown.actions) == 1


def test_words_of_speech_are_no_part_of_the_place(hall: Hall) -> None:
    *_, shown = hall.talk("江岸区球场路18号路灯不亮", "不是，我说的是球场路和后湖大道交叉那里")
    assert "说的是" not in shown.actions[0].summary
    assert "后湖大道" in shown.actions[0].summary
    *_, shown = hall.talk("汉阳区王家湾路上有个坑", "你怎么老问地点，王家湾中央生活区门口")
    assert "老问" not in shown.text


def test_a_yes_with_another_verb_is_none_to_the_offer_of_a_person(hall: Hall) -> None:
    lines = ("我们门口的路灯不亮", "就在我们那块", "我也不晓得", "报吧")
    *_, offered, after = hall.talk(*lines)
    assert offered.outcome.kind == "handoff"
    assert not after.receipts
    assert "更具体的位置" in after.text


@pytest.mark.parametrize(
    "lines",
    [
        ("江汉路那个游商的案子我想撤掉，人已经走了",),
        ("我昨天报的那个井盖的案子地址写错了，能改不",),
        (BINS, "是", "写错了，我要改地址，是18号"),
        (BINS, "是", "不对，应该是18号"),
    ],
)
def test_what_was_handed_in_is_changed_by_a_person(hall: Hall, lines: tuple[str, ...]) -> None:
    last = hall.talk(*lines)[-1]
    assert last.outcome.kind == "handoff"
    assert "不能修改" in last.text
    assert lines[-1] in last.actions[0].summary


def test_a_person_is_offered_once(hall: Hall) -> None:
    replies = hall.talk("火星上的空气质量怎么样", "月球上的房价是多少", "木星的户口怎么办", "土星几点开门")
    offers = [reply for reply in replies if any(each.tool == "handoff.create" for each in reply.actions)]
    assert len(offers) <= 1


def test_insults_are_no_part_of_the_report(hall: Hall) -> None:
    *_, shown = hall.talk("你们这些当官的都是吃干饭的！武昌区中南路8号门口垃圾桶满了")
    assert "吃干饭" not in shown.actions[0].summary
    assert "垃圾箱" in shown.actions[0].summary
    *_, shown = hall.talk("王八蛋！武昌区中南路8号门口井盖丢了，帮我上报")
    assert "井盖" in shown.actions[0].summary


def test_words_are_added_to_a_field_by_its_name(hall: Hall) -> None:
    roles = frozenset(("dispatcher",))
    *_, shown, done = hall.talk(
        "给水务部门和城管推送：今晚8点有大雨 请提前布防", "内容加上 人员要到岗", "确认", roles=roles
    )
    assert "今晚8点有大雨 请提前布防，人员要到岗" in shown.actions[0].summary
    assert len(done.receipts) == 1


def several(hall: Hall, *words: str) -> list[Reply]:
    """Two cards shown together, then these words."""
    replies = hall.talk(BINS, "那个旁边还有个井盖也松了", *words)
    assert len(replies[1].actions) == 2
    return replies[2:]


@pytest.mark.parametrize(
    "words",
    ["第二个理由改成已经断了", "第二个好像不是井盖的问题", "第二个换成第三个", "确认第一个，第二个改成路面塌了"],
)
def test_a_card_is_not_decided_by_its_number_in_a_sentence(hall: Hall, words: str) -> None:
    (reply,) = several(hall, words)
    assert not reply.receipts
    assert reply.outcome.kind != "done"


@pytest.mark.parametrize(
    ("words", "filed"),
    [
        ("第一个先放一放，第二个确认", 1),
        ("除了第二个都确认", 0),
        ("第一个可以，第二个不行", 0),
        ("第一个不要，其他确认", 1),
        ("只要第二个", 1),
        ("第一个不要第二个要", 1),
    ],
)
def test_each_card_is_decided_as_said_and_no_nod_files_the_other(hall: Hall, words: str, filed: int) -> None:
    cards, done, nod = hall.talk(BINS, "那个旁边还有个井盖也松了", words, "好")[1:]
    assert [each.action_id for each in done.receipts] == [cards.actions[filed].id]
    assert not nod.receipts


def test_a_card_that_is_held_is_not_filed_by_a_nod(hall: Hall) -> None:
    held, nod = several(hall, "第一个等一下", "好")
    assert not held.receipts
    assert not nod.receipts


def test_after_words_not_understood_what_is_held_is_not_filed(hall: Hall) -> None:
    cards, _, shown, done = hall.talk(
        BINS, "那个旁边还有个井盖也松了", "居住证收费吗", "第一个先放一放，第二个确认", "是"
    )[1:]
    assert [each.id for each in shown.actions] == [cards.actions[1].id]
    assert [each.action_id for each in done.receipts] == [cards.actions[1].id]
    unclear, nod = several(hall, "确认第一个，第二个描述改成路面塌了", "好")
    assert not unclear.receipts
    assert not nod.receipts


def test_the_last_of_several_is_cancelled_by_the_number_it_had(hall: Hall) -> None:
    done, off, nod = several(hall, "确认第一项", "取消第二项", "好")
    assert len(done.receipts) == 1
    assert not off.actions
    assert not nod.receipts


@pytest.mark.parametrize(
    "words",
    [
        "不用报了，我自己找人通了",
        "人家已经修好了，不报了",
        "哦不用了，刚刚弄好了",
        "莫报了，物业来修了",
        "我刚才看错了",
        "搞错了搞错了",
        "撤了吧，我看到有人来修了",
    ],
)
def test_who_withdraws_with_a_reason_has_nothing_filed(hall: Hall, words: str) -> None:
    _, off, nod = hall.talk(BINS, words, "好")
    assert not off.actions
    assert not nod.receipts
    assert not nod.actions


@pytest.mark.parametrize(
    "words", ["是滴", "那行叭", "都对的，发吧", "提交一下撒", "好，交", "好咯，报咯", "要得", "中", "冇得问题，搞"]
)
def test_a_yes_as_it_is_spoken_files(hall: Hall, words: str) -> None:
    _, done = hall.talk(BINS, words)
    assert done.outcome.kind == "done"
    assert len(done.receipts) == 1


@pytest.mark.parametrize(
    "words", ["第二个先弄", "我想哈子再说", "这个大概几时能修好", "你先等下", "修好要几天", "您看着办", "不是不报"]
)
def test_what_is_said_to_the_desk_is_no_part_of_the_report(hall: Hall, words: str) -> None:
    _, reply, shown, done = hall.talk(BINS, words, "好", "是")
    assert not reply.receipts
    assert "还没有提交" in reply.text or "先不提交" in reply.text
    assert [each.summary.count(words) for each in shown.actions] == [0]
    assert len(done.receipts) == 1


@pytest.mark.parametrize("words", ["编号发我", "再给我说下编号", "报了冇", "提交上去没有"])
def test_before_it_is_handed_in_the_card_is_shown_to_who_asks_for_its_number(hall: Hall, words: str) -> None:
    _, reply, done = hall.talk(BINS, words, "好")
    assert "还没有提交" in reply.text
    assert words not in reply.actions[0].summary
    assert len(done.receipts) == 1


def test_who_withdraws_with_a_reason_is_asked_no_more(hall: Hall) -> None:
    asked, off, nod = hall.talk("帮我约个办护照的号，我住江汉区新华路245号", "不用约了，我自己去窗口", "好")
    assert asked.outcome.kind == "clarify"
    assert off.outcome.kind == "answered"
    assert nod.outcome.kind == "answered"
