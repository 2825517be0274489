"""The Chinese sentences by which service items, bundles, outlets and material checks are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Result = Mapping[str, Any]
UNITS = {"work_day": "个工作日", "natural_day": "日"}
NOT_ACCEPTED = "预审只是提醒，不等于受理，最终以受理机关的审核为准。"
ASK_12345 = "可拨12345询问"
PART_NAMES = (
    ("conditions", "条件"),
    ("materials", "材料"),
    ("steps", "流程"),
    ("limits", "时限"),
    ("fees", "收费"),
    ("places", "办理地点"),
)
CROSS_CITY_KINDS = "公司登记、住房公积金、异地就医备案"
ELSEWHERE = "另一座城市"
OUTSIDE = "武汉都市圈以外的地方"
NOT_IN_THE_CIRCLE = (
    "您说的地方不在武汉都市圈（武汉、鄂州、黄石、黄冈、孝感、咸宁、仙桃、天门、潜江）里，不在“一圈通办”范围内，"
    "在那里能不能办请拨12345确认。"
)


def say_items(found: Result) -> str:
    """The items found; whether they are handled across cities when one was named."""
    items = found["items"]
    if not items and found.get("matter"):
        return _across_at_counter(found["matter"], found["city"])
    if not items:
        return f"事项目录（{found['total']} 项）里没有找到这个名称的事项，请换个说法，或者拨打12345询问。"
    if found["city"]:
        return _across(items, found["city"])
    names = "、".join(f"{each['name']}（{each['department'] or '部门未核实'}）" for each in items[:6])
    return f"事项目录里找到 {len(items)} 项：{names}。要看哪一项，请告诉我名称。"


def _across_at_counter(matter: str, city: str) -> str:
    """A matter of the circle that is no item of the directory: nothing is known of its window."""
    if city == OUTSIDE:
        return f"“{matter}”只在武汉都市圈里跨城办。{NOT_IN_THE_CIRCLE}"
    where = "" if city == ELSEWHERE else f"在{city}"
    return f"武汉都市圈“一圈通办”的跨城窗口业务包括{matter}（2025年11月公布）。{where}具体到哪个窗口办，请拨12345确认。"


def _across(items: list[Result], city: str) -> str:
    item = items[0]
    cross = item["cross_city"]
    if cross is None:
        return (
            f"“{item['name']}”不在本目录能确认的武汉都市圈通办范围内（目前能确认的有{CROSS_CITY_KINDS}），"
            f"在{city if city not in (ELSEWHERE, OUTSIDE) else '外地'}能不能办请拨12345确认。"
        )
    if city == OUTSIDE:
        return f"“{item['name']}”可以在武汉都市圈里跨城办。{NOT_IN_THE_CIRCLE}"
    crosses = f"“{item['name']}”属于武汉都市圈“一圈通办”里的{cross['kind']}类事项（2025年11月公布）。"
    if city == ELSEWHERE:
        return (
            f"{crosses}办理形式：{cross['demo_form']}（演示数据，请以当地窗口为准）。告诉我是哪座城市，我再说受理窗口。"
        )
    window = f"{city}市政务服务中心通办窗口"
    return f"{crosses}办理形式：{cross['demo_form']}，受理窗口：{window}（演示数据，请以当地窗口为准）。"


def say_item(found: Result) -> str:
    """An item's record: each part in the words of its source, what has none as not verified."""
    item, part = found["item"], found["part"]
    name = item["aliases"][0] if item["aliases"] else item["title"]
    said = [f"{name}的事项记录（{item['title']}），办理部门：{item['department'] or '未核实'}。"]
    for key, label in PART_NAMES:
        if part in ("all", key):
            said.append(_part(item, key, label))
    if part in ("all", "limits"):
        said.append("承诺办结天数未核实。")
    return "\n".join(said)


def _part(item: Result, key: str, label: str) -> str:
    if key == "materials":
        return f"{label}：{materials_said(item['materials'])}"
    lines = item[key] if part_is_known(item[key]) else ()
    return f"{label}：{''.join(lines)}" if lines else f"{label}：未核实，{ASK_12345}。"


def part_is_known(lines: Iterable[str]) -> bool:
    """Whether a part says anything."""
    return any(lines)


def materials_said(materials: Iterable[Result]) -> str:
    """A list of materials with their necessity and who issues them."""
    rows = list(materials)
    if not rows:
        return f"清单未核实，{ASK_12345}。"
    return "；".join(f"{each['name']}（{each['need']}，{each['source'] or '来源未核实'}）" for each in rows) + "。"


