"""A kill in the middle of the vectors' own bookkeeping costs a rebuild, never the library."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest

from knowledge import Query, open_library

GUIDE = "# 指南{n}\n\n" + "\n\n".join(f"## 第{i}节\n\n第{i}件事的办理时限为{i}个工作日。" for i in range(700))


def test_vectors_whose_files_were_torn_are_filled_anew_at_the_next_opening(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = open_library(tmp_path)
    kept = [library.add(GUIDE.replace("{n}", str(n)).encode(), f"guide-{n}.md", "government").id for n in range(2)]
    library._store.set_stage(kept[:1], "writing")
    library.close()
    for torn in tmp_path.glob("vectors/*/*.bin"):
        torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 3])
    with caplog.at_level(logging.ERROR, "knowledge.intake"):
        again = open_library(tmp_path)
    try:
        assert "the vectors are damaged" in caplog.text
        assert [each.id for each in again.documents()] == kept[1:]
        assert again.search(Query("第300节的办理时限", date(2026, 11, 25))).hits
        assert again.verify().agree
    finally:
        again.close()
