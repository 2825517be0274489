"""Spoken and dialect words put plainly, so that people who say the same are read the same."""

from __future__ import annotations

import re

_PLAIN = tuple(
    (re.compile(said), plain)
    for said, plain in (
        (r"^\W*(?:还有(?![几多没哪])|另外|此外|再就是|顺便|顺带|对了|其次|最后|哦对)[，,：:]?", ""),
        (r"冇得|没得|冒得", "没有"),
        (r"冇", "没"),
        (r"什么事|么[事斯子]|啥子?", "什么"),
        (r"(?<![什怎那这多])么(?=材料|证件|证明|时候|手续|地方|东西|条件|顺序|办法|情况|部门|价|人)", "什么"),
        (r"(?<!怎)么样", "怎么样"),
        (r"几多|(?<=[要有是交])好多(?=[钱个天家块])", "多少"),
        (r"伢子?们?|娃儿?|小孩子?|小朋友", "孩子"),
        (r"咋个?", "怎么"),
        (r"莫(?![非名])", "不要"),
        (r"晓得", "知道"),
        (r"屋里", "家里"),
        (r"蛮", "很"),
        (r"[瞄瞅]", "看"),
        (r"俺|咱们?", "我"),
        (r"您", "你"),
        (r"搞", "办"),
        (r"一?哈(?=子|[，。\s]|$)", "一下"),
        (r"[老姆]妈|我妈妈?|娘", "妈"),
        (r"[咧撒唦哈咯哟呗嘛呀哦哎诶啊吧呢啦]", ""),
    )
)


def plain(text: str) -> str:
    """The text in plain words; for reading only, never for quoting."""
    for said, word in _PLAIN:
        text = said.sub(word, text)
    return text
