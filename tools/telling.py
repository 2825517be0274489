"""The Chinese sentences by which results of case and place tools are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .categories import told_class
from .narrowing import PAGE, headed, more_of, nothing_found
from .unified.lifecycle import APPEALS, CHECK_RESULTS, NEXT_STEPS, VERIFY_RESULTS
from .unified.order_states import SATISFACTION
from .worktime import KIND_NAMES

Result = Mapping[str, Any]
TIMES = (
    ("reported_at", "上报"),
    ("filed_at", "立案"),
    ("dispatched_at", "派遣"),
    ("finished_at", "处理完成"),
    ("closed_at", "结案"),
)
LISTED = 5
SURE = 0.9  # below it, the words of a description share only pieces with those of a class


def say_created(case: Result) -> str:
    """A new case: its number, its state, what happens next. A repeated report says which case it joined."""
    if case.get("linked"):
        return (
            f"附近 50 米内 7 天内已有同类案件 {case['number']}（{_kind(case)}，{case['address']}），"
            f"您的上报已并入这个案件，不再重复立案，现在共有 {case['report_count']} 次上报。"
            f"当前状态：{case['status_name']}，{NEXT_STEPS[case['status']]}"
        )
    if case.get("self_handled"):
        named = f"案件编号 {case['number']}，类别“{_kind(case)}”，地点：{case['address']}"
        return f"已登记，{named}。已按自行处理结案。"
    return (
        f"已上报，案件编号 {case['number']}，类别“{_kind(case)}”，地点：{case['address']}。"
        f"当前状态：{case['status_name']}，{NEXT_STEPS[case['status']]}"
    )


def say_case(case: Result) -> str:
    """A case: only what is known of it."""
    mark = "（演示数据）" if case.get("demo") else ""
    said = [f"案件 {case['number']}{mark} 当前状态：{case['status_name']}。"]
    said.append(f"类别：{_kind(case)}；地点：{case['address']}。")
    if case.get("department"):
        said.append(f"处置部门：{case['department']}。")
    times = [f"{label}时间 {say_time(case[name])}" for name, label in TIMES if case.get(name)]
    if case.get("deadline_at"):
        times.append(f"处置时限 {say_time(case['deadline_at'])}{_left(case)}")
    if times:
        said.append("，".join(times) + "。")
    said += _facts(case)
    if case.get("reason") and case["status"] in ("closed", "void", "returned", "suspended", "rework"):
        said.append(f"说明：{case['reason']}。")
    if case.get("reason") and case["status"] == "feedback":
        said.append(f"处理情况：{case['reason']}。")
    if case.get("urge_count"):
        said.append(f"已催办 {case['urge_count']} 次。")
    if case["status"] not in ("closed", "void"):
        said.append(NEXT_STEPS[case["status"]])
    return "".join(said)


def _kind(case: Result) -> str:
    return told_class(str(case.get("category_code") or ""), case["category_name"])


def _left(case: Result) -> str:
    return f"，离时限还有{case['time_left']}" if case.get("time_left") and not case.get("overdue") else ""


def _facts(case: Result) -> list[str]:
    """What is special about a case."""
    said = []
    if case.get("limit_source") and case.get("deadline_at"):
        kind = KIND_NAMES[case["limit_kind"]]
        said.append(f"时限按{case['limit_value']:g}个{kind}计算（{case['limit_source']}）。")
    if case.get("overdue"):
        said.append(f"已超过处置时限{case.get('time_left', '')}。")
    if case.get("supervised"):
        said.append("已列为督办。")
    for name, results in (("verify_result", VERIFY_RESULTS), ("check_result", CHECK_RESULTS)):
        if case.get(name):
            said.append(f"现场结果：{results[case[name]]}。")
    if case.get("rework_count"):
        said.append(f"返工 {case['rework_count']} 次。")
    if case.get("return_basis") and case["status"] == "returned":
        said.append(f"退回依据：{case['return_basis']}。")
    if case.get("casualties"):
        said.append(f"上报时说有 {case['casualties']} 人伤亡。")
    if case.get("satisfaction"):
        said.append(f"上报人评价：{SATISFACTION[case['satisfaction']]}。")
    if case.get("appeal_status"):
        said.append(f"部门申诉：{APPEALS[case['appeal_status']]}。")
    if case.get("merged_into"):
        said.append(f"已并入案件 {case['merged_into']}，进展以该案件为准。")
    if case.get("report_count", 1) > 1:
        said.append(f"共有 {case['report_count']} 次上报。")
    return said


def say_page(found: Result) -> str:
    """How many cases, and the newest of them."""
    if not found["total"]:
        return nothing_found("案件", found["conditions"])
    shown = found["cases"][:PAGE]
    lines = [_line(each, bool(found.get("due"))) for each in shown]
    head = headed(found, "案件", "件", len(shown))
    return f"{head}：\n" + "；\n".join(lines) + f"。{more_of(found, len(shown))}" if lines else f"{head}。"


def _line(case: Result, due: bool) -> str:
    parts = [case["number"], case["category_name"], case["address"], case["status_name"]]
    if due and case.get("deadline_at"):
        parts += [f"处置时限 {say_time(case['deadline_at'])}", case.get("department") or "未派遣"]
    return "，".join(parts) + ("（演示数据）" if case.get("demo") else "")


def say_urged(case: Result) -> str:
    """An urged case."""
    said = f"已为案件 {case['number']} 催办，这是第 {case['urge_count']} 次。当前状态：{case['status_name']}，"
    return f"{said}{NEXT_STEPS[case['status']]}24 小时内不能重复催办。"


def say_moved(case: Result) -> str:
    """A case that went one step on."""
    said = f"已办理：案件 {case['number']}（{case['category_name']}，{case['address']}）现在是“{case['status_name']}”。"
    if case["status"] == "dispatched" and case.get("deadline_at"):
        said += f"处置部门：{case['department']}；处置时限 {say_time(case['deadline_at'])}，"
        said += f"按{case['limit_value']:g}个{KIND_NAMES[case['limit_kind']]}计算（{case['limit_source']}）。"
    if case["status"] == "filed" and case.get("limit_kind"):
        said += f"立案标准 {case['standard_id']}：{case['limit_value']:g}个{KIND_NAMES[case['limit_kind']]}"
        said += f"（{case['limit_source']}），从派遣时起算。"
    if case["status"] == "rework":
        said += f"这是第 {case['rework_count']} 次返工。"
    return f"{said}处理情况：{case['note']}。" if case.get("note") else said


def say_visited(case: Result) -> str:
    """What was found on the spot, or that somebody will go and look."""
    if case["status"] == "verifying" and not case.get("verify_result"):
        return f"已发出核实任务：案件 {case['number']}（{case['category_name']}，{case['address']}）。"
    result, names = case.get("check_result"), CHECK_RESULTS
    if case["status"] == "verifying":
        result, names = case.get("verify_result"), VERIFY_RESULTS
    said = f"已记录案件 {case['number']} 的现场结果：{names[str(result)]}。"
    return f"{said}当前状态：{case['status_name']}，等待指挥中心下一步办理。"


def say_tasks(found: Result) -> str:
    """The visits to make, the most pressing first."""
    if not found["total"]:
        return "现在没有等待现场办理的任务。"
    names = {"verify": "核实", "check": "核查"}
    lines = [
        f"{names[each['kind']]}：{each['case_number']}，{each['category_name']}，{each['address']}，"
        f"请在 {say_time(each['due_at'])} 前完成"
        for each in found["tasks"][:LISTED]
    ]
    head = f"共有 {found['total']} 个任务" + (f"，先列最急的 {len(lines)} 个" if found["total"] > len(lines) else "")
    return f"{head}：\n" + "；\n".join(lines) + "。"


def say_approval(found: Result) -> str:
    """A request, or what was decided about it."""
    if "kind" not in found:
        return say_moved(found)
    name = {"extend": "延期", "suspend": "挂账"}[found["kind"]]
    if found["status"] == "pending":
        much = ""
        if found.get("value"):
            much = f"{found['value']:g}个{KIND_NAMES.get(found.get('limit_kind') or '', '')}，"
        return f"已提交案件 {found['number']} 的{name}申请：{much}原因：{found['reason']}。等待值班长审批。"
    verdict = "已同意" if found["status"] == "approved" else "未同意"
    said = f"{verdict}案件 {found['number']} 的{name}申请。当前状态：{found['status_name']}。"
    if found["kind"] == "extend" and found["status"] == "approved" and found.get("deadline_at"):
        said += f"新的处置时限：{say_time(found['deadline_at'])}。"
    return said


def say_supervised(found: Result) -> str:
    """Which cases are watched from now on."""
    numbers = found["numbers"]
    return f"已督办 {len(numbers)} 件案件：{'、'.join(numbers)}。督办意见：{found['reason']}。"


def say_merged(found: Result) -> str:
    """Cases that became one."""
    master = found["master"]
    return (
        f"已并案：以最早的 {master['number']}（{master['category_name']}，{master['address']}）为主案，"
        f"并入 {'、'.join(found['merged'])}，共有 {master['report_count']} 次上报。已通知其他上报人，他们仍可查看进展。"
    )


def say_similar(found: Result) -> str:
    """Cases of the same kind nearby."""
    head = f"{found['address']}周围 {found['within_m']} 米、近 {found['days']} 天内"
    if not found["cases"]:
        return f"{head}没有查到“{found['category_name']}”这类案件。"
    lines = [
        f"{each['number']}，{each['category_name']}，{each['address']}，相距约 {each['distance_m']} 米，"
        f"{say_time(each['reported_at'])}上报，{each['status_name']}" + ("（演示数据）" if each.get("demo") else "")
        for each in found["cases"][:LISTED]
    ]
    return f"{head}共查到 {len(found['cases'])} 件同类案件：\n" + "；\n".join(lines) + "。"


def say_geocode(found: Result) -> str:
    """What an address may mean."""
    candidates = found["candidates"]
    if not candidates:
        return f"没有找到“{found['query']}”的位置。"
    if len(candidates) > 1:
        names = "、".join(dict.fromkeys(each["address"] for each in candidates))
        return f"“{found['query']}”可能是：{names}。"
    only = candidates[0]
    if only.get("lon") is None:
        return f"{only['address']}，目前只能定到这个范围，没有精确坐标。"
    return f"{only['address']}，约在东经 {only['lon']}、北纬 {only['lat']}（{only['crs']}，沙盒近似坐标）。"


def say_grid(grid: Result) -> str:
    """The grid of a place."""
    area = f"{grid['district_name']}{grid['subdistrict_name']}"
    return f"属于{area}，单元网格 {grid['code']}，责任网格 {grid['duty_grid']}。"


def say_categories(found: Result) -> str:
    """The classes that fit."""
    if not found["categories"]:
        return "没有找到对应的问题类别。"
    first, *others = found["categories"]
    kind = "事件" if first["kind"] == "event" else "部件"
    lead = "最接近的类别是" if first["score"] >= SURE else "没有完全对上的类别，请核对；字面最接近的是"
    said = f"{lead}“{first['name']}”（{kind}，编码 {first['code']}，{first['major']}）。"
    return said + (f"其他可能：{'、'.join(each['name'] for each in others)}。" if others else "")


def say_time(text: str) -> str:
    """A moment as people write it."""
    moment = datetime.fromisoformat(text)
    return f"{moment.year}年{moment.month}月{moment.day}日{moment.hour:02d}:{moment.minute:02d}"
