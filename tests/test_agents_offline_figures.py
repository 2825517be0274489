"""Figures in talk: several districts and measures, orders, exact spans, follow-ups that keep what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from agents import Ask, Reply, open_house
from tools import Principal

from .conftest import furnished
from .test_agents_offline_talk import Talk

CHIEF = Principal("supervisor-f", frozenset(("supervisor",)), verified=True)
DISTRICTS = ("江岸", "江汉", "硚口", "汉阳", "武昌", "青山", "洪山", "东西湖", "汉南", "蔡甸", "江夏", "黄陂", "新洲")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; the platform has its demo cases."""
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("figures"), sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str, who: Principal) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda *lines, who: runner.run(said(*lines, who=who))
        runner.run(house.close())


def test_all_districts_are_listed_and_the_lowest_comes_first_when_asked(talk: Talk) -> None:
    every, lowest, last = talk("上个月各区按期处置率", "哪个区最低", "只看后三名", who=CHIEF)
    assert all(name in every.text for name in DISTRICTS)
    assert "从低到高" in lowest.text
    assert sum(name in last.text.split("口径")[0].split("按区")[1] for name in DISTRICTS) == 3


def test_each_of_several_districts_gets_its_figure_and_keeps_it(talk: Talk) -> None:
    both, compared = talk("上周青山跟汉阳的结案率", "环比呢", who=CHIEF)
    for reply in (both, compared):
        assert "青山区，" in reply.text
        assert "汉阳区，" in reply.text
    assert compared.text.count("环比：") == 2


def test_several_measures_are_all_told(talk: Talk) -> None:
    (reply,) = talk("10月江夏区立案数、结案数和返工率", who=CHIEF)
    assert all(
        f"江夏区，2026年10月1日至2026年10月31日，{name}：" in reply.text for name in ("立案数", "结案数", "返工率")
    )


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("今年二季度结案数", "2026年4月1日至2026年6月30日"),
        ("去年12月上报数", "2025年12月1日至2025年12月31日"),
    ],
)
def test_a_span_before_the_records_has_no_figure(talk: Talk, text: str, span: str) -> None:
    (reply,) = talk(text, who=CHIEF)
    assert span in reply.text
    assert "没有数据" in reply.text
    assert "0 件" not in reply.text


def test_follow_ups_keep_the_other_conditions(talk: Talk) -> None:
    *_, month, year, city = talk("9月返工率 武昌", "10月的", "同比", "全市的呢", who=CHIEF)
    assert "武昌区，2026年10月1日" in month.text
    assert "武昌区，2026年10月1日" in year.text
    assert "同比" in year.text
    assert "全市，2026年10月1日" in city.text


def test_compared_with_last_month_is_no_figure_of_last_month(talk: Talk) -> None:
    *_, reply = talk("10月1日到10日上报数", "跟上月比", who=CHIEF)
    assert "2026年10月1日至2026年10月10日，上报数" in reply.text
    assert "2026年9月1日至2026年9月10日" in reply.text


def test_groups_are_heard_however_they_are_asked_for(talk: Talk) -> None:
    for text, group in (
        ("上月上报数前五的类别", "按类别"),
        ("上月结案数最多的处置单位", "按部门"),
        ("超期案件最多的区", "按区"),
    ):
        (reply,) = talk(text, who=CHIEF)
        assert group in reply.text
