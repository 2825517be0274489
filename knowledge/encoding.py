"""Bytes → text: the encodings Chinese offices use, and a clear refusal of what is not text."""

from __future__ import annotations

import codecs
import unicodedata

from .errors import UnreadableDocument

MAX_BYTES = 20_000_000


def decode(data: bytes, name: str) -> str:
    """Bytes as text; anything that is not text is refused with what to do."""
    if not data.strip():
        raise UnreadableDocument(f"文件 {name} 是空的。请检查文件后重新上传。")
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(f"文件 {name} 超过 {MAX_BYTES // 1_000_000} MB。请拆分后再上传。")
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _refuse_binary(text, name)
    raise UnreadableDocument(f"文件 {name} 不是可识别的文本编码。请另存为 UTF-8 文本后再上传。")


def _encodings(data: bytes) -> tuple[str, ...]:
    """The encodings worth trying, most certain first; a declared GB2312 is read as the larger GB18030."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return (encoding,)
    # UTF-16 without a mark: line ends and Latin letters leave NULs at one parity only.
    head = data[:20_000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(data) % 2 == 0 and (even == 0) != (odd == 0):
        return ("utf-16-le",) if odd else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _refuse_binary(text: str, name: str) -> str:
    head = text[:10_000]
    odd = sum(
        unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs") and letter not in "\n\r\t\f\x85" for letter in head
    )
    if "\0" in text or odd > max(2, len(head) // 100):
        raise UnreadableDocument(f"文件 {name} 是二进制文件，读不出文字。请上传文本、Markdown 或网页文件。")
    return text
