"""Service item tools: the directory, one item's record, a one-thing bundle, a first look at a material."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import CallArgument, Slot, tool
from .directory import SURE, Bundle, Item, ItemHit, bundled_directory
from .elsewhere import other_places
from .errors import NeedsAnswer, ToolError
from .papers import UNNAMED, Paper, names_a_paper, papers_in, until
from .precheck import Facts, precheck, told
from .principal import EVERYONE
from .telling_items import CROSS_CITY_KINDS, ELSEWHERE, OUTSIDE, say_bundle, say_check, say_item, say_items
from .telling_rows import bundle_rows, item_rows
from .unified import Items, Platform
from .utterances import utterances

ASK_ITEM = "请问是哪个政务服务事项？例如居住证申领、公积金提取。"
ITEM = Slot("query", "事项", ask=ASK_ITEM)
ASK_BUNDLE = "请问是哪个“一件事”？"
ABROAD = (
    "外地",
    "外市",
    "异地",
    "跨城",
    "跨市",
    "跨区域",
    "跨域",
    "城市圈",
    "都市圈",
    "一圈通办",
    "别的城市",
    "其他城市",
    "外省",
    "老家",
)
ASK_ACROSS = f"能确认可以跨城办的只有{CROSS_CITY_KINDS}，请问要办的是其中哪一件？别的事请拨12345确认。"
CITIES = ("鄂州", "黄石", "黄冈", "孝感", "咸宁", "仙桃", "天门", "潜江")
# Of the circle's matters those that are no item of the directory.
COUNTER_MATTERS = (("异地就医备案", "异地就医备案", "异地就医", "就医备案", "医保备案"),)
OTHER_CITIES = (
    *((each, each) for each in CITIES),
    (OUTSIDE, OUTSIDE, *(each for each in other_places() if each not in CITIES)),
    (ELSEWHERE, ELSEWHERE, *ABROAD),
)
LIKELY = 0.85
ASK_PAPER = "请说一下是什么材料、一共几页、现有几页、签了字没有，或者有效期到哪天。"
PARTS = (
    ("all", "全部"),
    ("conditions", "条件", "资格", "哪些人能办", "什么人能办", "符合什么"),
    (
        "materials",
        "材料",
        "要带",
        "带什么",
        "带哪些",
        "带些什么",
        "准备什么",
        "准备哪些",
        "什么证件",
        "哪些证件",
        "什么手续",
        "带齐",
    ),
    ("steps", "流程", "步骤", "怎么走", "程序"),
    ("limits", "时限", "多久", "几天", "多长时间", "几个工作日", "多少天", "多快", "什么时候能拿"),
    ("fees", "收费", "费用", "多少钱", "要钱", "花钱", "交钱", "工本费"),
    ("places", "地点", "在哪里", "在哪", "去哪", "哪里办", "哪个窗口", "地址"),
)


# So many last letters of a name stand for it.
_ENDING = 3


def item_tools(platform: Platform) -> list[BaseTool]:
    """The service item tools over a platform."""
    items = Items(platform)
    return [_search(items), _get(items), _bundle(items), _check()]


async def settle_item(items: Items, words: str, slot: str = "item", *, short: bool = False) -> Item:
    """The one item some words name; asks when there are several or none. `short`: the end of its name will do."""
    hits = await items.search(words.strip(), 8)
    exact = [hit for hit in hits if words.strip() in (hit.item.id, hit.item.title, hit.item.name)]
    leading = exact or _leading(hits) or [hit for hit in hits if short and _called_short(hit.item, words)]
    if len(leading) == 1:
        return leading[0].item
    names = tuple(dict.fromkeys(hit.item.name for hit in leading or hits))[:4]
    raise NeedsAnswer(slot, which_of(names) if names else ASK_ITEM, names)


def _called_short(item: Item, words: str) -> bool:
    """Whether words hold the end of a name, as people call it: 身份证 for 居民身份证."""
    return any(len(name) > _ENDING and name[-_ENDING:] in words for name in (item.title, *item.aliases))


def which_of(names: Sequence[str]) -> str:
    """The question which item is meant, with those that may be; said, because not every channel shows choices."""
    return f"请问是“{names[0]}”吗？不是的话请说事项名称。" if len(names) == 1 else f"请问是哪一项：{'、'.join(names)}？"


def _leading(hits: list[ItemHit]) -> list[ItemHit]:
    """Those named outright, the longest name first; else those that are likely."""
    named = [hit for hit in hits if hit.score >= SURE]
    if named:
        return [hit for hit in named if hit.score >= named[0].score - 0.001]
    return [hit for hit in hits if hit.score >= LIKELY]


def _search(items: Items) -> BaseTool:
    @tool(
        "item.search",
        title="查找政务事项",
        effect="read",
        roles=EVERYONE,
        say=say_items,
        rows=item_rows,
        examples=utterances("item.search"),
        timeout_s=10.0,
    )
    async def item_search(
        words: Annotated[str, Slot("query", "要找的事项", ask="请告诉我要找什么事项。")],
        city: Annotated[
            str | None,
            Slot("enum", "另一座城市", choices=OTHER_CITIES),
        ] = None,
    ) -> Mapping[str, Any]:
        """在政务服务事项目录里按名称查找事项；说到另一座城市或跨城时，只看能不能跨城办。"""
        hits = await items.search(words, 8)
        if city:
            named, hits = bool(hits), [hit for hit in hits if hit.score >= LIKELY or _crosses(hit.item, words)]
            matter = next((row for row in COUNTER_MATTERS if any(name in words for name in row[1:])), None)
            if matter and not hits:
                return {"words": words, "city": city, "items": [], "matter": matter[0], "total": 0}
            if not hits:
                crossing = tuple(item.name for item in bundled_directory().all() if item.cross_city)
                raise NeedsAnswer("words", ASK_ACROSS, () if named else crossing)
        shown = [_brief(hit.item) for hit in hits]
        return {"words": words, "city": city, "items": shown, "total": len(bundled_directory().all())}

    return item_search


def _crosses(item: Item, words: str) -> bool:
    """Whether the words name the kind of matter by which an item is handled across cities: 公司登记, 公积金."""
    return item.cross_city is not None and item.cross_city.kind.removeprefix("住房") in words


def _get(items: Items) -> BaseTool:
    @tool(
        "item.get",
        title="查看事项记录",
        effect="read",
        roles=EVERYONE,
        say=say_item,
        examples=utterances("item.get"),
        timeout_s=10.0,
    )
    async def item_get(
        item: Annotated[str, ITEM],
        part: Annotated[str, Slot("enum", "要看的部分", choices=PARTS)] = "all",
    ) -> Mapping[str, Any]:
        """打开一个政务服务事项的记录：部门、条件、材料、流程、法定时限、收费、地点；没有来源的写“未核实”。"""
        found = await settle_item(items, item, short=True)
        return {"item": asdict(found), "part": part if part in {row[0] for row in PARTS} else "all"}

    return item_get


def _bundle(items: Items) -> BaseTool:
    @tool(
        "onething.get",
        title="查看一件事清单",
        effect="read",
        roles=EVERYONE,
        say=say_bundle,
        rows=bundle_rows,
        examples=utterances("onething.get"),
        timeout_s=10.0,
    )
    async def onething_get(bundle: Annotated[str, Slot("query", "一件事", ask=ASK_BUNDLE)]) -> Mapping[str, Any]:
        """打开一个“一件事”：按顺序列出联办的事项，合并后的材料清单不重复。"""
        found = await settle_bundle(items, bundle)
        return asdict(await items.bundle(found.id))

    return onething_get


async def settle_bundle(items: Items, words: str) -> Bundle:
    """The one bundle some words name; asks when there are several or none."""
    found = await items.find_bundles(words.strip())
    exact = [each for each in found if words.strip() in (each.id, each.title)]
    if exact or found:
        return (exact or found)[0]
    names = tuple(each.title for each in bundled_directory().bundles())[:4]
    raise NeedsAnswer("bundle", ASK_BUNDLE, names)


def _check() -> BaseTool:
    @tool("doc.check", title="材料预审", effect="read", roles=EVERYONE, say=say_check, examples=utterances("doc.check"))
    async def doc_check(
        material: Annotated[str, Slot("query", "材料", ask="请问是什么材料？")],
        call: CallArgument,
        total_pages: Annotated[int | None, Slot("number", "应有页数")] = None,
        pages: Annotated[int | None, Slot("number", "现有页数")] = None,
        valid_to: Annotated[str | None, Slot("date", "有效期到期日")] = None,
        holder: Annotated[str | None, Slot("text", "材料上的姓名", personal=True)] = None,
        applicant: Annotated[str | None, Slot("text", "申请人姓名", personal=True)] = None,
        signed: Annotated[
            bool | None, Slot("enum", "已签字盖章", choices=(("true", "已签", "签了"), ("false", "没签", "未签")))
        ] = None,
    ) -> Mapping[str, Any]:
        """按说明的页数、有效期、姓名、签字情况预审一份材料，指出缺页、过期、姓名不一致；只是提醒，不等于受理。"""
        papers = papers_in(material)
        if not names_a_paper(material):
            raise NeedsAnswer("material", ASK_PAPER)
        if len(papers) > 1:
            return _checked_each(papers, call.now.date())
        name = papers[0].name if papers else UNNAMED
        facts = Facts(pages, total_pages, _day(valid_to), holder, applicant, signed)
        found = precheck(told(material, facts), call.now.date())
        if not found.checked and name == UNNAMED:
            raise NeedsAnswer("material", ASK_PAPER)
        return {"material": name, **asdict(found)}

    return doc_check


def _checked_each(papers: Sequence[Paper], today: date) -> dict[str, Any]:
    """Several materials in one breath: each by what is said of it alone."""
    found = [precheck(told(each.words, Facts(valid_to=until(each.words))), today) for each in papers]
    rows = [{"material": paper.name, **asdict(one)} for paper, one in zip(papers, found, strict=True)]
    checked = list(dict.fromkeys(name for row in rows for name in row["checked"]))
    defects = [each for row in rows for each in row["defects"]]
    return {"material": "、".join(each.name for each in papers), "checked": checked, "defects": defects, "papers": rows}


def _brief(item: Item) -> dict[str, Any]:
    names = ("id", "title", "name", "department", "audience")
    cross = asdict(item.cross_city) if item.cross_city else None
    return {name: getattr(item, name) for name in names} | {"cross_city": cross}


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ToolError(f"看不懂日期“{text}”，请写成 2026-09-01 这样。") from None


async def settle_place(platform: Platform, address: str) -> tuple[float, float]:
    """The point of an address; asks when it is not known well enough."""
    found = (await platform.geocode(address)).candidates if address.strip() else ()
    points = [(each.lon, each.lat) for each in found if each.lon is not None and each.lat is not None]
    if len(points) == 1 or (points and found[0].confidence > found[-1].confidence):
        lon, lat = points[0]
        return lon, lat
    choices = tuple(dict.fromkeys(each.address for each in found))[:4]
    question = (
        "这个地名有好几处，请问是哪一处？" if len(choices) > 1 else "请告诉我具体位置，例如路口、门牌号或者附近的地标。"
    )
    raise NeedsAnswer("address", question, choices if len(choices) > 1 else ())
