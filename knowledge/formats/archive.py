"""Zip archives: the files inside, one by one, never written to disk."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipInfo

from ..errors import UnreadableDocument
from .limits import MAX_BYTES, MAX_INNER_FILES
from .package import Package, bomb
from .sniff import NAMES, kind_of

_UTF8 = 0x800
_UNSEEN = ("__MACOSX/", "Thumbs.db", ".DS_Store", "desktop.ini")


@dataclass(frozen=True)
class InnerFile:
    """A file of an archive with its path inside it."""

    name: str
    data: bytes


def inner_files(data: bytes, name: str) -> Iterator[InnerFile]:
    """The files of an archive in order; each is unpacked only when its turn comes."""
    if not data.strip():
        raise UnreadableDocument(f"压缩包 {name} 是空的。请检查文件后重新上传。")
    found = kind_of(data)
    if found in ("docx", "xlsx", "pptx", "ofd", "pdf", "ole"):
        raise UnreadableDocument(f"文件 {name} 的内容其实是{NAMES[found]}。请把后缀改成相应的再上传。")
    package = Package(data, name)
    chosen = [info for info in package.infos() if not info.is_dir() and not _unseen(info.filename)]
    if not chosen:
        raise UnreadableDocument(f"压缩包 {name} 里没有文件。请检查后重新上传。")
    if len(chosen) > MAX_INNER_FILES:
        raise UnreadableDocument(f"压缩包 {name} 里的文件超过 {MAX_INNER_FILES} 个。请分成几个压缩包再上传。")
    for info in chosen:
        if info.file_size > MAX_BYTES:
            raise bomb(name)
    for info in chosen:
        with package.open_info(info) as stream:
            yield InnerFile(_name(info), stream.read())


def _unseen(path: str) -> bool:
    return path.startswith(_UNSEEN) or posixpath.basename(path).startswith(("._", "~$")) or path.endswith(_UNSEEN)


def _name(info: ZipInfo) -> str:
    """The path as its maker wrote it: without the UTF-8 mark, Chinese tools mean GBK where zip means CP437."""
    path = info.filename
    if not info.flag_bits & _UTF8:
        path = _guessed(path.encode("cp437", "replace"))
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)[-200:] or "未命名"


def _guessed(raw: bytes) -> str:
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
    # 通知 or 联通 in GBK are also valid UTF-8, of letters that no Chinese file name has.
    return raw.decode("gb18030", "replace") if any("\x7f" < letter < "\u2000" for letter in path) else path
