"""What of the words of a call is no demand: the order to register it, and who called."""

from __future__ import annotations

import re

_SEP = re.compile(r"([，,。；;：:！!、\s]+)")
_COMMAND = re.compile(
    r"(?:请|麻烦|帮我|帮忙|给我|再|现在|刚刚?|这里|又)*(?:"
    r"(?:来|接)(?:到|了)?(?:了)?(?:一?[个通])?(?:市民|群众|热线|12345)?(?:的)?(?:来电|电话)"
    r"|(?:(?:登记|录入?|记录?|新建|建|立|开|生成|下|报)(?:成|为)?)?(?:了)?(?:一?下)?(?:一?[个张条份])?(?:新的?)?(?:12345|热线)?(?:工单|单子|来电)(?:登记|录入)?"
    r"|登记(?:一?[下个])?|一?[个张条]"
    r")(?:一?下|吧|了|哈)*"
)
_NATURE = re.compile(r"(?:诉求)?(?:性质|类型)?(?:是|为)?(?:投诉|求决|求助|咨询|建议|举报|表扬|其他)(?:类|件|单)?")
_WHO = r"(?:来电人|诉求人|投诉人|反映人|联系人|打电话的人?|来电者|市民|群众)"
_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹"
    "熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤喻舒易占詹柯"
)
_POLITE = r"(?:女士|先生|小姐|同志|师傅|阿姨|大爷|大妈|婆婆|爹爹|老师)"
_ENDS = r"(?:(?:的)?(?:电话|手机)?(?:号码|号)?(?:是|为)?)?"
_CALLER = re.compile(
    rf"{_WHO}(?:的)?(?:姓名|名字)?(?:是|为|叫做?)?(?P<a>姓[\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{1,2}}{_POLITE}|[{_NAMES}][\u4e00-\u9fff]{{1,2}})?{_ENDS}"
    rf"|(?:他|她|我)?(?P<b>姓[\u4e00-\u9fff]{{1,2}}){_ENDS}|(?:姓名|名字)(?:是|叫|为)?(?P<c>[\u4e00-\u9fff]{{2,4}})|(?P<d>[{_NAMES}][\u4e00-\u9fff]?{_POLITE}){_ENDS}"
)
_LEADS = re.compile(
    rf"^(?:{_WHO})?[\u4e00-\u9fff]{{1,2}}{_POLITE}(?=反映|反应|投诉|来电|说|称|咨询|建议|举报|要求|希望)"
)
_PHONE = re.compile(
    r"(?:(?:联系)?(?:电话|手机)(?:号码|号)?(?:是|为|[：:])?\s*)?(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)"
)
_LEAST = 4


def demand_of(words: str) -> tuple[str, str | None]:
    """The demand without the order to register it and without who called; and who that is, where it is said."""
    parts, caller = _SEP.split(words), None
    kept: list[tuple[str, str]] = []
    for at in range(0, len(parts), 2):
        clause, after = parts[at], parts[at + 1] if at + 1 < len(parts) else ""
        said = _CALLER.fullmatch(clause)
        if said:
            caller = caller or next((each for each in said.groups() if each), None)
        elif clause:
            kept.append((clause, after))
    while kept and (_COMMAND.fullmatch(kept[0][0]) or _NATURE.fullmatch(kept[0][0])):
        kept.pop(0)
    while kept and _COMMAND.fullmatch(kept[-1][0]):
        kept.pop()
    rest = "".join(f"{clause}{after}" for clause, after in kept).strip(" ，,。；;：:、")
    return (rest if len(rest) >= _LEAST else words), caller


def without_caller(demand: str) -> str:
    """A demand of somebody who wants to stay unnamed: neither name nor telephone."""
    parts = _SEP.split(demand_of(_PHONE.sub("", demand))[0])
    return "".join(_LEADS.sub("", each) for each in parts).strip(" ，,。；;：:、") or demand
