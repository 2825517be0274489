"""The tool that estimates what insurance might pay by the invented rules; it asks for one missing input at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .benefit import Bill, bundled_rules, estimate
from .define import CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer, ToolError
from .insurance_phrases import ESTIMATE
from .principal import EVERYONE
from .telling_insurance import say_estimate

CHOICES: Mapping[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "scheme": (
        "请问是职工医保还是居民医保？",
        (("employee", "职工医保", "职工"), ("resident", "居民医保", "居民")),
    ),
    "care": (
        "请问是住院还是门诊？",
        (("inpatient", "住院", "住了院", "开刀", "手术"), ("outpatient", "门诊", "看病拿药")),
    ),
    "level": (
        "请问是几级医院？",
        (("third", "三级", "三甲"), ("second", "二级", "二甲"), ("first", "一级", "社区", "卫生院")),
    ),
    "filing": (
        "请问是在武汉看病，还是去外地看病？去外地的话备案了吗？",
        (("home", "在武汉", "本地"), ("filed", "外地已备案", "备了案"), ("unfiled", "外地没备案", "没有备案")),
    ),
}
STATUS = (("working", "在职"), ("retired", "退休"))
AMOUNTS: Mapping[str, tuple[str, str]] = {
    "self_paid": ("目录外自费", "其中目录外自费是多少元？没有就说0。"),
    "own_share": ("乙类先行自付", "其中乙类先行自付是多少元？没有就说0。"),
    "over_limit": ("超限价部分", "其中超过限价的部分是多少元？没有就说0。"),
    "deductible_used": ("今年已用起付线", "今年已经算进起付线的有多少元？没有就说0。"),
    "cap_used": ("今年已用额度", "今年医保已经报销了多少元？没有就说0。"),
}


def benefit_estimate_tool() -> BaseTool:
    """The estimate; rules and arithmetic are the product's own."""

    @tool(
        "benefit.estimate", title="待遇测算（演示）", effect="read", roles=EVERYONE, say=say_estimate, examples=ESTIMATE
    )
    async def benefit_estimate(
        total: Annotated[float, Slot("money", "总费用", ask="请问总费用是多少元？")],
        call: CallArgument,
        scheme: Annotated[str | None, Slot("enum", "险种", choices=CHOICES["scheme"][1])] = None,
        status: Annotated[str | None, Slot("enum", "在职或退休", choices=STATUS)] = None,
        care: Annotated[str | None, Slot("enum", "就医方式", choices=CHOICES["care"][1])] = None,
        level: Annotated[str | None, Slot("enum", "医院级别", choices=CHOICES["level"][1])] = None,
        filing: Annotated[str | None, Slot("enum", "异地备案", choices=CHOICES["filing"][1])] = None,
        self_paid: Annotated[float | None, Slot("number", AMOUNTS["self_paid"][0])] = None,
        own_share: Annotated[float | None, Slot("number", AMOUNTS["own_share"][0])] = None,
        over_limit: Annotated[float | None, Slot("number", AMOUNTS["over_limit"][0])] = None,
        deductible_used: Annotated[float | None, Slot("number", AMOUNTS["deductible_used"][0])] = None,
        cap_used: Annotated[float | None, Slot("number", AMOUNTS["cap_used"][0])] = None,
    ) -> Mapping[str, Any]:
        """用虚构的演示规则试算一张单子，缺什么一次只问一样；不是武汉的真实待遇。"""
        _settle_choices({"scheme": scheme, "care": care, "level": level, "filing": filing}, status)
        said = {"self_paid": self_paid, "own_share": own_share, "over_limit": over_limit}
        amounts = _settle_amounts({**said, "deductible_used": deductible_used, "cap_used": cap_used})
        rules = bundled_rules()
        if not rules.holds_on(call.now.date()):
            raise Conflict(f"演示规则 {rules.version} 已不在有效期内，不能测算。")
        try:
            found = estimate(rules, Bill(total=total, **amounts, filed=filing != "unfiled"))
        except ValueError as wrong:
            raise ToolError(str(wrong)) from None
        ratio = rules.ratio * (rules.unfiled_factor if filing == "unfiled" else 1.0) * 100
        return {"estimate": asdict(found), "total": total, "version": rules.version, "ratio": ratio, "demo": True}

    return benefit_estimate


def _settle_choices(said: Mapping[str, str | None], status: str | None) -> None:
    """Ask for the first choice that is missing or unknown."""
    for name, (question, rows) in CHOICES.items():
        if said[name] not in {row[0] for row in rows}:
            raise NeedsAnswer(name, question, tuple(row[1] for row in rows))
        if name == "scheme" and said[name] == "employee" and status not in ("working", "retired"):
            raise NeedsAnswer("status", "请问是在职还是退休？", ("在职", "退休"))


def _settle_amounts(said: Mapping[str, float | None]) -> dict[str, float]:
    """Ask for the first amount that is missing; nothing is assumed."""
    settled: dict[str, float] = {}
    for name, (_, question) in AMOUNTS.items():
        value = said[name]
        if value is None:
            raise NeedsAnswer(name, question)
        settled[name] = value
    return settled
