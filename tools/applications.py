"""Application tools: how far it is, a form filled in, an application handed in, what was asked for handed in later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .cases import write_key
from .define import Call, CallArgument, Slot, tool
from .directory import SURE, Item, bundled_directory
from .errors import Conflict, NeedsAnswer, NotAllowed, NotFound
from .items import ITEM, settle_item
from .telling_own import say_draft, say_progress, say_submitted, say_supplemented
from .telling_rows import application_rows
from .unified import Application, ApplicationDraft, Applications, Items, Platform
from .utterances import utterances

CITIZEN = frozenset(("citizen",))
MAY_FOLLOW = frozenset(("citizen", "department"))
VERIFY = "要先实名登录。"
PROMISE = "只生成草稿，不会提交；电话等没有授权的、要改的，请在草稿里自己填"
_ALL = re.compile(r"(?<!没)(?<!没有)(?:都|全部|全)(?:要?补|交|齐|备齐|准备好)")
# So many letters name something; these name nothing in particular.
_NAMED = 2
_ANY_ITEM = re.compile(r"(?:办理|申领|申请|登记|指南|一件事|件事|一件|证的|查询|变更|补领|换领|许可|提取|服务)+")
_NUMBER = re.compile(r"BJ\s*\d{14}", re.IGNORECASE)


def application_tools(platform: Platform) -> list[BaseTool]:
    """The application tools over a platform."""
    items, owned = Items(platform), Applications(platform)
    return [_progress(items, owned), _prefill(items, owned), _submit(items, owned), _supplement(owned)]


def _progress(items: Items, owned: Applications) -> BaseTool:
    @tool(
        "progress.get",
        title="查询办件进度",
        effect="read",
        roles=MAY_FOLLOW,
        say=say_progress,
        rows=application_rows,
        examples=utterances("progress.get"),
        timeout_s=10.0,
    )
    async def progress_get(
        application: Annotated[str, Slot("query", "办件", ask="请告诉我办件编号，或者申请的是哪个事项。")],
        call: CallArgument,
    ) -> Mapping[str, Any]:
        """查询本人（或所代表企业）的办件：到哪一步、要补什么、还剩几天。可以说办件编号或者事项名称。"""
        if found := _NUMBER.search(application):
            one = await owned.get(_number(found.group(0)), call.principal)
            return {"item": None, "applications": [asdict(one)]}
        hits = await items.search(application, 3)
        item = hits[0].item if hits and hits[0].score >= SURE else None
        mine = await owned.mine(call.principal, item.id if item else None)
        if item is None:
            mine = _spoken_of(mine, application) or mine
        return {"item": item.name if item else None, "applications": [asdict(each) for each in mine]}

    return progress_get


def _spoken_of(rows: Sequence[Application], words: str) -> list[Application]:
    """The applications of which most is named (公积金那个): the longest words shared with an item's names."""
    directory = bundled_directory()
    runs = {}
    for row in rows:
        item = directory.get(row.item)
        names = (row.title, *(item.aliases if item else ()))
        runs[row.number] = max((len(run) for name in names for run in _shared(name, words)), default=0)
    most = max(runs.values(), default=0)
    return [row for row in rows if most >= _NAMED and runs[row.number] == most]


def _shared(name: str, words: str) -> Iterator[str]:
    """Stretches of a name that the words hold, other than what any item is called."""
    for start in range(len(name)):
        for end in range(start + _NAMED, len(name) + 1):
            if (run := name[start:end]) in words and not _ANY_ITEM.fullmatch(run):
                yield run