def say_bundle(found: Result) -> str:
    """A bundle: what its guide says it is, its items in order, each material once, what is not verified."""
    bundle, parts = found["bundle"], found["parts"]
    order = "；".join(
        f"{number}. {each['name']}{f'（{told}）' if (told := _part_told(each)) else ''}"
        for number, each in enumerate(parts, start=1)
    )
    said = [line for line in bundle["said"][:1] if "未核实" not in line]
    said.append(f"{bundle['title']}按顺序包括 {len(parts)} 项：{order}。")
    if found["materials"]:
        said.append(f"合并后的材料：{_grouped(found['materials'])}。")
    unlisted = [each["name"] for each in parts if not each["listed"]]
    if unlisted:
        said.append(f"{'、'.join(unlisted)}的材料清单未核实，{ASK_12345}。")
    said += [line for line in bundle["said"] if "未核实" in line]
    return "\n".join(said)


def _part_told(part: Result) -> str:
    return "，".join(each for each in (part["certificate"], part["department"] or "部门未核实") if each)


def _grouped(materials: Iterable[Result]) -> str:
    """Materials by how they are needed and who issues them."""
    groups: dict[str, list[str]] = {}
    for each in materials:
        groups.setdefault(f"{each['need']}（{each['source'] or '来源未核实'}）", []).append(each["name"])
    return "；".join(f"{how}：{'、'.join(names)}" for how, names in groups.items())


def say_check(found: Result) -> str:
    """What was looked at and what would be sent back; never that it is accepted."""
    if rows := found.get("papers"):
        return _say_papers(rows)
    name = found["material"]
    if not found["checked"]:
        return f"还没法预审{name}：请说一下一共几页、现有几页、有效期到哪天，或者材料上的姓名和申请人的姓名。"
    looked = "、".join(found["checked"])
    tail = NOT_ACCEPTED
    if not found["defects"]:
        return f"预审了{name}的{looked}，没有发现问题。{tail}"
    defects = "；".join(each["text"] for each in found["defects"])
    return f"预审了{name}的{looked}，发现 {len(found['defects'])} 个问题：{defects}。{tail}"


def _say_papers(rows: Iterable[Result]) -> str:
    """Each of several materials; those of which nothing is known are named in one line."""
    said = []
    for row in rows:
        if row["checked"]:
            wrong = "；".join(each["text"] for each in row["defects"])
            said.append(f"{row['material']}的{'、'.join(row['checked'])}：{wrong or '没有发现问题'}。")
    silent = "、".join(row["material"] for row in rows if not row["checked"])
    if silent:
        said.append(f"还没法预审{silent}：请说一下各有几页、现有几页、有效期到哪天、签了字没有。")
    return "\n".join([*said, *([NOT_ACCEPTED] if len(said) > bool(silent) else [])])


def say_outlets(found: Result) -> str:
    """Outlets within 15 minutes; the nearest ones beyond, said to be so, when there are none."""
    walks = found["walks"]
    what = f"办“{found['service_name']}”的" if found["service_name"] else ""
    if not walks:
        return f"没有查到{what}网点，可拨12345询问。"
    near = any(each["near"] for each in walks)
    lines = "\n".join(_walk(each) for each in shown_walks(found))
    when = walks[0]["outlet"]["verified_at"]
    basis = f"步行时间按直线距离×1.3÷70米/分钟估算；网点是演示数据，核对日期 {when}。"
    head = f"15 分钟内能走到、{what or '可以办事的'}网点：" if near else f"15 分钟内没有{what}网点，最近的是："
    return f"{head}\n{lines}\n{basis}"


def shown_walks(found: Result) -> list[Result]:
    """The outlets that are told: up to three within reach, else the two nearest."""
    walks = found["walks"]
    return [each for each in walks if each["near"]][:3] or walks[:2]


def _walk(walk: Result) -> str:
    outlet = walk["outlet"]
    extra = "，有无障碍设施" if outlet["accessible"] else ""
    return f"{outlet['name']}，直线 {walk['metres']} 米，步行约 {walk['minutes']} 分钟，{outlet['hours']}{extra}；"


def say_zone(found: Result) -> str:
    """The school zone by the dated table; no promise, and what the kind of residence means for it."""
    zone = found["zone"]
    tail = "能不能录取以区教育局当年的公告为准，我不能预测。"
    if zone is None:
        return f"划片表（演示数据）里没有这个地址，请向区教育局询问或者拨打12345。{tail}"
    said = (
        f"按 {zone['year']} 年划片表（{zone['published']} 公布，演示数据），{zone['district_name']}"
        f"{zone['subdistrict_name']}对应{zone['school']}。"
    )
    if found["residence"] == "other":
        said += "外地户口的孩子由居住地所在区安排，不一定在对口学校，请向区教育局询问。"
    return said + tail


def say_day(text: str) -> str:
    """A day as people write it."""
    day = date.fromisoformat(text[:10])
    return f"{day.year}年{day.month}月{day.day}日"
