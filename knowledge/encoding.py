"""Bytes → text: the encodings Chinese offices use, and a clear refusal of what is not text."""

from __future__ import annotations

import codecs
import re
import unicodedata

from .errors import UnreadableDocument

MAX_BYTES = 20_000_000
_COMMON = re.compile(r"[\t\n\r\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e“”‘’—…·]")
_PLAIN = 0.95
_BINARY = "文件 {0} 是二进制文件，读不出文字。请上传文本、Markdown 或网页文件。"


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
    if b"\0" in data:
        raise UnreadableDocument(_BINARY.format(name))
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
    if b"\0" in data[:20_000] and len(data) % 2 == 0:
        # Perhaps UTF-16 without a mark: one of the two byte orders then gives common letters only.
        found = max(("utf-16-le", "utf-16-be"), key=lambda encoding: _plain_share(data, encoding))
        if _plain_share(data, found) > _PLAIN:
            return (found,)
    return ("utf-8", "gb18030")


def _plain_share(data: bytes, encoding: str) -> float:
    head = data[:4000].decode(encoding, errors="replace")
    return len(_COMMON.findall(head)) / len(head)


def _refuse_binary(text: str, name: str) -> str:
    head = text[:10_000]
    odd = sum(
        unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs") and letter not in "\n\r\t\f\x85" for letter in head
    )
    if "\0" in text or odd > max(2, len(head) // 100):
        raise UnreadableDocument(_BINARY.format(name))
    return text
