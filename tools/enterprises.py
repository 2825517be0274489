"""Tools about people's and businesses' own records, policies, public data and the plan's targets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .cases import write_key
from .catalogue import Dataset, Target, near_targets, overall_targets, plan_topics, topics
from .define import Call, CallArgument, Slot, tool
from .elsewhere import other_places
from .errors import Conflict, NeedsAnswer, NotAllowed, NotFound
from .matching import choices
from .principal import EVERYONE
from .telling_own import (
    say_data_request,
    say_datasets,
    say_enterprise,
    say_policies,
    say_profile,
    say_targets,
)
from .telling_rows import dataset_rows, policy_rows, target_rows
from .unified import Applications, DataRequestDraft, Items, Platform
from .utterances import utterances

CITIZEN = frozenset(("citizen",))
MAY_ASK_DATA = frozenset(("department", "developer", "supervisor"))
ASK_DATASET = "请问要申请哪个数据集？可以说名称或者编号。"
ASK_DATA = "请问要找什么数据？可以说名称，例如井盖、公交、空气质量。"
ASK_TARGET = "请问是哪项指标？可以说名称、编号（K01—K43）或者任务号。"
ASK_INDUSTRY = "请问企业是做什么行业的？"
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "人工智能": ("AI", "ai", "大模型"),
    "制造业": ("制造", "工厂", "数控", "小厂", "厂"),
    "电商": ("直播", "带货"),
    "智能网联汽车": ("车联网", "自动驾驶"),
    "光电子信息": ("光电子", "光电"),
    "数据服务": ("数据公司",),
    "算力": ("显卡", "GPU"),
    "融资": ("贷款", "缺钱"),
    "软件采购": ("买软件", "采购软件", "购买软件", "软件补贴", "上软件", "买系统", "买套系统"),
    "小型": ("小公司", "小企业", "小厂"),
    "微型": ("微企", "小微"),
    "有": ("有数据资产", "数据资产"),
}
# Trades that no policy at hand asks for, by what people call them.
OTHER_TRADES: Mapping[str, str] = {
    "餐饮业": "餐饮 餐馆 饭店 饭馆 小吃 小吃店 火锅店 奶茶店 早餐店 咖啡店",
    "零售业": "零售 超市 便利店 小卖部 商店 服装店 批发",
    "物流业": "物流 快递 货运 运输 搬家",
    "建筑业": "建筑 装修 装饰 工程 施工",
    "农业": "农业 种植 养殖 农产品 合作社",
    "教育培训": "教育 培训 辅导班 幼儿园",
    "医药健康": "医药 药店 诊所 医疗 养老院 养老",
    "文化旅游": "旅游 酒店 民宿 文化 广告 影视 演出",
    "居民服务": "家政 理发店 美容院 洗车店 维修 物业",
    "外贸": "外贸 进出口 跨境贸易 贸易",
    "咨询服务": "咨询 会计 代账 律所 人力资源 中介",
}
BEYOND_PLAN = "方案期是2025—2027年，没有给出{year}年的目标值。"
OTHER_CITY = "这里只有武汉方案的指标，没有{place}的。{place}的目标请向当地主管部门核实。"
NO_TARGET = "方案的43项指标里没有找到对应“{words}”的指标，请换个说法，或者说指标编号（K01—K43）。"
NO_SUCH_TARGET = "方案的43项指标里没有“{words}”这一项，不能拿别的指标代替。相近的有：{near}。请问要看哪一个？"
PLAN_YEARS = ("2025", "2026", "2027")
_DATASET_ID = re.compile(r"DS\d{4}", re.IGNORECASE)
_WHOLE = re.compile(r"全部|所有|主要|总体|整体|哪些|列出|列一|都有")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")


def enterprise_tools(platform: Platform) -> list[BaseTool]:
    """The tools about own records, policies, data and targets, over a platform."""
    items, owned = Items(platform), Applications(platform)
    own = [_profile(owned), _enterprise(owned), _policies(owned)]
    return [*own, _datasets(items), _request(items, owned), _targets(items)]


def _named(target: Target) -> str:
    return f"{target.id} {target.name}"


def options(field: str) -> tuple[tuple[str, ...], ...]:
    """Choices of an enum: each value the policies know, as its own label, with what people say for it."""
    known = tuple((value, value, *SYNONYMS.get(value, ())) for value in choices(field))
    return known + (tuple(_trade(name, words) for name, words in OTHER_TRADES.items()) if field == "industry" else ())


def _trade(name: str, words: str) -> tuple[str, ...]:
    """A trade no policy asks for: heard only where somebody says that it is what they do."""
    said = (
        pattern.format(word)
        for word in words.split()
        for pattern in ("做{}", "搞{}", "开{}", "{}企业", "{}公司", "{}行业")
    )
    return (name, name, *said)


def _profile(owned: Applications) -> BaseTool:
    @tool(
        "profile.get",
        title="查看本人资料",
        effect="read",
        roles=CITIZEN,
        say=say_profile,
        examples=utterances("profile.get"),
        timeout_s=10.0,
    )
    async def profile_get(call: CallArgument) -> Mapping[str, Any]:
        """查看平台上登记的本人资料（已遮挡）和授权填表的范围。"""
        return asdict(await owned.profile(call.principal))

    return profile_get


def _enterprise(owned: Applications) -> BaseTool:
    @tool(
        "enterprise.get",
        title="查看企业信息",
        effect="read",
        roles=CITIZEN,
        say=say_enterprise,
        examples=utterances("enterprise.get"),
        timeout_s=10.0,
    )
    async def enterprise_get(
        call: CallArgument,
        credit_code: Annotated[str | None, Slot("credit_code", "统一社会信用代码")] = None,
    ) -> Mapping[str, Any]:
        """查看本人所代表企业的登记信息；别的企业不能看。"""
        represents = call.principal.represents
        if not represents:
            raise NotAllowed("您的登录身份没有代表任何企业，不能查看企业信息。")
        if credit_code and credit_code.strip().upper() != represents:
            raise NotAllowed("只能查看您所代表企业的信息。")
        return asdict(await owned.enterprise(call.principal))

    return enterprise_get


def _policies(owned: Applications) -> BaseTool:
    @tool(
        "policy.match",
        title="匹配惠企政策",
        effect="read",
        roles=EVERYONE,
        say=say_policies,
        rows=policy_rows,
        examples=utterances("policy.match"),
        timeout_s=10.0,
    )
    async def policy_match(
        call: CallArgument,
        industry: Annotated[str | None, Slot("enum", "行业", choices=options("industry"))] = None,
        scale: Annotated[str | None, Slot("enum", "企业规模", choices=options("scale"))] = None,
        above_size: Annotated[
            str | None, Slot("enum", "规模以上", choices=(("是", "是", "规上", "规模以上"), ("否", "否", "规下")))
        ] = None,
        needs: Annotated[str | None, Slot("enum", "需要", choices=options("needs"))] = None,
        data_assets: Annotated[str | None, Slot("enum", "数据资产", choices=options("data_assets"))] = None,
    ) -> Mapping[str, Any]:
        """按企业的行业、规模等匹配现行有效的惠企政策，说明符合哪一条、还不清楚哪一条；不承诺能享受。"""
        said = {"industry": industry, "scale": scale, "above_size": above_size, "needs": needs,
                "data_assets": data_assets}  # fmt: skip
        if not any(said.values()) and not call.principal.represents:
            raise NeedsAnswer("industry", ASK_INDUSTRY, choices("industry")[:4])
        found = await owned.policies(said, call.principal)
        return asdict(found)

    return policy_match


def _datasets(items: Items) -> BaseTool:
    @tool(
        "data.catalog.search",
        title="查公共数据目录",
        effect="read",
        roles=EVERYONE,
        say=say_datasets,
        rows=dataset_rows,
        examples=utterances("data.catalog.search"),
        timeout_s=10.0,
    )
    async def data_catalog_search(
        words: Annotated[str, Slot("query", "要找的数据", ask=ASK_DATA)],
    ) -> Mapping[str, Any]:
        """在公共数据目录里查数据集的编号、提供单位、共享属性和更新周期；不提供数据本身。"""
        found = await items.datasets(words)
        if not found and not topics(words):
            raise NeedsAnswer("words", ASK_DATA)
        return {"datasets": [asdict(each) | {"sharing_name": each.sharing_name} for each in found]}

    return data_catalog_search


def _request(items: Items, owned: Applications) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        dataset = await _dataset(items, str(arguments.get("dataset") or ""))
        if dataset.sharing == "denied":
            raise Conflict(f"“{dataset.title}”属于不予共享的数据，不能申请。")
        purpose = " ".join(str(arguments.get("purpose") or "").split())
        # 做线路优化 is told as 线路优化: what it is for has to be a sentence of its own.
        purpose = f"用于{purpose}" if 2 < len(purpose) < 5 else purpose
        if len(purpose) < 5:
            raise NeedsAnswer("purpose", "请说明数据用来做什么，至少 5 个字。")
        days = arguments.get("retention_days")
        if not isinstance(days, int) or not 1 <= days <= 3650:
            raise NeedsAnswer("retention_days", "数据要保存多少天？请在 1 到 3650 天之间。")
        return {"dataset": dataset.id, "purpose": purpose, "retention_days": days, "title": dataset.title,
                "provider": dataset.provider, "sharing": dataset.sharing_name}  # fmt: skip

    @tool(
        "data.request.submit",
        title="提交用数申请",
        effect="write",
        roles=MAY_ASK_DATA,
        say=say_data_request,
        examples=utterances("data.request.submit"),
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def data_request_submit(
        dataset: Annotated[str, Slot("query", "数据集", ask=ASK_DATASET)],
        purpose: Annotated[str, Slot("text", "用途", ask="请问数据用来做什么？")],
        retention_days: Annotated[int, Slot("number", "保存天数", ask="数据要保存多少天？")],
        call: CallArgument,
        title: Annotated[str | None, Slot("text", "数据集名称", derived=True)] = None,
        provider: Annotated[str | None, Slot("text", "提供单位", derived=True)] = None,
        sharing: Annotated[str | None, Slot("text", "共享属性", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """申请使用一个数据集，写明用途和保存天数；不予共享的不能申请。"""
        known = await _dataset(items, dataset)
        draft = DataRequestDraft(known.id, purpose, retention_days)
        return asdict(await owned.request_data(draft, call.principal, write_key(call)))

    return data_request_submit


async def _dataset(items: Items, words: str) -> Dataset:
    """The one dataset some words name, by id or title; asks when there are several or none."""
    found = await items.datasets(words)
    exact = [each for each in found if each.id in words.upper() or each.title in words]
    named = exact or _named_most(words, found)
    if len(named) == 1:
        return named[0]
    if not found and _DATASET_ID.search(words):
        raise NotFound("数据目录里没有这个编号的数据集，请先查数据目录。")
    raise NeedsAnswer("dataset", ASK_DATASET, tuple(each.title for each in named)[:4])


def _named_most(words: str, found: Sequence[Dataset]) -> list[Dataset]:
    """The one of which clearly most is named: words of its title and what it is known by; else all of them."""
    counts = [sum(pair in words for pair in {*_pairs(each.title), *each.keywords}) for each in found]
    top = max(counts, default=0)
    leading = [each for each, count in zip(found, counts, strict=True) if count == top]
    clear = len(leading) == 1 and all(count * 2 <= top for count in counts if count != top)
    return leading if clear else list(found)


def _pairs(title: str) -> set[str]:
    return {title[at : at + 2] for at in range(len(title) - 1)}


def _targets(items: Items) -> BaseTool:
    @tool(
        "kpi.plan.get",
        title="查方案指标",
        effect="read",
        roles=EVERYONE,
        say=say_targets,
        rows=target_rows,
        examples=utterances("kpi.plan.get"),
        timeout_s=10.0,
    )
    async def kpi_plan_get(
        words: Annotated[str, Slot("query", "指标", ask=ASK_TARGET)],
    ) -> Mapping[str, Any]:
        """查数字经济实施方案的指标：数值、单位、任务号、原文是否写明2027年；现状没有数据就说没有。"""
        if beyond := next((year for year in _YEAR.findall(words) if year not in PLAN_YEARS), None):
            raise NotFound(BEYOND_PLAN.format(year=beyond))
        found = await items.targets(words)
        told = "".join(f"{each.name}{each.said}" for each in found)
        if elsewhere := next((place for place in other_places() if place in words and place not in told), None):
            raise NotFound(OTHER_CITY.format(place=elsewhere))
        if found:
            return {"targets": [asdict(each) for each in found]}
        if named := plan_topics(_WHOLE.sub("", words)):
            if near := near_targets(words):
                names = tuple(_named(each) for each in near)
                raise NeedsAnswer("words", NO_SUCH_TARGET.format(words=named[0], near="、".join(names)), names)
            raise NotFound(NO_TARGET.format(words=named[0]))
        if _WHOLE.search(words):
            return {"targets": [asdict(each) for each in overall_targets()], "whole": True}
        raise NeedsAnswer("words", ASK_TARGET, tuple(each.name for each in overall_targets())[:4])

    return kpi_plan_get
