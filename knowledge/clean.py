"""From what a file holds to clean text: page furniture out, lost superscripts mended, lines tidy."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .cut import is_heading

_BREADCRUMB = re.compile(r"^(首页|您?的?当前的?位置|您现在的位置)\s*[>:：»›/].*$")
_LABEL = re.compile(
    r"^(时间|发布时间|发布日期|更新时间|日期|浏览次数|访问量|点击数|来源|信息来源|文章来源|出品|编辑|责编|责任编辑|校对|作者|图片|字号|字体|分享到?)\s*[:：]"
)
_IMPRINT = re.compile(
    r"ICP备|公网安备|网站标识码|版权所有|Copyright|©|主办单位\s*[:：]|承办单位\s*[:：]|技术支持\s*[:：]|网站地图|扫一扫|扫描?(下方|上方)?二维码|"
    r"(关注|官方)微信公众号|无障碍(浏览|阅读|模式|辅助|版)|返回顶部|相关(阅读|链接|新闻|推荐)|您访问的链接|为您推荐",
    re.IGNORECASE,
)
_SHARE = frozenset(
    [
        "分享",
        "收藏",
        "在看",
        "点赞",
        "打印",
        "关闭",
        "打印本页",
        "关闭窗口",
        "返回顶部",
        "上一篇",
        "下一篇",
        "图片",
        "↓↓↓",
        "扫一扫",
        "具体如下",
    ]
)
_DATED = re.compile(r"^(?:发布日期|发布时间|成文日期|发文日期)\s*[:：]\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
# "7.2×1018" is 7.2×10^18 whose superscript a page lost: a decimal mantissa and a two-digit exponent say so;
# a length behind it ("1.5×1020毫米") or a further factor says that it is a size.
_LOST_POWER = re.compile(r"(\d+\.\d+)\s*[×xX]\s*10(1\d|2[0-4])(?![\d.]|\s*(?:毫米|厘米|米|mm|cm|m\b|像素|px|[×xX*]))")
_POWER = re.compile(r"(?<![\d.])10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BODY_LINE = 40
_SIGNED = re.compile(
    r"^([\u4e00-\u9fa5]{2,30}(人民政府|办公厅|办公室|委员会|局|厅|部|院)(办公厅|办公室)?|\d{4}年\d{1,2}月\d{1,2}日|.{2,12}〔\d{4}〕\d+号)$"
)


@dataclass(frozen=True)
class Cleaned:
    """Clean text, what was mended in it (in words), and the day the page around it names, if any."""

    text: str
    notes: tuple[str, ...] = ()
    dated: str | None = None


def clean(text: str) -> Cleaned:
    """Tidy lines, drop page furniture at the edges, mend lost superscripts and say so."""
    lines = tidy(text).split("\n")
    dated = next((_iso(found) for line in lines[:30] if (found := _DATED.match(line))), None)
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(_without_furniture(lines))).strip()
    joined = _POWER.sub(lambda found: f"10^{found.group(1).translate(_UP)}", joined)
    notes = tuple(
        f"原文“{found.group(0)}”丢失了上标，读作“{_mended(found)}”。" for found in _LOST_POWER.finditer(joined)
    )
    return Cleaned(_LOST_POWER.sub(_mended, joined), notes, dated)


def tidy(text: str) -> str:
    """Unicode and line ends made regular; lines without surrounding blanks."""
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    normal = re.sub(r"[\u2028\u2029\x0b\x0c\x85]", "\n", normal)
    normal = re.sub(r"[\u200b-\u200f\ufeff\u2060\x00-\x08\x0e-\x1f\x7f]", "", normal)
    normal = re.sub(r"[\u3000\u00a0\t]", " ", normal)
    return "\n".join(line.strip() for line in normal.split("\n"))


def _mended(found: re.Match[str]) -> str:
    return f"{found.group(1)}×10^{found.group(2)}"


def _iso(found: re.Match[str]) -> str:
    year, month, day = (int(part) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}"


def _without_furniture(lines: list[str]) -> list[str]:
    if not any(_BREADCRUMB.match(line) or _shared(line) or _imprint(line) for line in lines):
        return lines
    long = next((index for index, line in enumerate(lines) if _body(line)), None)
    if long is None:
        return [line for line in lines if not _furniture(line)]
    named = _named(lines[: long + 1])
    head = [line for line in lines[:long] if _own(line, named)]
    last = max(index for index, line in enumerate(lines) if index >= long and _content(line))
    return [*head, *(line for line in lines[long : last + 1] if not _furniture(line))]


def _body(line: str) -> bool:
    """Whether a line is running text: long, with punctuation, unlike a row of menu words."""
    return len(line) >= _BODY_LINE and bool(re.search(r"[,，。；;：:、]", line)) and not _furniture(line)


def _content(line: str) -> bool:
    """Whether a line belongs to the document, as opposed to what a page shows below it."""
    if not line or _furniture(line):
        return False
    marked = line[-1] in "。；：;:！？!?|" or is_heading(line) or re.match(r"^[-*>|]", line)
    return bool(marked or _body(line) or _SIGNED.match(line) or re.match(r"^[^:：]{2,10}[:：].", line))


def _furniture(line: str) -> bool:
    if _BREADCRUMB.match(line) or _LABEL.match(line) or _shared(line):
        return True
    return _imprint(line)


def _imprint(line: str) -> bool:
    """What stands below a page, not a sentence that happens to use such words."""
    return len(line) < 200 and bool(_IMPRINT.search(line)) and not re.search(r"[。；;]", line)


def _shared(line: str) -> bool:
    words = re.sub(r"[\[\]【】|！!。.]", " ", line).split()
    return bool(words) and all(word in _SHARE for word in words)


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
    kept = _SIGNED.match(line) or line[-1] in ":：。；" or is_heading(line)
    return bool(kept) or not named or _compact(line) in named or named in _compact(line)


def _compact(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
