"""Open zip files and the XML in them without believing what they say of themselves."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from ..errors import UnreadableDocument
from .limits import (
    MAX_DEPTH,
    MAX_PART_BYTES,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FROM_BYTES,
)

_DIRECTORY_END = b"PK\x05\x06"
_LOCKED = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, OSError)


class Package:
    """A zip file; every read is counted against the limits, and declared sizes are checked first."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._refuse_crowd(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*BROKEN, ValueError):
            raise broken(name) from None
        self._parts = {info.filename.lstrip("/").replace("\\", "/"): info for info in self._zip.infolist()}
        self._lower = {part.lower(): part for part in self._parts}
        self._read = 0
        self._refuse_bomb()

    def infos(self) -> list[zipfile.ZipInfo]:
        """The directory, in order."""
        return self._zip.infolist()

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self._lower

    def open(self, part: str) -> io.BufferedIOBase:
        """A part to read from; more than it may hold is an error."""
        found = self._lower.get(part.lower())
        if found is None:
            raise UnreadableDocument(f"文件 {self.name} 缺少内部文件 {part}，可能没有传完。请重新导出后再上传。")
        return self.open_info(self._parts[found])

    def open_info(self, info: zipfile.ZipInfo) -> io.BufferedIOBase:
        """The same by directory entry."""
        if info.flag_bits & _LOCKED:
            raise locked(self.name)
        try:
            return _Counted(self._zip.open(info), self)
        except BROKEN:
            raise broken(self.name) from None

    def read(self, part: str) -> bytes:
        """A part as a whole."""
        with self.open(part) as stream:
            return stream.read()

    def xml(self, part: str) -> Any:
        """A part as a tree, for small parts; large ones are streamed by `elements`."""
        root = None
        for _, element in _events(self.open(part), self.name, None):
            root = element
        if root is None:
            raise broken(self.name)
        return root

    def elements(self, part: str, *tags: str) -> Iterator[Any]:
        """Each outermost of the `tags` of a part, complete; it is forgotten when the next one is asked for."""
        with self.open(part) as stream:
            inside = 0
            for event, element in _events(stream, self.name, tags):
                inside += 1 if event == "start" else -1
                if event == "end" and inside == 0:
                    yield element
                    _forget(element)

    def count(self, size: int) -> None:
        """Add to what was unpacked so far."""
        self._read += size
        if self._read > MAX_UNPACKED_BYTES:
            raise bomb(self.name)

    def _refuse_crowd(self, data: bytes) -> None:
        # The directory is looked at before zipfile builds an object for each of its entries.
        end = data.rfind(_DIRECTORY_END, max(0, len(data) - 66_000))
        if end < 0 or len(data) < end + 22:
            raise broken(self.name)
        entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
        if entries > MAX_PARTS or size > MAX_PARTS * 400:
            raise UnreadableDocument(f"压缩包 {self.name} 里的文件超过 {MAX_PARTS} 个。请分成几个压缩包再上传。")

    def _refuse_bomb(self) -> None:
        total = sum(info.file_size for info in self._zip.infolist())
        for info in self._zip.infolist():
            ratio = info.file_size / max(info.compress_size, 1)
            if info.file_size > MAX_PART_BYTES or (info.file_size > RATIO_FROM_BYTES and ratio > MAX_RATIO):
                raise bomb(self.name)
        if total > MAX_UNPACKED_BYTES:
            raise bomb(self.name)


def relations(package: Package, part: str) -> dict[str, str]:
    """Relation id → the part it leads to, for an Office part."""
    folder, leaf = posixpath.split(part)
    place = f"{folder}/_rels/{leaf}.rels".lstrip("/")
    if not package.has(place):
        return {}
    found = {}
    for each in package.xml(place):
        target, ident = each.get("Target") or "", each.get("Id") or ""
        if each.get("TargetMode") != "External":
            joined = target if target.startswith("/") else posixpath.join(folder, target)
            found[ident] = posixpath.normpath(joined).lstrip("/")
    return found


def broken(name: str) -> UnreadableDocument:
    """The failure of a damaged file."""
    return UnreadableDocument(f"文件 {name} 已损坏或没有传完整。请确认它能正常打开，再重新上传。")


def locked(name: str) -> UnreadableDocument:
    """The failure of an encrypted file."""
    return UnreadableDocument(f"文件 {name} 设有密码。请去掉密码后再上传。")


def bomb(name: str) -> UnreadableDocument:
    """The failure of a file that unpacks to far more than it is."""
    return UnreadableDocument(f"文件 {name} 解压后过大，疑似压缩炸弹。请检查来源；确是正常文件的，请拆分后再上传。")


class _Counted(io.BufferedIOBase):
    """A stream that counts what it gives."""

    def __init__(self, stream: IO[bytes], package: Package) -> None:
        self._stream, self._package, self._given = stream, package, 0

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(65_536), b""))
        try:
            data = self._stream.read(size)
        except BROKEN:
            raise broken(self._package.name) from None
        except RuntimeError:
            raise locked(self._package.name) from None
        self._given += len(data)
        self._package.count(len(data))
        if self._given > MAX_PART_BYTES:
            raise bomb(self._package.name)
        return data

    def readable(self) -> bool:
        return True


def _events(stream: io.BufferedIOBase, name: str, tags: tuple[str, ...] | None) -> Iterator[tuple[str, Any]]:
    """Parse events; a document type, too deep nesting or broken XML ends them."""
    source = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    first, depth = True, 0
    try:
        for event, element in source:
            if first and element.getroottree().docinfo.internalDTD is not None:
                raise UnreadableDocument(
                    f"文件 {name} 的内部 XML 带有文档类型声明（可能藏有实体炸弹），不予读取。"
                    "请用 WPS 或 Office 打开并另存一次，再上传。"
                )
            first = False
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise broken(name)
            yield event, element
    except etree.XMLSyntaxError:
        raise broken(name) from None


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
