"""The Chinese sentences by which insurance records, filings, bindings and estimates are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .persons import other_person, theirs
from .telling_items import say_day
from .waiting import SOURCE, UNVERIFIED

Result = Mapping[str, Any]
SCHEMES = {"employee": "职工医保", "resident": "居民医保"}
STATES = {"active": "参保中", "interrupted": "已中断"}
REASONS = {
    "resettled": "退休异地安置",
    "resident": "异地长期居住",
    "worker": "常驻异地工作",
    "referral": "转诊",
    "emergency": "急诊抢救",
    "other": "其他临时外出就医",
}
FAMILIES = {"long": "长期异地居住", "temporary": "临时外出就医"}
KINDS = {"sharing": "家庭共济", "code": "亲情账户"}
DIFFERENCE = {
    "sharing": "家庭共济是让家人用您职工医保个人账户里的钱；它不显示家人的医保码。",
    "code": "亲情账户是代家人出示医保码；它不能让家人用您账户里的钱。",
}
DEMO = "（演示数据）"
CALL = "真实情况请拨打12393。"


def say_enrolments(found: Result) -> str:
    """Own enrolments and what the waiting period comes to."""
    rows, person = found["enrolments"], found["person"]
    if not rows and (whose := other_person(person)):
        ways = "请本人用自己的账号登录查询，或带身份证到医保窗口查，也可以拨打12393。"
        return f"平台上没有您可以代查的{theirs(whose)}参保记录。{ways}"
    if not rows:
        return "平台上没有查到您本人或您代管家人的参保记录，请拨打12393核实。"
    return "\n".join(_enrolment(each) for each in rows)


def _enrolment(row: Result) -> str:
    said = f"{row['relation']} {row['name']}{DEMO}：{SCHEMES[row['scheme']]}，{STATES[row['state']]}，"
    said += f"参保地{row['place']}，缴费到{row['paid_until']}（截至{say_day(row['as_of'])}）。"
    waiting = row["waiting"]
    if waiting and waiting["missed_years"]:
        said += (
            f"按断缴{waiting['missed_years']}年、多缴{waiting['extra_years']}年算，重新参保后等待期约{waiting['total']}个月："
            f"固定{waiting['fixed']}个月，变动{waiting['variable']}个月（{SOURCE}）。{UNVERIFIED}"
        )
    return said


def say_filing(row: Result) -> str:
    """A filing that was made."""
    return (
        f"已为{row['person']}登记异地就医备案{DEMO}，编号 {row['number']}：{FAMILIES[row['family']]}"
        f"（{REASONS[row['reason']]}），去{row['place']}，从{say_day(row['starts_on'])}开始。"
        f"有效期和报销比例未核实，{CALL}"
    )


def say_binding(row: Result) -> str:
    """A binding that was made, and what it is not."""
    state = "已经绑定" if row["status"] == "bound" else "已登记，要等家人用自己的账号登录、说“确认绑定”后才生效"
    return f"{KINDS[row['kind']]}：{row['person']}{state}{DEMO}，编号 {row['number']}。{DIFFERENCE[row['kind']]}"


def say_providers(found: Result) -> str:
    """Providers nearby with their status as of a day."""
    rows = found["providers"]
    if not rows:
        return f"附近5公里内没有查到这类机构{DEMO}，{CALL}"
    known = found["named"] is None or any(found["named"] in each["name"] for each in rows)
    first = "" if known else f"演示数据里没有“{found['named']}”，它是不是医保定点请拨打12393问。附近的有：\n"
    lines = [
        f"{each['name']}（{each['level'] or '药店'}，直线约{each['metres']}米）："
        f"{'是医保定点' if each['designated'] else '不是医保定点'}"
        for each in rows
    ]
    return f"{first}定点状态截至{say_day(found['as_of'])}{DEMO}：\n" + "\n".join(lines) + f"\n这些机构是虚构的，{CALL}"


def say_entries(found: Result) -> str:
    """Catalogue entries with class and restriction."""
    rows = found["entries"]
    if not rows:
        return f"演示目录里没有“{found['words']}”。真实的医保药品目录请到国家医保服务平台查，或拨打12393。"
    lines = [
        f"{each['name']}（{each['code']}）：{each['group']}，{each['restriction'] or '没有限制说明'}" for each in rows
    ]
    return f"演示目录截至{say_day(found['as_of'])}{DEMO}：\n" + "\n".join(lines) + "\n这不是用药建议。"


def say_estimate(found: Result) -> str:
    """An estimate, with the version of its invented rules."""
    parts = found["estimate"]
    return (
        f"【估算，演示规则 {found['version']}，不是真实政策】总费用{found['total']:g}元，"
        f"范围内{parts['in_scope']:g}元，减起付线{parts['deductible']:g}元后按{found['ratio']:g}%算，"
        f"演示结果：基金支付{parts['fund']:g}元，个人付{parts['own']:g}元。"
        "没有算大病和医疗救助。武汉真实的起付线、比例和封顶线未核实，不能当报销依据，请拨打12393。"
    )
