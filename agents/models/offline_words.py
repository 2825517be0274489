"""The offline model's own short sentences. None of them claims anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tools import ToolSpec

from ..toolbox import CONTROL

TALK = {
    "greeting": "您好，我是汉治通，请问有什么可以帮您？",
    "thanks": "不客气，还有需要随时告诉我。",
    "bye": "再见，需要的时候再来找我。",
    "nod": "好的，还有需要请直接说。",
}
WHICH_ONE = "上面列出的里面没有这一个，请说编号或者名称。"
WHICH_ROW = "请问是上面列出的哪一件？可以说第几个，也可以说编号。"
NO_SUCH_ROW = "上面只列出 {count} 件，没有您说的这一件。请问要办哪一件？可以说第几个，也可以说编号。"
NOT_LISTED_YET = "还没有给您列出过清单，不知道您说的是哪一件。请说编号，或者先查一下有哪些。"
NONE_LISTED = "上面的列表是空的，没有可以办的。请问要办哪一件？请说编号，或者重新查一下。"
ALREADY_DONE = "刚才那一件已经办好了，没有重复办理。请问接着要办哪一件？可以说第几个，也可以说编号。"
NOTHING_OPEN = "好的，不办，没有找到等您确认的操作。刚才已经提交的，这里无法撤回；需要更正，请说编号和要办的事。"
NOT_DONE = "好的，不办，没有找到等您确认的操作。"
NO_MORE = "没有查到更多的，已经列到最后了。"
WHAT_FOR = "好的，是哪位我知道了。请问要给这位家人办什么事？"
FOUND_AGAIN = "好的，没有丢就不用{title}，我没有提交。"
WHAT = "好的，请说说是什么事：要报城市问题，办什么事，还是咨询政策？"
WHAT_THERE = "好的，位置我知道了。请问在那里要办什么事，还是要报什么问题？"
NOTHING_SENT_HERE = "好的，在这个对话里还没有提交任何内容。"
SENT = "好的，这个对话里最近提交的是："
SENT_HERE = "好的，这个对话里已经提交的有{count}件："
COUNTED = ("一", "两", "三", "四")
NOT_SAID = "这一点我在现有资料里没有查到，不能乱说。您可以换个说法再问，或拨打 12345 向主管部门核实。"
NOT_WITHOUT = "“{words}”这样的排除，这里还办不了。请直接说明要办哪些：给出区名，或者案件编号。"
WHICH_LIST = "请问要列哪些？请说条件，例如状态、所在区、日期，像“江汉区待派遣的案件”。"
LEFT_OPEN = "请注意：前面说的“{words}”还没有报，这里先报后说的这一件；那一件要报的话，之后请再说一遍。"
NOT_USED = "\n请注意：“{words}”这个条件没有用上，上面没有按它筛选。"
UNHEARD = "这句话里有一项我没能听明白，请换个说法再说一次。"
WHOM = "请问{label}：是给谁？可以选{names}。原来填的先不提交。"
NOT_YET = "要先知道下面说的才能算。"
NOT_THAT_ONE = "没有查到您说的这一件，您名下的案件如下："
ELSEWHERE = (
    "抱歉，这个问题不在我的服务范围内。我能回答政务服务、医保、城市运行和数字经济方面的问题，也能报修、查进度、预约；"
    "别的事请找对应的单位，不清楚找谁可以拨打 12345。"
)
NOT_TAKEN = "这句我没听明白，没有写进去；原来的内容还没有提交。请问要改哪一项，还是照原来的提交？"
NOT_KNOWN_YET = "这件还没有提交，要提交以后才知道，到时可以凭编号查进度。请问现在提交吗？"
RULES = "了解有关规定"
_NOT_RECORDED = "{whose}记录里没有查到{what}，不能乱说。"
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


def about(specs: Mapping[str, ToolSpec]) -> str:
    """Who the desk is and what the tools at hand do."""
    titles = "、".join(spec.title for name, spec in specs.items() if name not in CONTROL and spec.examples)
    can = f"我可以帮您{titles}。" if titles else ""
    return f"您好，我是汉治通，由人工智能回答。{can}我可以回答政务服务、医保、城市运行和数字经济方面的问题。"


def clarify(spec: ToolSpec) -> tuple[str, tuple[str, ...]]:
    """Ask whether a tool is meant."""
    return f"请问您是想{spec.title}，还是想{RULES}？", (spec.title, RULES)


def either(one: ToolSpec, other: ToolSpec) -> tuple[str, tuple[str, ...]]:
    """Ask which of two tools is meant."""
    return f"请问您是想{one.title}，还是想{other.title}？", (one.title, other.title)


def not_recorded(what: str, name: str, channel: str | None) -> str:
    """That a record just shown does not say something, and whom to ask; staff ask who keeps it."""
    said = _NOT_RECORDED.format(whose=f"“{name}”的" if name else "刚才的", what=what)
    return said + (f"请拨打 {channel} 问。" if channel else "请向填写这条记录的单位核实。")


def vague(specs: Mapping[str, ToolSpec]) -> str:
    """Ask for more when nothing can be read from the message."""
    return "请再说具体一点：您想咨询什么事，或者要报什么问题？"


def foreign_language(text: str) -> str | None:
    """What to say to a message without a Chinese word."""
    if _HAN.search(text) or not _LATIN.search(text):
        return None
    return "请换成中文再说，我目前只能读懂中文。\nPlease ask in Chinese, or call 12345."


def reminder(waiting: Mapping[str, Any] | None, specs: Mapping[str, ToolSpec]) -> str:
    """After an interruption: what was being filled in is kept."""
    if waiting is None:
        return ""
    spec = specs[waiting["tool"]]
    slot = spec.slots.get(waiting["slot"])
    return f"\n可以接着告诉我刚才“{spec.title}”的{slot.label if slot else '内容'}。"
