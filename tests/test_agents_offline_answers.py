"""Answers of the offline model: the very figure with its unit, verbatim and cited; or a refusal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from agents import Ask, House, Reply, open_house
from agents.clock import CITY_ZONE
from agents.lookup import look_up, passages
from agents.models.offline_answers import Refusal, answer
from tools import Call

from .conftest import CITIZEN, furnished


@dataclass(frozen=True)
class Counter:
    """A house and a way to ask it, in a new conversation; the last reply counts."""

    house: House
    ask: Callable[..., Reply]
    read: Callable[[str], str]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("house")))
        runner.run(house.desk.start())

        async def asked(*lines: str) -> Reply:
            conversation = await house.desk.open_conversation(CITIZEN)
            return [await house.desk.ask(Ask(conversation.id, line), CITIZEN) for line in lines][-1]

        async def stored(document_id: str) -> str:
            return (await house.desk.document(CITIZEN, document_id)).text

        yield Counter(house, lambda *lines: runner.run(asked(*lines)), lambda each: runner.run(stored(each)))
        runner.run(house.close())


PLAN = [
    ("数据要素市场里要培育规模以上的数据企业几家呀", "1000家", True),
    ("汉数通打算接入多少家市场主体", "1000家", False),
    ("武汉打算做多少个智能体应用", "60个", True),
    ("标杆智能工厂目标数量是几个", "60个", False),
    ("高性能算力总规模要到多少", "7.2×10^18", True),
    ("医保码的激活率要到百分之多少", "85%", False),
    ("一万个人要有几个5G基站", "42个", True),
    ("网络零售额想突破多少亿", "5000亿元", True),
    ("数字化产线打算建多少条", "600条", False),
    ("北斗农机一年推广几台套", "600台套", False),
    ("AI产业规模2027年想做到多大", "1200亿元", True),
]


@pytest.mark.parametrize(("question", "figure", "dated"), PLAN)
def test_a_target_has_its_figure_and_a_year_only_where_the_text_has_one(
    counter: Counter, question: str, figure: str, dated: bool
) -> None:
    reply = counter.ask(question)
    assert reply.outcome.kind == "answered", reply.text
    assert figure.replace(" ", "") in reply.text.replace(" ", "")
    assert reply.citations
    assert dated == ("到2027年，" in reply.text)


@pytest.mark.parametrize(
    "question",
    [
        "元宇宙产业要做到多少亿",
        "2035年智能体要做多少个",
        "杭州的智能体目标是多少个",
        "6G基站计划建设多少座",
        "武汉有多少台量子计算机",
        "机器人产业的规模目标",
        "区块链平台要建几个",
        "低空经济产值要达到多少亿",
    ],
)
def test_a_figure_for_something_else_is_not_given(counter: Counter, question: str) -> None:
    reply = from_passages(counter, question)
    assert isinstance(reply, Refusal), reply


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("申领居住证要带哪些材料", "身份证"),
        ("三廊一带是哪几条廊", "光谷科技创新大走廊"),
        ("家庭共济跟亲情账户是一回事吗", "不是一回事"),
        ("积水到什么程度叫渍水", "30厘米"),
        ("12345半夜打得通吗", "7×24"),
        ("汉融通是干什么的", "融资"),
        ("不会用智能手机的老人看病怎么弄", "社会保障卡"),
        ("数字经济方案哪个部门牵头", "数据局"),
        ("产假有多少天", "98天"),
        ("几岁能上学", "6周岁"),
        ("办身份证要带什么材料", "居民户口簿"),
        ("居住证怎么办理", "派出所"),
        ("申请公证要多久", "15个工作日"),
        ("小孩打疫苗收费吗", "不收"),
    ],
)
def test_a_question_gets_the_sentence_that_answers_it(counter: Counter, question: str, words: str) -> None:
    reply = counter.ask(question)
    assert words in reply.text
    assert len(re.sub(r"\[\d+\]", "", reply.text)) <= 600


def test_two_figures_in_one_question_are_both_given(counter: Counter) -> None:
    reply = counter.ask("关键工序数控化率和数字化研发设计工具普及率分别是多少")
    assert "80%" in reply.text
    assert "95%" in reply.text


def test_both_sides_of_a_comparison_are_told(counter: Counter) -> None:
    text = counter.ask("医保码和医保卡有什么区别").text
    assert "医保码" in text
    assert "社会保障卡" in text


def test_every_sentence_is_cited_and_a_citation_opens_on_the_exact_words(counter: Counter) -> None:
    for question in ("申领居住证要带哪些材料", "智能体应用要打造多少个", "断缴医保等待期怎么算"):
        reply = counter.ask(question)
        assert all(re.search(r"\[\d+\]$", line) for line in reply.text.splitlines() if line), reply.text
        for citation in (each for each in reply.citations if each.document_id):
            assert counter.read(str(citation.document_id))[citation.start : citation.end] == citation.quote


def test_a_goal_is_not_sold_as_the_present_state(counter: Counter) -> None:
    text = counter.ask("医保码激活率现在已经完成了多少").text
    assert "没有" in text


def test_a_follow_up_takes_its_kind_from_the_question_before(counter: Counter) -> None:
    assert "600条" in counter.ask("智能体应用要做多少个", "那数字化产线呢").text


@pytest.mark.parametrize("question", ["武汉低保一个月发多少钱", "武汉公证费是多少", "港澳通行证多少钱一本"])
def test_a_figure_that_is_not_verified_is_refused_with_the_place_that_says_so(counter: Counter, question: str) -> None:
    reply = counter.ask(question)
    assert (reply.outcome.kind, reply.outcome.reason) == ("refused", "no_evidence"), reply.text
    assert reply.citations
    assert not re.search(r"\d+\s*元", reply.text)


def test_what_is_only_near_is_pointed_at_and_not_claimed(counter: Counter) -> None:
    reply = counter.ask("武汉一共有多少个机器人")
    assert (reply.outcome.kind, bool(reply.citations)) == ("refused", False), reply.text
    reply = counter.ask("公司裁员要提前多少天通知")
    assert reply.outcome.kind == "refused", reply.text
    assert not re.search(r"\d+\s*(天|日|小时)", reply.text)


@pytest.mark.parametrize("question", ["今天股市涨了多少", "哪家火锅好吃", "帮我写一首诗"])
def test_what_has_nothing_to_do_with_the_bases_cites_nothing(counter: Counter, question: str) -> None:
    reply = counter.ask(question)
    assert reply.outcome.kind != "answered" or not reply.citations, reply.text


def from_passages(counter: Counter, question: str) -> str | Refusal:
    """The answer from the passages alone, whatever tool might have been called instead."""
    call = Call(CITIZEN, datetime(2026, 11, 25, 9, tzinfo=CITY_ZONE))
    found = passages(look_up(counter.house.library, question, frozenset(), call))
    for ref, passage in enumerate((*found["passages"], *found["expired"]), start=1):
        passage["ref"] = ref
    return answer(question, found)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("申请居住证收钱不，资料递上去几多天发证", ("不收工本费", "15日内")),
        ("补一张身份证收钱不，要等好多天", ("工本费", "60日内")),
        ("提公积金要么材料，几天批得下来", ("提取证明", "3日内")),
        ("身份证丢了补办收不收钱，好久拿得到", ("工本费", "60日内")),
        ("公证收不收费，几多天能出证", ("公证收费标准，本资料未核实", "15个工作日")),
        ("育儿补贴一年发好多，发到几岁为止", ("3600元", "3周岁")),
        ("新生儿最晚几时要去登记户口，能让姥姥去办吗", ("1个月", "亲属")),
        ("没有食品经营许可证就开张卖卤菜，被抓到罚好多", ("5万元以上10万元以下",)),
    ],
)
def test_every_asking_of_a_message_gets_its_own_section(counter: Counter, question: str, told: tuple[str, ...]) -> None:
    reply = from_passages(counter, question)
    assert isinstance(reply, str), reply.text
    assert all(words in reply for words in told), reply


def test_an_asking_that_has_no_answer_is_named_and_the_other_is_answered(counter: Counter) -> None:
    reply = from_passages(counter, "换驾驶证要带什么材料，要多少钱")
    assert isinstance(reply, str), reply.text
    assert "身体条件证明" in reply
    assert "“要多少钱”这一点我没有查到" in reply


def test_what_is_asked_of_another_thing_is_not_taken_from_the_section_of_this_one(counter: Counter) -> None:
    reply = from_passages(counter, "台湾通行证要多少钱，几天能下来")
    assert "15日" not in (reply if isinstance(reply, str) else reply.text)


def test_a_sentence_is_told_to_its_full_stop(counter: Counter) -> None:
    reply = from_passages(counter, "武汉居民医保今年个人要交多少")
    text = reply if isinstance(reply, str) else reply.text
    assert "本资料未核实；国家数字是最低要求，武汉实际金额请拨12345" in text
    assert not re.search(r"；\[\d+\]", text)


def test_a_figure_of_the_whole_country_comes_after_what_is_not_known_of_the_city(counter: Counter) -> None:
    reply = from_passages(counter, "武汉居民医保一年交好多钱，么时候交")
    assert isinstance(reply, str), reply.text
    assert 0 <= reply.find("武汉实际金额请拨12345") < reply.find("400元")


def test_a_short_section_is_quoted_whole(counter: Counter) -> None:
    reply = from_passages(counter, "办居住证能叫家里人代办吗")
    assert isinstance(reply, str), reply.text
    assert "未满16周岁" in reply
    assert "社区服务机构受理" in reply
    assert len(re.sub(r"\[\d+\]", "", reply)) <= 320
