"""Web pages saved whole: `.html`, and `.mht`/`.mhtml` in which the page comes as the first part of a message."""

from __future__ import annotations

import email
import email.policy

from ..errors import UnreadableDocument
from ..records import LoadedText
from ..webpage import HtmlLoader
from .sniff import NAMES, kind_of


class PageLoader:
    """`.html`, `.htm`, `.mht`, `.mhtml`."""

    suffixes = (".html", ".htm", ".mht", ".mhtml")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        found = kind_of(data)
        if found not in ("html", "text"):
            raise UnreadableDocument(f"文件 {name} 的内容其实是{NAMES[found]}，不是网页。请把后缀改成相应的再上传。")
        if name.lower().endswith((".mht", ".mhtml")):
            data = _page_of(data, name)
        return HtmlLoader().load(data, name)


def _page_of(data: bytes, name: str) -> bytes:
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                charset = part.get_content_charset()
                return body.decode(charset, "replace").encode() if charset in ("gb2312", "gbk", "gb18030") else body
    raise UnreadableDocument(f"文件 {name} 里没有网页。请用浏览器重新保存为完整网页。")
