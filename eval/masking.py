"""Personal values out of a text before a language model elsewhere sees it, and back into what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from .sample import Sample

PERSONAL_SLOTS = {
    "name": "姓名", "phone": "手机号", "contact_phone": "手机号", "contact": "联系方式", "resident_id": "身份证号",
    "card": "卡号", "email": "邮箱",
}  # fmt: skip
"""Slots of a sample whose values are a person's own, and what stands for them."""

_GAP = r"(?:[ \t-]?)"
_PATTERNS = (
    ("身份证号", re.compile(rf"(?<![\dA-Za-z])\d(?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘ](?![\dA-Za-z])")),
    ("卡号", re.compile(rf"(?<![\dA-Za-z])\d(?:{_GAP}\d){{15,18}}(?![\dA-Za-z])")),
    ("手机号", re.compile(rf"(?<![\dA-Za-z])(?:\+?86{_GAP})?[1１][3-9３-９](?:{_GAP}\d){{9}}(?![\dA-Za-z])")),
    ("电话", re.compile(r"(?<![\dA-Za-z])[0０]\d{2,3}[-－]?\d{7,8}(?![\dA-Za-z])")),
    ("邮箱", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("车牌", re.compile(r"[\u4eac-\u9ed1][A-Z][A-Z0-9]{5,6}(?![A-Za-z0-9])")),
    ("号码", re.compile(r"[〇零一二三四五六七八九幺两]{7,}")),
)
_NAMED = re.compile(
    r"((?:姓名|我叫|申请人|联系人|举报人|投诉人|上报人|户主|经办人|代理人)[：:是为]?\s*)"
    r"([\u4e00-\u9fff]{2,4}(?=[，。,;；、\s（(]|$))"
)
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈"
    "任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武孔向汤欧"
)
_MYSELF = re.compile(rf"(我是|本人是?)([{_FAMILY}][\u4e00-\u9fff]{{1,2}}(?=[，。,;；、\s（(]|$))")
_TAG = re.compile(r"⟦[^⟦⟧]+⟧")


@dataclass
class Mask:
    """Hides personal values behind tags; one value keeps its tag for a whole talk."""

    _tags: dict[str, str] = field(default_factory=dict)

    def know(self, kind: str, values: Iterable[str]) -> None:
        """These values are hidden wherever they stand."""
        for value in values:
            if len(value.strip()) > 1:
                self._tag(kind, value.strip())

    def hide(self, text: str) -> str:
        """The text without personal values."""
        found = text
        for value in sorted(self._tags, key=len, reverse=True):
            found = found.replace(value, self._tags[value])
        for kind, pattern in _PATTERNS:
            found = _outside(found, pattern, partial(self._tag, kind))
        for named in (_NAMED, _MYSELF):
            found = named.sub(lambda each: each[1] + self._tag("姓名", each[2]), found)
        return found

    def restore(self, text: str) -> str:
        """A model's words with the values its tags stand for; a tag it made up stays as it is."""
        values = {tag: value for value, tag in self._tags.items()}
        return _TAG.sub(lambda each: values.get(each.group(), each.group()), text)

    def _tag(self, kind: str, value: str) -> str:
        if value not in self._tags:
            self._tags[value] = f"⟦{kind}{sum(tag.startswith(f'⟦{kind}') for tag in self._tags.values()) + 1}⟧"
        return self._tags[value]


def mask_of(sample: Sample, names: Iterable[str] = ()) -> Mask:
    """A mask that knows a sample's own personal values, and these names of people."""
    mask = Mask()
    for slot, kind in PERSONAL_SLOTS.items():
        mask.know(kind, sample.user.knows.get(slot, ()))
    mask.know("姓名", names)
    mask.know("私密", sample.expect.secrets.values if sample.expect.secrets else ())
    return mask


def _outside(text: str, pattern: re.Pattern[str], tag: Callable[[str], str]) -> str:
    """Put tags for what a pattern finds, never inside a tag that is there already."""
    pieces, at = [], 0
    for kept in [*_TAG.finditer(text), None]:
        end = kept.start() if kept else len(text)
        pieces.append(pattern.sub(lambda each: tag(each.group()), text[at:end]))
        pieces.append(kept.group() if kept else "")
        at = kept.end() if kept else end
    return "".join(pieces)
