"""Every kind of file a city writes becomes text with its tables, numbers, pages and sheets."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from bench import files
from bench.files import (
    docx,
    notices,
    ofd,
    ofd_text,
    paragraph,
    pdf,
    pdf_text,
    pptx,
    shape,
    sheet_rows,
    word_table,
    xlsx,
)
from knowledge import SUFFIXES, Job, Library, LoadedText, Passage, Query, open_library
from knowledge.loaders import loaders_by_suffix

W = files.W_NAMESPACE
RESULT = "| 武昌区 | 中南路步行街北口 | 80 | 中南路街道办事处 |"


def load(data: bytes, name: str) -> LoadedText:
    return loaders_by_suffix()[name[name.rindex(".") :]].load(data, name)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path)
    yield opened
    opened.close()


def ended(library: Library, job: Job) -> Job:
    while not job.ended:
        time.sleep(0.02)
        job = library.job(job.id)
    return job


def best(library: Library, question: str, base: str) -> Passage:
    found = library.search(Query(question, as_of=date(2026, 10, 1), bases=frozenset((base,))))
    return found.hits[0].passage


@pytest.mark.parametrize("name", [name for name in notices() if name not in ("notice.md", "notice.txt")])
def test_the_notice_is_read_whole_from_every_kind_of_file(name: str) -> None:
    loaded = load(notices()[name], name)
    assert "武昌区" in loaded.text
    assert "中南路步行街北口 | 80" in loaded.text
    if name not in ("notice.xlsx", "notice.csv"):
        assert files.NUMBER in loaded.text
        assert "应当在60分钟之内派人到场处理，逾期不处理的由街道代为清运。" in loaded.text
    assert "- 1 -" not in loaded.text


@pytest.mark.parametrize(
    ("name", "page", "sheet"),
    [
        ("notice.pdf", 2, None),
        ("notice.ofd", 2, None),
        ("notice.pptx", 3, None),
        ("notice.xlsx", None, "停放点位"),
        ("notice.docx", None, None),
        ("notice.csv", None, None),
    ],
)
def test_a_table_row_is_found_with_its_header_and_place(
    library: Library, name: str, page: int | None, sheet: str | None
) -> None:
    library.add(notices()[name], name, "operations")
    passage = best(library, "中南路步行街北口有多少泊位", "operations")
    assert RESULT in passage.text
    assert "| 行政区 | 停放点位 | 泊位数 | 责任单位 |" in passage.text
    assert (passage.page, passage.sheet) == (page, sheet)


@pytest.mark.parametrize("name", ["notice.pdf", "notice.docx", "notice.ofd", "notice.html", "notice.mht"])
def test_what_a_file_says_of_itself_is_known(library: Library, name: str) -> None:
    document = library.add(notices()[name], name, "operations")
    assert (document.title, document.number) == (files.TITLE, files.NUMBER)
    assert (document.effective_from, document.effective_to) == (date(2026, 9, 1), date(2031, 8, 31))
    for passage in library.passages(document.id):
        assert document.text[passage.start : passage.end] == passage.text


# Word


def test_words_own_numbers_are_rendered_and_headings_follow_styles() -> None:
    text = load(files.notice_docx(), "a.docx").text
    assert f"# {files.TITLE}\n" in text
    assert "## 一、总体要求\n" in text
    assert "## 四、施行日期\n" in text


def test_lists_count_by_level_and_start_again_below() -> None:
    def item(text: str, depth: int) -> str:
        return paragraph(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="5"/></w:numPr>')

    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for n, (form, pattern) in enumerate(
            (("decimal", "第%1条"), ("chineseCounting", "（%2）"), ("decimalEnclosedCircleChinese", "%3"))
        )
    )
    lists = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )
    body = item("甲", 0) + item("乙", 1) + item("丙", 1) + item("丁", 2) + item("戊", 0) + item("己", 1)
    assert load(docx(body, numbering=lists), "a.docx").text.split("\n") == [
        "第1条甲", "（一）乙", "（二）丙", "①丁", "第2条戊", "（一）己",
    ]  # fmt: skip


def test_only_accepted_changes_are_read() -> None:
    changed = (
        "<w:p><w:r><w:t>时限</w:t></w:r><w:del><w:r><w:delText>30</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>60</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:t>分钟</w:t></w:r></w:p>"
    )
    joined = paragraph("两段", "<w:rPr><w:del/></w:rPr>") + paragraph("合一")
    assert load(docx(changed + joined), "a.docx").text == "时限60分钟\n两段合一"


def test_text_boxes_footnotes_and_content_controls_are_read_once() -> None:
    space = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    box = f"<w:r><mc:AlternateContent {space}>{{}}</mc:AlternateContent></w:r>"
    inside = f"<w:txbxContent>{paragraph('框里的字')}</w:txbxContent>"
    copies = box.format(f"<mc:Choice>{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback>")
    note = '<w:r><w:footnoteReference w:id="3"/></w:r>'
    control = f"<w:sdt><w:sdtContent>{paragraph('控件里的字')}</w:sdtContent></w:sdt>"
    notes = f'<w:footnotes {W}><w:footnote w:id="3">{paragraph("含法定节假日")}</w:footnote></w:footnotes>'
    text = load(
        docx(paragraph("七日内办结", after=note) + paragraph("图", after=copies) + control, footnotes=notes), "a.docx"
    )
    assert text.text.split("\n") == ["七日内办结（注：含法定节假日）", "图", "框里的字", "控件里的字"]


def test_merged_cells_repeat_down_and_every_row_group_has_the_header() -> None:
    rows = [("区", "点位", "说明")] + [("江岸区" if n == 0 else "", f"点位{n}", "白线框内停放" * 5) for n in range(20)]
    merges = {(n, 0): '<w:vMerge w:val="restart"/>' if n == 1 else "<w:vMerge/>" for n in range(1, 21)}
    blocks = load(docx(word_table(rows, merges)), "a.docx").text.split("\n\n")
    assert len(blocks) > 3
    assert all(block.startswith("| 区 | 点位 | 说明 |\n| --- | --- | --- |\n| 江岸区 |") for block in blocks)
    assert sum(block.count("| 江岸区 |") for block in blocks) == 20


def test_a_header_of_two_rows_names_each_column_in_full() -> None:
    wide, tall, more = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = word_table(
        [("区", "联系方式"), ("", "电话", "地址"), ("武昌", "88", "中南路")], {(0, 0): tall, (0, 1): wide, (1, 0): more}
    )
    assert load(docx(table), "a.docx").text.split("\n")[0] == "| 区 | 联系方式/电话 | 联系方式/地址 |"


def test_pages_of_a_word_file_are_those_it_was_last_shown_with() -> None:
    turn = "<w:r><w:lastRenderedPageBreak/></w:r>"
    body = (
        paragraph("第一页的话。") + f"<w:p>{turn}<w:r><w:t>第二页的话。</w:t></w:r></w:p>" + paragraph("还在第二页。")
    )
    loaded = load(docx(body), "a.docx")
    assert [(mark.page, loaded.text[mark.start :][:3]) for mark in loaded.marks] == [(1, "第一页"), (2, "还在第")]


# Excel and CSV


def test_dates_percentages_and_saved_formula_values_are_shown_as_in_excel() -> None:
    styles = (
        f"<styleSheet {files.S_NAMESPACE}><numFmts>"
        '<numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
        '<numFmt numFmtId="171" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="10"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>'
    )
    values = ((0, "1.5"), (1, "46266"), (2, "0.985"), (3, "46266"), (4, "42"))
    cells = "".join(f'<c s="{style}"><v>{value}</v></c>' for style, value in values)
    formula = "<c><f>1+1</f><v>2</v></c><c><f>NOW()</f></c>"
    loaded = load(xlsx({"a": f"<sheetData><row>{cells}{formula}</row></sheetData>"}, styles=styles), "a.xlsx")
    assert "| 1.5 | 2026-09-01 | 98.5% | 2026-09-01 | 000042 | 2 |" in loaded.text
    assert "公式没有保存结果" in loaded.notes[0]


def test_hidden_sheets_are_left_out_and_said() -> None:
    loaded = load(files.notice_xlsx(), "a.xlsx")
    assert "内部底稿" not in loaded.text
    assert loaded.notes == ("隐藏的工作表没有读取：草稿。",)


def test_a_merged_area_counts_for_each_of_its_rows_and_titles_stand_above() -> None:
    text = load(files.notice_xlsx(), "a.xlsx").text
    assert text.startswith(f"## 停放点位\n{files.TITLE}附表\n\n| 行政区 |")
    assert "| 江岸区 | 后湖大道地铁站C口 | 60 |" in text


def test_two_tables_on_a_sheet_keep_their_own_headers() -> None:
    rows = [("区", "泊位"), ("武昌", 80.0), (), ("单位", "电话"), ("城管", "027"), (), ("汉阳", 9.0)]
    assert load(xlsx({"a": sheet_rows(rows)}), "a.xlsx").text.count("| 单位 | 电话 |\n| --- | --- |") == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_delimited_table_is_read_in_any_encoding_and_dialect(encoding: str, mark: str) -> None:
    source = f'区{mark}说明\r\n武昌{mark}"甲{mark}乙\n丙"\r\n'.encode(encoding)
    assert load(source, "a.csv").text == f"| 区 | 说明 |\n| --- | --- |\n| 武昌 | 甲{mark.strip()}乙；丙 |"


def test_a_table_of_a_web_page_repeats_its_header_and_merged_cells() -> None:
    first = "<tr><td rowspan=30>江岸区</td><td>点位</td><td>停放在白线框内并且不得占用盲道</td></tr>"
    more = "<tr><td>点位</td><td>停放在白线框内并且不得占用盲道</td></tr>" * 29
    page = f"<p>见下表。</p><table><tr><th>区</th><th>点位</th><th>要求</th></tr>{first}{more}</table>".encode()
    blocks = load(page, "a.html").text.split("\n\n")[1:]
    assert len(blocks) > 2
    assert all(block.startswith("| 区 | 点位 | 要求 |\n| --- | --- | --- |\n| 江岸区 |") for block in blocks)


# Presentations


def test_slides_are_read_from_top_to_bottom_without_their_furniture() -> None:
    hidden = shape("没有定稿", "title")
    first = (
        shape("下面", y=5_000_000)
        + shape("上面", y=1_000_000)
        + shape("标题", "title")
        + shape("2026", "dt")
        + shape("7", "sldNum")
    )
    loaded = load(pptx([first, hidden], hidden=[2]), "a.pptx")
    assert loaded.text == "## 标题\n上面\n下面"
    assert loaded.notes == ("隐藏的第 2 页没有读取。",)


# PDF and OFD


def test_lines_of_a_pdf_are_joined_without_blanks_and_edges_are_dropped() -> None:
    loaded = load(files.notice_pdf(), "a.pdf")
    assert "为加强共享单车停放管理，维护市容环境秩序，结合我市实际，现就有关事项通知如下。\n" in loaded.text
    assert loaded.text.startswith(f"# {files.TITLE}\n")
    assert [mark.page for mark in loaded.marks] == [1, 2]


def columns(place: str) -> bytes:
    """A page of two columns, thirteen characters wide, seven lines each."""
    lines = []
    for side, x in (("左", 60), ("右", 310)):
        for n in range(7):
            lines.append((x, 700 - 24 * n, f"{side}栏第{'一二三四五六七'[n]}行的文字排到这里"))
    if place == "pdf":
        return pdf(
            [pdf_text(150, 780, "横跨两栏的一个很长很长的标题", 18) + "".join(pdf_text(x, y, t) for x, y, t in lines)]
        )
    placed = "".join(ofd_text(x * 0.35, (842 - y) * 0.35, text, 5.6) for x, y, text in lines)
    return ofd([ofd_text(50, 15, "横跨两栏的一个很长很长的标题", 6.3) + placed])


@pytest.mark.parametrize("place", ["pdf", "ofd"])
def test_two_columns_are_read_one_after_the_other(place: str) -> None:
    text = load(columns(place), f"a.{place}").text
    assert text.index("标题") < text.index("左栏第一行") < text.index("左栏第七行") < text.index("右栏第一行")


def test_a_paragraph_goes_on_over_the_page_and_english_words_keep_their_blanks() -> None:
    def line(y: float, text: str) -> str:
        return pdf_text(60, y, text)

    first = line(700, "这一段文字从第一页开始一直写到右边的页边并且") + line(
        100, "在这一页的最后一行仍然没有写完于是就要接着在"
    )
    second = line(700, "第二页写完它。") + line(650, "Use the Hanzhi APP now")
    text = load(pdf([first, second]), "a.pdf").text
    assert "接着在第二页写完它。" in text
    assert "Use the Hanzhi APP now" in text


def test_a_table_without_lines_is_still_a_table() -> None:
    rows = [("区", "点位", "泊位"), ("江岸", "黎黄陂路", "40"), ("武昌", "中南路口", "80"), ("汉阳", "钟家村站", "60")]
    drawn = "".join(
        pdf_text(60 + 150 * c, 700 - 30 * r, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)
    )
    assert "| 武昌 | 中南路口 | 80 |" in load(pdf([drawn]), "a.pdf").text


# Archives


def test_each_file_of_a_zip_becomes_a_document_of_its_own(library: Library) -> None:
    inside = {f"附件/{name}": data for name, data in notices().items()}
    job = ended(library, library.submit(files.zipped({**inside, "run.exe": b"MZ"}), "资料.zip", "operations"))
    parts = [ended(library, library.job(part)) for part in job.parts]
    assert (job.state, job.document_id, len(parts)) == ("done", None, len(inside) + 1)
    assert {part.source_name for part in parts if part.state == "done"} == {f"资料.zip/{name}" for name in inside}
    refused = [part for part in parts if part.state == "failed"]
    assert [part.source_name for part in refused] == ["资料.zip/run.exe"]
    assert "还不能读 .exe" in (refused[0].problem or "")
    assert len(library.documents("operations")) == len(inside)


def test_the_same_zip_again_adds_nothing(library: Library) -> None:
    data = files.zipped({"a.md": files.notice_md()})
    for _ in range(2):
        job = ended(library, library.submit(data, "a.zip", "operations"))
        assert [ended(library, library.job(part)).state for part in job.parts] == ["done"]
    assert [document.version for document in library.documents("operations")] == [1]


def test_names_in_gbk_are_read_as_their_maker_wrote_them(library: Library) -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("XXXX.txt", "停放在白线框内。")
    data = held.getvalue().replace(b"XXXX.txt", "通知".encode("gbk") + b".txt")
    job = ended(library, library.submit(data, "a.zip", "operations"))
    assert library.job(job.parts[0]).source_name == "a.zip/通知.txt"


def test_every_built_in_kind_is_listed() -> None:
    assert {".txt", ".md", ".html", ".pdf", ".docx", ".xlsx", ".csv", ".pptx", ".ofd", ".zip", ".mht"} <= set(SUFFIXES)
