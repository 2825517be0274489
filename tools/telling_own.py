"""The Chinese sentences by which somebody's own things are told: applications, drafts, visits, records, requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .telling_items import say_day

Result = Mapping[str, Any]
LISTED = 5
UNIT_NAMES = {"work_day": "个工作日", "natural_day": "天"}
FIELD_NAMES = {"name": "姓名", "resident_id": "证件号码", "phone": "联系电话", "address": "联系地址"}
STATUS_NAMES = {"approved": "已登记，属于无条件共享，可以直接按目录调用", "reviewing": "已提交，等待提供部门审核"}


def demo(found: Result) -> str:
    """The mark of invented rows."""
    return "（演示数据）" if found.get("demo") else ""


def say_progress(found: Result) -> str:
    """Own applications: stage, what is asked for, days left."""
    rows = found["applications"]
    if not rows:
        return "没有查到您名下的办件。" if not found["item"] else f"您名下没有“{found['item']}”的办件。"
    said = [application_said(each) for each in rows[:LISTED]]
    if len(rows) > LISTED:
        said.insert(0, f"您名下共有 {len(rows)} 个办件，下面是最近的 {LISTED} 个。")
    return "\n".join(said)


def application_said(row: Result) -> str:
    """One application: its stage, what is asked for, days left."""
    head = f"办件 {row['number']}（{row['title']}）{demo(row)}：{row['status_name']}，"
    return f"{head}{say_day(row['submitted_at'])}提交。{stage_said(row)}"


def stage_said(row: Result) -> str:
    """What is asked for, what was noted, how many days are left, when it was done."""
    said = ""
    if row["status"] == "correcting":
        said += f"需要补正：{'、'.join(row['wanted'])}，只补这些就可以。"
    if row["note"]:
        said += f"说明：{row['note']}。"
    if row["status"] in ("accepted", "reviewing"):
        said += _left(row)
    if row["finished_at"]:
        said += f"{say_day(row['finished_at'])}办结。"
    return said


def _left(row: Result) -> str:
    left = row["remaining_days"]
    if left is None:
        return "这个事项的办结时限未核实，不能算还剩几天。"
    unit = UNIT_NAMES[row["due_unit"]]
    if left < 0:
        return f"法定时限到{say_day(row['due_on'])}，已经超过 {-left} {unit}，可以向办理部门或者12345反映。"
    return f"法定时限到{say_day(row['due_on'])}，还剩 {left} {unit}。"


def say_submitted(row: Result) -> str:
    """An application that was handed in."""
    said = f"已提交“{row['title']}”的申请，办件编号 {row['number']}，现在是“{row['status_name']}”。"
    if row.get("missing"):
        said += f"还没有交的材料：{'、'.join(row['missing'])}，受理时可能要求补正。"
    return said + "受理以后办理时限才开始算。"


def say_supplemented(row: Result) -> str:
    """Materials that were handed in later."""
    if row["wanted"]:
        return f"已补交，办件 {row['number']} 还差：{'、'.join(row['wanted'])}。"
    return f"办件 {row['number']} 要求补正的材料已经交齐，现在是“{row['status_name']}”。"


def say_draft(row: Result) -> str:
    """A form that was filled in: which fields, which are blank; nothing was handed in."""
    filled = "；".join(f"{label}：{value}" for label, value in row["filled"].items())
    said = f"已生成“{row['title']}”的表单草稿。"
    said += f"按您授权的资料填了：{filled}。" if filled else "没有可以使用的授权资料，表里还是空的。"
    if row["blank"]:
        said += f"没有填的：{'、'.join(row['blank'])}，请自己补上。"
    return said + "草稿没有提交。"


def say_booking(row: Result) -> str:
    """A visit that was booked."""
    return (
        f"已预约{demo(row)}：{say_day(row['day'])}{row['period_name']}，到{row['outlet_name']}办“{row['service_name']}”，"
        f"预约编号 {row['number']}，{row['hours']}。"
    )


def say_card_loss(row: Result) -> str:
    """A card that was reported as lost."""
    tail = f"（尾号 {row['card_tail']}）" if row.get("card_tail") else ""
    return (
        f"社保卡{tail}已挂失{demo(row)}，挂失编号 {row['number']}。挂失后这张卡不能再用；银行账户请同时向发卡银行挂失。"
    )


def say_profile(row: Result) -> str:
    """Own data, masked, and what may be used."""
    fields = "；".join(f"{label}：{row[name]}" for name, label in FIELD_NAMES.items())
    used = "、".join(FIELD_NAMES[name] for name in row["consented"] if name in FIELD_NAMES)
    return f"您登记的资料{demo(row)}：{fields}。授权填表使用的是：{used or '没有'}。"


def say_enterprise(row: Result) -> str:
    """The business somebody represents."""
    facts = [f"{row['name']}{demo(row)}，统一社会信用代码 {row['credit_code']}"]
    for name, label in (("legal_person", "法定代表人"), ("address", "住所"), ("industry", "行业"), ("scale", "规模")):
        facts.append(f"{label}：{row[name] or '没有登记'}")
    facts.append(f"规模以上：{row['above_size'] or '没有登记'}")
    return "；".join(facts) + "。"


def say_policies(found: Result) -> str:
    """Policies that may fit: what matched, what is unknown, no promise."""
    known = "、".join(f"{label}：{value}" for label, value in found["known"].items())
    basis = f"按{known}{demo(found)}" if known else "没有可以匹配的企业情况"
    over = "".join(f"“{each['title']}”已于{say_day(each['ended'])}到期，现在不能再申请。\n" for each in found["ended"])
    if not found["hits"]:
        return f"{over}{basis}，没有匹配到现行有效的政策。可以说一下行业、规模，或者拨打12345询问。"
    lines = [_policy(each) for each in found["hits"][:LISTED]]
    head = f"{over}{basis}，{say_day(found['on'])}现行有效、可能适合的政策："
    return f"{head}\n" + "；\n".join(lines) + "。\n能不能享受以主管部门审核为准，我不能承诺。"


def _policy(hit: Result) -> str:
    matched, unknown = "、".join(hit["matched"]), "、".join(hit["unknown"]) or "无"
    return f"{hit['title']}（{hit['source']}）：符合“{matched}”；还不清楚：{unknown}"


def say_datasets(found: Result) -> str:
    """Entries of the catalogue: id, provider, sharing class, cycle."""
    rows = found["datasets"]
    if not rows:
        return "数据目录（演示数据）里没有找到相关的数据集，请换个说法。"
    lines = [
        f"{each['id']} {each['title']}，提供单位：{each['provider']}，{each['sharing_name']}，更新周期：{each['cycle']}"
        for each in rows
    ]
    return "数据目录（演示数据）里找到：\n" + "；\n".join(lines) + "。"


def say_data_request(row: Result) -> str:
    """A request for data."""
    return (
        f"用数申请 {row['number']}{demo(row)}：{row['title']}（{row['dataset']}），提供单位：{row['provider']}，"
        f"{row['sharing_name']}，保存 {row['retention_days']} 天。{STATUS_NAMES[row['status']]}。"
    )


def say_targets(found: Result) -> str:
    """Targets in the plan's own words; no current value, because none is published."""
    rows = found["targets"]
    lines = [_target(each) for each in rows]
    if found.get("whole"):
        lines.append("方案共43项指标，上面是总体目标；其余的可以说名称、编号或者任务号来查。")
    return "\n".join(lines) + "\n现状值：没有数据（没有查到公开的完成情况），不能算差多少。"


def _target(row: Result) -> str:
    task = "总体目标" if row["task"] == "总体" else f"任务{row['task']}"
    silent = row["stated_2027"] != "是" and "年份" not in row["said"]
    year = "原文没有写明到2027年完成。" if silent else ""
    return f"{row['id']}（{task}）{row['name']}：目标 {row['value']}，单位：{row['unit']}。{row['said']}{year}"
