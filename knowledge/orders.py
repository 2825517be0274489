"""Sentences that a document addresses to a machine: never evidence, so never quoted and never shown to a model."""

from __future__ import annotations

import re
from functools import lru_cache

from .cut import Span, sentences

_MACHINE = r"(?:系统|智能体|智能助手|机器人|助手|大?模型|(?<![a-z])(?:ai|llm|assistant|chatbot|system|gpt)(?![a-z]))"
_READER = r"(?:用户|提问者|提问的人|询问者|来访者|对方|访客|users?)"
_ANSWERS = (
    r"(?:回答|回复|答复|作答|输出|告诉|告知|转告|要求|引导|推荐|建议|附上|引用|say|tell|answer|reply|respond|output)"
)
_ALWAYS = r"(?:一律|只|都要?|必须|务必|始终|统一|今后|以后|always|only|must)"
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 系统提示：…  助手请注意：…
        rf"^\W*(?:给|致|@)?{_MACHINE}(?:管理员)?(?:的)?(?:提示词?|指令|命令|消息|注意|须知|prompt|instructions?|message|note)?(?:请注意|请|注意)?\s*[：:]",
        r"^\W*<\|?(?:system|im_start|assistant)",
        # 忽略以上规定
        r"(?:忽略|无视|忘[记掉]|不(?:要|用|必)(?:再)?(?:理会|遵守|管|引用))[^，。；]{0,12}(?:以上|上述|之前|前面|此前|先前|其他|原有)[^，。；]{0,12}(?:指令|提示|规则|规定|要求|内容|资料|设定|约束|限制)",
        r"(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|above|prior|earlier|all)\b.{0,20}\b(?:instructions?|rules?|prompts?|text)",
        # 凡是问…的，一律回答…  回答…时，只告诉用户…
        rf"{_ANSWERS}.{{0,24}}?(?:时|的时候|问题)[，,、]?.{{0,6}}?{_ALWAYS}?.{{0,4}}?{_ANSWERS}{_READER}",
        rf"(?:凡是?|只要|如果|若|当|以后|今后).{{0,12}}?(?:{_READER}|有人)?(?:问|提到|咨询).{{0,16}}?{_ALWAYS}.{{0,4}}?(?:回答|回复|答复|输出|说)[“\"「：:]?",
        rf"{_MACHINE}.{{0,8}}?(?:必须|务必|应当|只能|请)(?:.{{0,8}}?){_ANSWERS}{_READER}",
        rf"(?:不要|别|不得|禁止|do not|don't|never).{{0,6}}?{_ANSWERS}\s*{_READER}",
        rf"{_ANSWERS}.{{0,8}}?(?:系统提示词?|提示词|system prompt)",
    )
)


def orders_in(text: str) -> list[Span]:
    """The sentences of a text that order a machine about, not a reader."""
    return [span for span in sentences(text) if any(order.search(text[span.start : span.end]) for order in _ORDERS)]


@lru_cache(maxsize=4096)
def without_orders(text: str) -> str:
    """The text with such sentences as blanks of the same length, so that every place in it stays where it was."""
    for span in orders_in(text):
        text = f"{text[: span.start]}{' ' * (span.end - span.start)}{text[span.end :]}"
    return text
