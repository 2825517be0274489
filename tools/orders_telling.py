"""The Chinese sentences by which hotline orders are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .narrowing import narrowed_by, nothing_found
from .orders_rules import bundled_order_rules
from .telling import say_time
from .unified.order_states import ORDER_NEXT, SATISFACTION
from .worktime import KIND_NAMES

Result = Mapping[str, Any]
LISTED = 5
AUTHORS = {"citizen": "市民", "staff": "工作人员"}
_TIMES = (
    ("received_at", "受理登记"),
    ("dispatched_at", "派单"),
    ("replied_at", "答复"),
    ("visited_at", "回访"),
    ("closed_at", "办结"),
)


def say_order(order: Result) -> str:
    """An order: only what is known of it."""
    said = [f"{_head(order)}当前状态：{order['status_name']}。", f"诉求（{order['nature_name']}）：{order['demand']}。"]
    if order.get("address"):
        said.append(f"地点：{order['address']}。")
    if order.get("lead_unit"):
        said.append(f"承办单位：{order['lead_unit']}{_by(order)}。")
    times = [f"{label}时间 {say_time(order[name])}" for name, label in _TIMES if order.get(name)]
    if order.get("due_at"):
        times.append(f"办理时限 {say_time(order['due_at'])}（{_limit(order)}）")
    said.append("，".join(times) + "。")
    said += _facts(order)
    if order["status"] not in ("closed", "refused"):
        said.append(ORDER_NEXT[order["status"]])
    return "".join(said)


def say_orders(found: Result) -> str:
    """How many orders, and the newest of them."""
    if not found["total"]:
        return nothing_found("工单", found["conditions"])
    shown = found["orders"][:LISTED]
    head = f"共查到 {found['total']} 张工单{narrowed_by(found['conditions'])}"
    if found["total"] > len(shown):
        head += f"，下面是其中 {len(shown)} 张"
    return f"{head}：\n" + "；\n".join(_line(each) for each in shown) + "。"


def say_received(order: Result) -> str:
    """A new order of the desk."""
    said = f"已登记工单 {order['number']}（{order['nature_name']}）：{order['demand']}。"
    if order.get("category_name"):
        said += f"识别类别：{order['category_name']}。"
    if order.get("repeat_of"):
        said += f"同一诉求人已有在办工单 {order['repeat_of']}，请核对是否重复。"
    return f"{said}当前状态：{order['status_name']}，{ORDER_NEXT[order['status']]}"


def say_sent(order: Result) -> str:
    """An order that went to a unit, or to the people who judge by hand."""
    if order["status"] == "manual":
        return f"工单 {order['number']} 没有自动派出：{order['reason']}已转人工研判，请指定承办单位和依据。"
    said = f"已派单：工单 {order['number']} 由{order['lead_unit']}办理{_by(order)}。"
    return f"{said}办理时限 {say_time(order['due_at'])}（{_limit(order)}）。"


def say_stepped(order: Result) -> str:
    """An order that went one step on."""
    said = f"已办理：工单 {order['number']} 现在是“{order['status_name']}”。"
    if order["status"] == "returned":
        said += f"退回原因：{order['return_reason']}；依据：{order['return_basis']}。"
    if order["status"] == "dispatched" and order.get("extension_count"):
        said += f"办理时限延长到 {say_time(order['due_at'])}，原因：{order['extension_reason']}。"
    if order.get("satisfaction") and order.get("visited_at"):
        said += f"回访结果：{_visit(order)}。"
    return said + ("" if order["status"] in ("closed", "refused") else ORDER_NEXT[order["status"]])


def say_suggestion(found: Result) -> str:
    """Which unit the list gives, by which entry; or why a person must decide."""
    choices = found["choices"]
    said = f"工单 {found['number']}：{found['why']}"
    if found["sure"]:
        first = choices[0]
        said += f"建议派给{first['unit']}，依据责任清单条目 {first['basis']}（{first['category_name']}，演示数据）。"
    elif choices:
        listed = "；".join(f"{each['unit']}（条目 {each['basis']}，{each['category_name']}）" for each in choices)
        said += f"可以考虑：{listed}（演示数据）。"
    if found["excluded"]:
        said += f"已退回过的单位不再建议：{'、'.join(found['excluded'])}。"
    return said


def say_handed(order: Result) -> str:
    """A conversation that is with a person from now on."""
    return (
        f"已转给人工，工单编号 {order['number']}。工作人员会在这里回复您，您接着说的话也会转给他们。"
        "想回到智能助手，回复“回到智能助手”就可以。"
    )


def _head(order: Result) -> str:
    return f"工单 {order['number']}{'（演示数据）' if order.get('demo') else ''}"


def _line(order: Result) -> str:
    demand = order["demand"][:24]
    parts = [order["number"], order["nature_name"], demand, order["status_name"], order.get("lead_unit") or "未派单"]
    if order.get("due_at") and order["status"] == "dispatched":
        parts.append(f"办理时限 {say_time(order['due_at'])}{'，已超时' if order.get('overdue') else ''}")
    return "，".join(parts) + ("（演示数据）" if order.get("demo") else "")


def _by(order: Result) -> str:
    """By which basis the unit has it."""
    if order.get("dispatch_basis"):
        return f"（依据责任清单条目 {order['dispatch_basis']}，演示数据）"
    return f"（派单依据：{order['dispatch_note']}）" if order.get("dispatch_note") else ""


def _limit(order: Result) -> str:
    named = f"{order['limit_value']:g}个{KIND_NAMES[order['limit_kind']]}"
    longer = "，已延期一次" if order.get("extension_count") else ""
    return f"派单后{named}{longer}，{bundled_order_rules().note}"


def _facts(order: Result) -> list[str]:
    """What is special about an order."""
    said = []
    if order.get("overdue"):
        said.append("已超过办理时限。")
    if order.get("return_count") and order.get("return_reason"):
        said.append(f"退回过 {order['return_count']} 次，最近一次原因：{order['return_reason']}。")
    if order.get("reply"):
        said.append(f"答复：{order['reply']}")
    if order.get("visited_at"):
        said.append(f"回访结果：{_visit(order)}。")
    if order.get("reopen_count"):
        said.append(f"重办 {order['reopen_count']} 次，原因：{order.get('reopen_reason') or '未写明'}。")
    if order.get("reason") and order["status"] in ("refused", "manual"):
        said.append(f"说明：{order['reason']}。" if not order["reason"].endswith("。") else f"说明：{order['reason']}")
    said += _talk(order)
    return said


def _talk(order: Result) -> list[str]:
    """The last messages of a hand-off, in the order they came."""
    messages = order.get("messages") or ()
    lines = [f"{AUTHORS[each['author']]}：{each['text']}" for each in messages[-LISTED:]]
    return [f"对话留言 {len(messages)} 条，最近的：\n" + "\n".join(lines) + "\n"] if lines else []


def _visit(order: Result) -> str:
    if order.get("contacted") is False:
        return "没有联系上"
    solved = "已解决" if order.get("solved") else "未解决"
    return f"{solved}，{SATISFACTION.get(order.get('satisfaction') or '', '未评价')}"