def _prefill(items: Items, owned: Applications) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        _verified(call)
        item = await settle_item(items, str(arguments.get("item") or ""))
        source = await _consented(owned, call)
        return {"item": item.title, "item_id": item.id, "source": source, "promise": PROMISE}

    @tool(
        "form.prefill",
        title="预填申请表",
        effect="write",
        roles=CITIZEN,
        say=say_draft,
        examples=utterances("form.prefill"),
        prepare=prepare,
        object_id="id",
        timeout_s=20.0,
    )
    async def form_prefill(
        item: Annotated[str, ITEM],
        call: CallArgument,
        item_id: Annotated[str | None, Slot("text", "事项编码", shown=False, derived=True)] = None,
        source: Annotated[str | None, Slot("text", "使用的资料", derived=True)] = None,
        promise: Annotated[str | None, Slot("text", "说明", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """用本人授权的资料预填一份申请表草稿；只存草稿，不提交。"""
        known = item_id or (await settle_item(items, item)).id
        return asdict(await owned.prefill(known, call.principal, write_key(call)))

    return form_prefill


async def _consented(owned: Applications, call: Call) -> str:
    """Which of the person's data would be used; said before the yes."""
    labels = {"name": "姓名", "resident_id": "证件号码", "phone": "联系电话", "address": "联系地址"}
    try:
        profile = await owned.profile(call.principal)
    except NotFound:
        return "没有授权资料，表里会是空的"
    return "、".join(labels[name] for name in profile.consented if name in labels) or "没有授权资料，表里会是空的"


def _submit(items: Items, owned: Applications) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        _verified(call)
        item = await settle_item(items, str(arguments.get("item") or ""))
        if item.needs_enterprise and not call.principal.represents:
            raise NotAllowed(f"“{item.name}”由企业办理，您的登录身份没有代表任何企业。")
        await _refuse_second(owned, item, call)
        said = " ".join(str(arguments.get(name) or "") for name in ("item", "materials"))
        names = [each.name for each in item.materials if each.name in said]
        needed = [each.name for each in item.materials if each.need == "必要" and each.name not in names]
        drafts = await owned.drafts(item.id, call.principal)
        ready = {"item": item.title, "materials": "、".join(names) or None, "missing": "、".join(needed) or None}
        ready |= {"draft": drafts[0].id if drafts else None, "contact_phone": arguments.get("contact_phone")}
        return {name: value for name, value in ready.items() if value}

    @tool(
        "apply.submit", title="提交办事申请", effect="write", roles=CITIZEN, say=say_submitted,
        examples=utterances("apply.submit"), prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def apply_submit(
        item: Annotated[str, ITEM],
        call: CallArgument,
        materials: Annotated[str | None, Slot("text", "已备好的材料")] = None,
        contact_phone: Annotated[str | None, Slot("phone", "联系电话", personal=True)] = None,
        draft: Annotated[str | None, Slot("text", "表单草稿", shown=False, derived=True)] = None,
        missing: Annotated[str | None, Slot("text", "还缺的材料", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """提交一个政务服务事项的申请；要实名登录，同一事项在办时不能重复提交。"""
        found = await settle_item(items, item)
        names = tuple(each.name for each in found.materials if each.name in (materials or ""))
        sent = ApplicationDraft(found.id, names, draft, contact_phone)
        made = asdict(await owned.submit(sent, call.principal, write_key(call)))
        left = [each.name for each in found.materials if each.need == "必要" and each.name not in names]
        return made | {"missing": left}

    return apply_submit


async def _refuse_second(owned: Applications, item: Item, call: Call) -> None:
    """Say at once what the platform would refuse after the yes."""
    for each in await owned.mine(call.principal, item.id):
        if each.status not in ("done", "refused"):
            raise Conflict(f"您已经有一件在办的“{item.name}”，编号 {each.number}，不用重复提交。")


def _supplement(owned: Applications) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        said = str(arguments.get("materials") or "")
        number = _NUMBER.search(f"{arguments.get('number') or ''} {said}")
        waiting = await _waiting(owned, number.group(0) if number else None, call)
        names = _named(waiting.wanted, said)
        if not names:
            raise NeedsAnswer(
                "materials",
                f"办件 {waiting.number} 只需要补：{'、'.join(waiting.wanted)}。请问补哪一样？",
                waiting.wanted,
            )
        return {"materials": "、".join(names), "number": waiting.number, "title": waiting.title}

    @tool(
        "supplement.submit",
        title="提交补正材料",
        effect="write",
        roles=CITIZEN,
        say=say_supplemented,
        examples=utterances("supplement.submit"),
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def supplement_submit(
        materials: Annotated[str, Slot("query", "补交的材料", ask="请问要补交哪些材料？")],
        call: CallArgument,
        number: Annotated[str | None, Slot("text", "办件编号")] = None,
        title: Annotated[str | None, Slot("text", "事项", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """给待补正的办件补交材料；只接受要求补的那几样。"""
        waiting = await _waiting(owned, number, call)
        names = _named(waiting.wanted, materials)
        if not names:
            raise Conflict(f"没有要求补交这样材料。办件 {waiting.number} 只需要补：{'、'.join(waiting.wanted)}。")
        return asdict(await owned.supplement(waiting.number, names, call.principal, write_key(call)))

    return supplement_submit


def _named(wanted: Sequence[str], said: str) -> list[str]:
    """The wanted materials that are named: in full, by what the name ends with (布局图), or all of them."""
    if _ALL.search(said):
        return list(wanted)
    ends = [each[-3:] for each in wanted]
    return [
        each for each in wanted if each in said or (len(each) > 4 and ends.count(each[-3:]) == 1 and each[-3:] in said)
    ]


async def _waiting(owned: Applications, number: str | None, call: Call) -> Application:
    """The application that waits for corrections; asks when there are several."""
    if number:
        one = await owned.get(_number(number), call.principal)
        if one.status != "correcting":
            raise Conflict(f"办件 {one.number} 现在是“{one.status_name}”，不需要补正。")
        return one
    waiting = [each for each in await owned.mine(call.principal) if each.status == "correcting"]
    if not waiting:
        raise NotFound("您名下没有等待补正的办件。")
    if len(waiting) > 1:
        raise NeedsAnswer("number", "您有几个办件要补正，请问是哪一个？", tuple(each.number for each in waiting)[:4])
    return waiting[0]


def _number(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _verified(call: Call) -> None:
    if not call.principal.verified:
        raise NotAllowed(f"办这件事{VERIFY}")
