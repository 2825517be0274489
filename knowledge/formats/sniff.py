"""What a file really is, by its first bytes, so that a wrong suffix is said in words."""

from __future__ import annotations

from ..errors import UnreadableDocument

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx", "ppt/presentation.xml": "pptx", "ofd.xml": "ofd"}
NAMES = {
    "pdf": "PDF",
    "docx": "Word 文档（.docx）",
    "xlsx": "Excel 表格（.xlsx）",
    "pptx": "演示文稿（.pptx）",
    "ofd": "OFD 版式文件",
    "zip": "压缩包（.zip）",
    "ole": "旧版 Office 文件",
    "rtf": "RTF 文档",
    "image": "图片",
    "html": "网页",
    "text": "纯文本",
}
_CONVERT = {
    ".doc": ".docx", ".dot": ".docx", ".wps": ".docx", ".rtf": ".docx", ".odt": ".docx",
    ".xls": ".xlsx", ".et": ".xlsx", ".ods": ".xlsx", ".xlsb": ".xlsx",
    ".ppt": ".pptx", ".dps": ".pptx", ".odp": ".pptx",
    ".rar": ".zip", ".7z": ".zip", ".tar": ".zip", ".gz": ".zip", ".tgz": ".zip",
}  # fmt: skip
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")


def kind_of(data: bytes) -> str:
    """The kind of a file by its content; `text` when nothing says otherwise."""
    head = data[:1024].lstrip()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    for start, kind in ((b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image")):
        if head.startswith(start):
            return kind
    if data.startswith(_OLE):
        return "ole"
    return "html" if head[:200].lower().startswith((b"<!doctype html", b"<html")) else "text"


def expect(data: bytes, name: str, wanted: str) -> None:
    """Refuse a file whose content is of another kind than its name says."""
    if not data.strip():
        raise UnreadableDocument(f"文件 {name} 是空的。请检查文件后重新上传。")
    found = kind_of(data)
    if found == wanted:
        return
    if found == "ole":
        _refuse_ole(data, name, wanted)
    if found == "text":
        raise UnreadableDocument(
            f"文件 {name} 已损坏或没有传完整，内容不是{NAMES[wanted]}。请确认它能正常打开，再重新上传。"
        )
    if found == "zip" and wanted != "text":
        raise UnreadableDocument(f"文件 {name} 不是{NAMES[wanted]}：里面缺少必要的部分。请重新导出后再上传。")
    raise UnreadableDocument(f"文件 {name} 的内容其实是{NAMES[found]}。请把后缀改成相应的，或重新导出后再上传。")


def advice(suffix: str) -> str:
    """What to do with a file of a kind that is not read; empty when there is nothing better to say."""
    if suffix in _CONVERT:
        return (
            f"请用 WPS 或 Office 打开后另存为 {_CONVERT[suffix]}，再上传。"
            if _CONVERT[suffix] != ".zip"
            else ("请改用 .zip 格式压缩，再上传。")
        )
    if suffix in _PICTURES:
        return "请先对图片做文字识别（OCR），把识别出的文字存成文档再上传。"
    return ""


def _refuse_ole(data: bytes, name: str, wanted: str) -> None:
    if _ENCRYPTED in data:
        raise UnreadableDocument(f"文件 {name} 设有密码。请去掉密码后再上传。")
    raise UnreadableDocument(
        f"文件 {name} 是旧版 Office 文件（.doc、.xls、.ppt 一类）。请用 WPS 或 Office 打开，另存为新格式后再上传。"
    )


def _kind_of_zip(data: bytes) -> str:
    """By the names in the directory at the end; a broken one is told by whoever opens the file."""
    end = data.rfind(b"PK\x05\x06")
    size = int.from_bytes(data[end + 12 : end + 16], "little") if end >= 0 else 0
    names = data[max(0, end - size) : end].lower() if size else data[:4096].lower()
    return next((kind for part, kind in _PARTS.items() if part.encode() in names), "zip")
