"""Insurance tools: own enrolment, off-site filing, family binding, providers, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .applications import CITIZEN
from .cases import write_key
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer, NotAllowed, NotFound, ToolError
from .estimates import benefit_estimate_tool
from .insurance_phrases import BIND, CATALOGUE, ENROL, OFFSITE, PROVIDER
from .items import settle_place
from .persons import SELF, WARD, WHOSE, other_person, theirs
from .principal import EVERYONE
from .resident_ids import right_number
from .telling_insurance import (
    DIFFERENCE,
    KINDS,
    REASONS,
    say_binding,
    say_enrolments,
    say_entries,
    say_filing,
    say_providers,
)
from .telling_rows import enrolment_rows, provider_rows
from .unified import Platform
from .unified.insurance import BindingDraft, Enrolment, FilingDraft, Insurance

_INSTITUTION = re.compile(
    r"(?<![\u4e00-\u9fff])(?![在去到离])[\u4e00-\u9fff]{2,12}(?:医院|药店|药房|大药房|诊所|卫生院|卫生服务中心)"
)
_POINTED = re.compile(r"[这那此该](?:个|种|款|盒|瓶)?药")
_ASKING = re.compile(
    r"^(?:你好|您好|请问|麻烦|请|帮我?|给我|我想|想|要)*(?:查一?[下查]|看一?[下看]|问一?[下问]|查询|了解)?(?:一下)?[，,：:]?\s*"
)
_ASKED_OF = re.compile(
    r"(?:这个?|那个?)?(?:在不在|有没有|能不能|可不可以|可以|能|进了?|属于|属|算|是|在|归|医保|报销?|多少|怎么|要自费|自费|纳入|[？?，,。])"
)
_NAME = re.compile(r"(?!.*(?:身份|绑定|共济|亲情|账户|名字|姓名|叫))[\u4e00-\u9fff·]{2,15}|[A-Za-z][A-Za-z .'-]{1,60}")
_CALLED = re.compile(
    r"(?:叫做?|名字是|名叫|姓名[是为：: ]*)([\u4e00-\u9fff·]{2,8}?)(?=[，,。；; 、（(⟦]|身份证|证件|$)"
)
PLACES = (
    "深圳市|深圳",
    "广州市|广州",
    "杭州市|杭州",
    "南京市|南京",
    "苏州市|苏州",
    "成都市|成都",
    "长沙市|长沙",
    "西安市|西安",
    "郑州市|郑州",
    "合肥市|合肥",
    "南昌市|南昌",
    "厦门市|厦门",
    "青岛市|青岛",
    "三亚市|三亚",
    "宜昌市|宜昌",
    "襄阳市|襄阳",
    "荆州市|荆州",
    "黄冈市|黄冈",
    "孝感市|孝感",
    "北京市|北京",
    "上海市|上海",
    "天津市|天津",
    "重庆市|重庆",
)
PLACE = Slot(
    "enum",
    "就医地",
    ask="请问要去哪座城市看病？",
    choices=tuple((row.split("|")[0], *row.split("|")) for row in PLACES),
)
WRONG_ID = "这个身份证号不对：应当是18位，最后一位要和前面的对得上。请核对以后再说一遍。"
NOT_FOR_THEM = (
    "平台上没有您可以代办的{whose}参保记录，不能替办。"
    "请他本人用自己的账号登录办，或者带身份证到医保窗口办，也可以拨打12393。"
)
REASON = Slot(
    "enum",
    "备案原因",
    ask="请问是哪种情况：退休异地安置、异地长期居住、常驻异地工作、转诊、急诊抢救，还是其他临时外出就医？",
    choices=(
        ("resettled", REASONS["resettled"], "异地安置", "退休安置"),
        ("resident", REASONS["resident"], "长期居住", "长期住", "长住", "常住", "住下来", "定居", "带孙子"),
        ("worker", REASONS["worker"], "异地工作", "外地上班", "长期工作", "常驻"),
        ("referral", REASONS["referral"], "转院"),
        ("emergency", REASONS["emergency"], "急诊", "抢救"),
        ("other", REASONS["other"], "临时外出", "临时"),
    ),
)
_SHARING = (
    "共济 共济账户 个人账户 卡里的钱 卡上的钱 账户里的钱 账户上的钱 账上的钱 医保的钱 医保里的钱 "
    "医保余额 账户余额 卡里余额 "
    "用我的钱 花我的钱 刷我的钱 用我的医保 刷我的医保卡 用我的医保卡"
)
_CODE = "亲情码 代出示医保码 出示医保码 出示他的码 出示她的码 医保码 医保电子凭证 帮他扫码 帮她扫码"
KIND = Slot(
    "enum",
    "绑定种类",
    ask=f"请问要办家庭共济还是亲情账户？{DIFFERENCE['sharing']}{DIFFERENCE['code']}",
    choices=(("sharing", KINDS["sharing"], *_SHARING.split()), ("code", KINDS["code"], *_CODE.split())),
)
RELATION = Slot(
    "enum",
    "关系",
    ask="请问家人是您的配偶、父母还是子女？",
    choices=(
        ("spouse", "配偶", "老公", "老婆", "丈夫", "妻子", "爱人"),
        ("parent", "父母", "爸爸", "妈妈", "父亲", "母亲", "我爸", "我妈"),
        ("child", "子女", "孩子", "儿子", "女儿", "伢", "娃"),
    ),
)


def insurance_tools(platform: Platform) -> list[BaseTool]:
    """The insurance tools over a platform."""
    owned = Insurance(platform)
    return [
        _enrol(owned),
        _offsite(owned),
        _bind(owned),
        _providers(owned, platform),
        _entries(owned),
        benefit_estimate_tool(),
    ]


def _enrol(owned: Insurance) -> BaseTool:
    @tool(
        "enrol.get",
        title="查询参保记录",
        effect="read",
        roles=CITIZEN,
        say=say_enrolments,
        rows=enrolment_rows,
        examples=ENROL,
    )
    async def enrol_get(call: CallArgument, person: Annotated[str | None, WHOSE] = None) -> Mapping[str, Any]:
        """查询本人或本人代管家人的参保记录：险种、状态、缴费到几月；居民医保断缴的按国家文件算等待期。"""
        _verified(call)
        rows = await owned.enrolments(call.principal)
        return {"enrolments": [asdict(each) for each in rows if person is None or _is(each, person)], "person": person}

    return enrol_get


def _offsite(owned: Insurance) -> BaseTool:
    async def admit(arguments: dict[str, Any], call: Call) -> None:
        if (person := other_person(arguments.get("person"))) and call.principal.verified:
            await _insured(owned, person, call)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        _verified(call)
        place, reason = str(arguments.get("place") or "").strip(), str(arguments.get("reason") or "")
        if "武汉" in place:
            raise ToolError("参保地就是武汉，在武汉看病不用做异地备案。")
        if not 2 <= len(place) <= 30:
            raise NeedsAnswer("place", PLACE.ask)
        if reason not in REASONS:
            raise NeedsAnswer("reason", REASON.ask, tuple(REASONS.values()))
        starts = _start(arguments.get("starts_on"), call)
        person = other_person(arguments.get("person")) or SELF
        insured = await _insured(owned, person, call)
        settled = {"place": place, "reason": reason, "starts_on": starts, "person": person}
        return {**settled, "insured": insured.id, "name": insured.name}

    @tool(
        "offsite.file", title="登记异地就医备案", effect="write", roles=CITIZEN, say=say_filing, examples=OFFSITE,
        prepare=prepare, admit=admit, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def offsite_file(
        place: Annotated[str, PLACE],
        reason: Annotated[str, REASON],
        call: CallArgument,
        starts_on: Annotated[str | None, Slot("date", "开始日期", ahead=True)] = None,
        person: Annotated[str | None, WHOSE] = None,
        insured: Annotated[str | None, Slot("text", "参保人编号", derived=True, shown=False)] = None,
        name: Annotated[str | None, Slot("text", "参保人", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """给本人或代管的家人登记异地就医备案：就医地、原因、从哪天开始。不说日期就从今天开始。"""
        draft = FilingDraft(insured or "", reason, place, starts_on or call.now.date().isoformat())
        return asdict(await owned.file(draft, call.principal, write_key(call)))

    return offsite_file


def _bind(owned: Insurance) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        _verified(call)
        number = arguments.get("resident_id")
        if number and not right_number(str(number)):
            raise NeedsAnswer("resident_id", WRONG_ID)
        kind = str(arguments.get("kind") or "")
        if kind not in KINDS:
            raise NeedsAnswer("kind", KIND.ask, tuple(KINDS.values()))
        mine = await _insured(owned, "self", call)
        if kind == "sharing" and (mine.scheme != "employee" or mine.state != "active"):
            raise Conflict("家庭共济用的是职工医保个人账户，您现在没有有效的职工医保，不能办共济。")
        named = _named(arguments.get("name"))
        return {**arguments, **({"name": named} if named else {}), "difference": DIFFERENCE[kind]}

    @tool(
        "family.bind",
        title="绑定家人医保",
        effect="write",
        roles=CITIZEN,
        say=say_binding,
        examples=BIND,
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def family_bind(
        kind: Annotated[str, KIND],
        relation: Annotated[str, RELATION],
        name: Annotated[str, Slot("text", "家人姓名", ask="请问家人叫什么名字？", personal=True)],
        resident_id: Annotated[str, Slot("resident_id", "家人身份证号", ask="请问家人的身份证号码？", personal=True)],
        call: CallArgument,
        difference: Annotated[str | None, Slot("text", "说明", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """绑定家人：家庭共济是用账户里的钱，亲情账户是代出示医保码。核对双方身份；成年家人要本人确认。"""
        draft = BindingDraft(kind, relation, name, resident_id.strip().upper())
        return asdict(await owned.bind(draft, call.principal, write_key(call)))

    return family_bind


def _providers(owned: Insurance, platform: Platform) -> BaseTool:
    @tool(
        "provider.search",
        title="查找医保定点机构",
        effect="read",
        roles=EVERYONE,
        say=say_providers,
        rows=provider_rows,
        examples=PROVIDER,
        timeout_s=12.0,
    )
    async def provider_search(
        kind: Annotated[
            str,
            Slot(
                "enum",
                "机构种类",
                ask="请问要找医院还是药店？",
                choices=(("hospital", "医院", "卫生服务中心", "卫生院"), ("pharmacy", "药店", "药房")),
            ),
        ],
        address: Annotated[str, Slot("address", "位置", ask="请问在哪附近？可以说路口、地铁站或者地标。")],
    ) -> Mapping[str, Any]:
        """按位置查找附近的医院或药店是不是医保定点（演示数据），说明截至哪一天。"""
        if kind not in ("hospital", "pharmacy"):
            raise NeedsAnswer("kind", "请问要找医院还是药店？", ("医院", "药店"))
        named = _INSTITUTION.search(address)
        found = await owned.providers(kind, await settle_place(platform, address))
        return {**found, "named": named.group(0) if named else None}

    return provider_search


def _medicine_in(words: str) -> str:
    """The name of a medicine without the question around it."""
    name = _ASKED_OF.split(_ASKING.sub("", words.strip(), count=1), maxsplit=1)[0].strip(' “”"，,。？?')
    return name or words.strip()


def _entries(owned: Insurance) -> BaseTool:
    @tool("catalog.search", title="查医保药品目录", effect="read", roles=EVERYONE, say=say_entries, examples=CATALOGUE)
    async def catalog_search(
        medicine: Annotated[str, Slot("query", "药品名称", ask="请问要查哪种药？请说药名。")],
    ) -> Mapping[str, Any]:
        """按药名查演示目录里的分类和限制；不给用药建议。"""
        if not medicine.strip():
            raise NeedsAnswer("medicine", "请问要查哪种药？请说药名。")
        found = await owned.entries(medicine)
        if not found["entries"] and _POINTED.search(medicine):
            raise NeedsAnswer("medicine", "请问是哪种药？请说药名。")
        return {**found, "words": _medicine_in(medicine)}

    return catalog_search


def _named(said: Any) -> str | None:
    """The name in what was said for it: the name alone, or after words that introduce one; else it is asked."""
    text = str(said or "").strip()
    if not text or _NAME.fullmatch(text):
        return text or None
    found = _CALLED.search(text)
    if found is None:
        raise NeedsAnswer("name", "请问家人叫什么名字？只说姓名就可以。")
    return found[1]


def _is(row: Enrolment, person: str) -> bool:
    return row.relation == person if person not in (SELF, WARD) else (row.relation == "本人") == (person == SELF)


async def _insured(owned: Insurance, person: str, call: Call) -> Enrolment:
    """The one enrolment of oneself or of somebody one looks after."""
    found = [each for each in await owned.enrolments(call.principal) if _is(each, person)]
    if not found and (whose := other_person(person)):
        raise NotFound(NOT_FOR_THEM.format(whose=theirs(whose)))
    if not found:
        raise NotFound("没有查到参保记录，请拨打12393核实。")
    return found[0]


def _start(said: Any, call: Call) -> str:
    """The first day, today unless said otherwise."""
    today = call.now.date()
    if not said:
        return today.isoformat()
    try:
        day = date.fromisoformat(str(said))
    except ValueError:
        raise ToolError(f"看不懂日期“{said}”，请写成 2026-09-01 这样。") from None
    if day < today:
        raise ToolError("开始日期不能早于今天。")
    return day.isoformat()


def _verified(call: Call) -> None:
    if not call.principal.verified:
        raise NotAllowed("查询和办理医保业务要先实名登录。")
