"""From what a file holds to clean text: page furniture out, lost superscripts mended, lines tidy."""

from __future__ import annotations

import re
import unicodedata

_BREADCRUMB = re.compile(r"^\s*(首页|当前位置)\s*[>:：»/].*$")
_PAGE_TIME = re.compile(r"^\s*(时间|发布时间|更新时间|日期|浏览次数|来源|出品|编辑|责编|校对|作者|图片)\s*[:：].*$")
_SHARE = frozenset(
    (
        "分享",
        "收藏",
        "在看",
        "点赞",
        "打印",
        "关闭",
        "返回顶部",
        "上一篇",
        "下一篇",
        "图片",
        "↓↓↓",
        "扫一扫",
        "具体如下",
    )
)
# "7.2×1018" is 7.2×10^18 whose superscript a page lost: a decimal mantissa and a two-digit exponent say so.
_LOST_POWER = re.compile(r"(\d+\.\d+)\s*[×xX]\s*10([1-9]\d)(?![\d.])")
_BODY_LINE = 40
_SIGNED = re.compile(
    r"^([\u4e00-\u9fa5]{2,30}(人民政府|办公厅|办公室|委员会|局|厅|部|院)(办公厅|办公室)?|\d{4}年\d{1,2}月\d{1,2}日|.{2,12}〔\d{4}〕\d+号)$"
)


def clean(text: str) -> str:
    """Tidy lines, drop page furniture at the edges, mend lost superscripts."""
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\u3000", " ")
    normal = re.sub(r"[\u200b-\u200f\ufeff\u2060]", "", normal)
    lines = [line.strip() for line in normal.split("\n")]
    lines = _without_furniture(lines)
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return _LOST_POWER.sub(r"\1×10^\2", joined)


def _without_furniture(lines: list[str]) -> list[str]:
    if not any(_BREADCRUMB.match(line) or line in _SHARE for line in lines):
        return lines
    body = [index for index, line in enumerate(lines) if len(line) >= _BODY_LINE]
    if not body:
        return [line for line in lines if not _furniture(line)]
    named = _named(lines[: body[0] + 1])
    head = [line for line in lines[: body[0]] if _own(line, named)]
    tail = [line for line in lines[body[-1] + 1 :] if not _furniture(line) and (_SIGNED.match(line) or not line)]
    return [*head, *lines[body[0] : body[-1] + 1], *tail]


def _furniture(line: str) -> bool:
    return bool(_BREADCRUMB.match(line) or _PAGE_TIME.match(line)) or line.strip("！!。.") in _SHARE


def _named(lines: list[str]) -> str:
    """The title in 《》 that the page announces before the text itself, without blanks."""
    found = re.search(r"《([^《》]{4,80})》", "\n".join(lines))
    return _compact(found.group(1)) if found else ""


def _own(line: str, named: str) -> bool:
    """Whether a short line above the text belongs to the document and not to the page around it."""
    if not line:
        return True
    if _furniture(line) or "《" in line:
        return False
    return bool(_SIGNED.match(line)) or line[-1] in ":：" or not named or _compact(line) in named


def _compact(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
