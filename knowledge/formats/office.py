"""Open an Office file (.docx, .xlsx, .pptx) at its main part."""

from __future__ import annotations

import posixpath

from ..errors import UnreadableDocument
from .package import Package, relations
from .sniff import expect

_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


class OfficePackage(Package):
    """An Office file and the name of its main part."""

    main: str = ""


def office_package(data: bytes, name: str, kind: str) -> OfficePackage:
    """Open a file that should be of this kind; says so when it is another."""
    expect(data, name, kind)
    package = OfficePackage(data, name)
    if not package.has("[Content_Types].xml"):
        raise UnreadableDocument(f"文件 {name} 缺少必要的部分，可能没有传完整。请重新导出后再上传。")
    package.main = next(
        (
            part
            for part in relations(package, "").values()
            if package.has(part) and posixpath.basename(part).startswith(posixpath.basename(_MAIN[kind])[:8])
        ),
        _MAIN[kind],
    )
    return package
