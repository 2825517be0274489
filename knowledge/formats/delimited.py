"""Tables as text: comma, semicolon or tab between the cells, in any encoding that Chinese offices use."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath

from ..encoding import decode
from ..errors import UnreadableDocument
from ..records import LoadedText
from .limits import MAX_CELLS, MAX_COLUMNS
from .sheets import Sheet, write_sheet
from .sniff import expect
from .text import TextBuilder

_LONGEST_FIELD = 100_000


class DelimitedLoader:
    """`.csv` and `.tsv`."""

    suffixes = (".csv", ".tsv")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            expect(data, name, "text")
        source = decode(data, name)
        csv.field_size_limit(_LONGEST_FIELD)
        rows: dict[int, dict[int, str]] = {}
        count = 0
        try:
            for number, row in enumerate(csv.reader(io.StringIO(source, newline=""), delimiter=_delimiter(source)), 1):
                held = {column: value for column, value in enumerate(row[:MAX_COLUMNS], 1) if value.strip()}
                count += len(held)
                if count > MAX_CELLS:
                    raise UnreadableDocument(
                        f"表格 {name} 有内容的单元格超过 {MAX_CELLS // 10_000} 万个。请拆成几个文件后再上传。"
                    )
                if held:
                    rows[number] = held
        except csv.Error:
            raise UnreadableDocument(
                f"表格 {name} 有一格超过 {_LONGEST_FIELD // 10_000} 万字，或引号没有成对。请检查后重新导出。"
            ) from None
        text = TextBuilder(name)
        write_sheet(Sheet("Sheet1", rows), text)
        return LoadedText(text.loaded().text, title=text.title or PurePath(name).stem)


def _delimiter(source: str) -> str:
    """The mark that divides the first lines most evenly."""
    lines = [line for line in source[:20_000].splitlines()[:20] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in "\t,;|，"}
    # Every line has at least as many as the poorest; a comma inside prose is in few lines only.
    return max(counts, key=lambda mark: (min(counts[mark], default=0), sum(counts[mark])))
