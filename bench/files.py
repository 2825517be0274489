"""Files of every kind, written from code: what a city office sends, for tests and measurements.

All are made by hand from the formats' own rules, so that nothing binary lies in the repository and no writer library
is needed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

TITLE = "武汉市城市管理执法委员会关于规范共享单车停放的通知"
NUMBER = "武城管规〔2026〕7号"
HEADER = ("行政区", "停放点位", "泊位数", "责任单位")
ROWS = (
    ("江岸区", "黎黄陂路口东侧", "40", "江岸区城管执法局"),
    ("江岸区", "后湖大道地铁站C口", "60", "后湖街道办事处"),
    ("武昌区", "中南路步行街北口", "80", "中南路街道办事处"),
    ("汉阳区", "钟家村换乘站广场", "120", "汉阳区城管执法局"),
)
PARAGRAPHS = (
    "各区城管执法局，各有关单位：",
    "为加强共享单车停放管理，维护市容环境秩序，结合我市实际，现就有关事项通知如下。",
    "一、总体要求",
    "坚持总量控制、属地管理、企业主责的原则，重点区域违规停放率控制在5%以内。",
    "二、停放点位",
    "（一）停放点位由各区划定，每处停放区应当画出白线框并且设置标识牌，具体见附表。",
    "三、清运时限",
    "运营企业接到清运通知以后，应当在60分钟之内派人到场处理，逾期不处理的由街道代为清运。",
    "四、施行日期",
    "本通知自2026年9月1日起施行，有效期5年。",
)
W_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S_NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R_NAMESPACE = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
P_NAMESPACE = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return held.getvalue()


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """A relations part: id → (kind, target)."""
    inside = "".join(
        f'<Relationship Id="{name}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


# Word


def docx(body: str, **parts: str) -> bytes:
    """A Word file around the XML of its body; `parts` are further files of the folder `word`, without `.xml`."""
    document = f"<w:document {W_NAMESPACE} {R_NAMESPACE}><w:body>{body}</w:body></w:document>"
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": relations({"r1": ("officeDocument", "word/document.xml")}),
            "word/document.xml": document,
            "word/_rels/document.xml.rels": relations({name: (name, f"{name}.xml") for name in parts}),
            **{f"word/{name}.xml": text for name, text in parts.items()},
        }
    )


def paragraph(text: str, properties: str = "", after: str = "") -> str:
    """A paragraph of Word's XML."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r>{after}</w:p>"


def word_table(rows: Sequence[Sequence[str]], merges: Mapping[tuple[int, int], str] | None = None) -> str:
    """A table of Word's XML; `merges` gives a cell's `tcPr` content."""
    lines = (
        "".join(
            f"<w:tc><w:tcPr>{(merges or {}).get((r, c), '')}</w:tcPr>{paragraph(cell)}</w:tc>"
            for c, cell in enumerate(row)
        )
        for r, row in enumerate(rows)
    )
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def notice_docx() -> bytes:
    """The notice as a Word file: headings numbered by Word itself, a table with a merged cell."""
    numbered = '<w:pStyle w:val="H1"/>'
    body = [paragraph(TITLE, '<w:pStyle w:val="T"/>'), paragraph(NUMBER)]
    for text in PARAGRAPHS:
        head, _, rest = text.partition("、")
        body.append(paragraph(rest, numbered) if head in ("一", "二", "三", "四") else paragraph(text))
    merges = {(1, 0): '<w:vMerge w:val="restart"/>', (2, 0): "<w:vMerge/>"}
    styles = (
        f'<w:styles {W_NAMESPACE}><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    )
    numbering = (
        f'<w:numbering {W_NAMESPACE}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    table = word_table([HEADER, *ROWS], merges)
    return docx("".join(body) + table, styles=styles, numbering=numbering)


# Excel


def xlsx(sheets: Mapping[str, str], hidden: Sequence[str] = (), styles: str = "", strings: str = "") -> bytes:
    """An Excel file: sheet name → the XML inside its `worksheet`."""

    def state(name: str) -> str:
        return ' state="hidden"' if name in hidden else ""

    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"{state(name)}/>' for n, name in enumerate(sheets, 1)
    )
    targets = {f"s{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
    extra = {"styles": styles, "sharedStrings": strings}
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": relations({"r1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": f"<workbook {S_NAMESPACE} {R_NAMESPACE}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": relations(
                {**targets, **{name: (name, f"{name}.xml") for name, text in extra.items() if text}}
            ),
            **{f"xl/{name}.xml": text for name, text in extra.items() if text},
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {S_NAMESPACE}>{inside}</worksheet>"
                for n, inside in enumerate(sheets.values(), 1)
            },
        }
    )


def sheet_rows(rows: Sequence[Sequence[str | float]], merges: Sequence[str] = ()) -> str:
    """The XML of a sheet's rows: texts inline, numbers as numbers; `merges` as A1:B2."""
    lines = []
    for r, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row) if value != "")
        lines.append(f'<row r="{r}">{cells}</row>')
    joined = "".join(f'<mergeCell ref="{each}"/>' for each in merges)
    return f"<sheetData>{''.join(lines)}</sheetData><mergeCells>{joined}</mergeCells>"


def _cell(place: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def notice_xlsx() -> bytes:
    """The notice's table as a workbook with a hidden sheet."""
    rows: list[Sequence[str | float]] = [(f"{TITLE}附表",), HEADER]
    rows += [(area, place, float(count), who) for area, place, count, who in ROWS]
    rows[3] = ("", *rows[3][1:])
    inside = sheet_rows(rows, ["A1:D1", "A3:A4"])
    return xlsx({"停放点位": inside, "草稿": sheet_rows([("内部底稿",)])}, hidden=["草稿"])


# Presentations


def pptx(slides: Sequence[str], hidden: Sequence[int] = ()) -> bytes:
    """A presentation of the shapes' XML of each slide."""
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in range(1, len(slides) + 1))
    shown = [' show="0"' if n in hidden else "" for n in range(1, len(slides) + 1)]
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": relations({"r1": ("officeDocument", "ppt/presentation.xml")}),
            "ppt/presentation.xml": f"<p:presentation {P_NAMESPACE} {R_NAMESPACE}><p:sldIdLst>{listed}</p:sldIdLst>"
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                {f"s{n}": ("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1)}
            ),
            **{
                f"ppt/slides/slide{n}.xml": f"<p:sld {P_NAMESPACE}{shown[n - 1]}><p:cSld><p:spTree>{inside}"
                "</p:spTree></p:cSld></p:sld>"
                for n, inside in enumerate(slides, 1)
            },
        }
    )


def shape(text: str, kind: str = "", y: int = 0) -> str:
    """A text shape; `kind` is that of its placeholder."""
    place = f'<p:ph type="{kind}"/>' if kind else ""
    lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x='0' y='{y}'/></a:xfrm></p:spPr>"
        f"<p:txBody>{lines}</p:txBody></p:sp>"
    )


def slide_table(rows: Sequence[Sequence[str]]) -> str:
    """A table on a slide."""
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    lines = "".join(f"<a:tr>{''.join(cell.format(escape(each)) for each in row)}</a:tr>" for row in rows)
    table = f"<a:graphic><a:graphicData><a:tbl>{lines}</a:tbl></a:graphicData></a:graphic>"
    return f"<p:graphicFrame><p:xfrm><a:off x='0' y='3000000'/></p:xfrm>{table}</p:graphicFrame>"


def notice_pptx() -> bytes:
    """The notice as three slides."""
    return pptx(
        [
            shape(TITLE, "ctrTitle") + shape(NUMBER, "subTitle", 2_000_000) + shape("1", "sldNum"),
            shape("清运时限", "title") + shape("\n".join(PARAGRAPHS[6:8]), "body", 1_000_000),
            slide_table([HEADER, *ROWS]) + shape("停放点位", "title"),
        ]
    )


# OFD


def ofd(pages: Sequence[str], **parts: str) -> bytes:
    """An OFD file of the objects' XML of each page (millimetres, A4)."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    listed = "".join(f'<ofd:Page ID="{n + 10}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    return zipped(
        {
            "OFD.xml": f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo/>'
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {space}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
            **{
                f"Doc_0/Pages/Page_{n}/Content.xml": f'<ofd:Page {space}><ofd:Content><ofd:Layer ID="1">{inside}'
                "</ofd:Layer></ofd:Content></ofd:Page>"
                for n, inside in enumerate(pages)
            },
            **parts,
        }
    )


def ofd_text(x: float, y: float, text: str, size: float = 5.6) -> str:
    """A line of text whose characters are set one size apart."""
    step = f"g {len(text) - 1} {size}" if len(text) > 1 else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y} 200 10" Font="3" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}" DeltaX="{step}">{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def ofd_lines(xs: Sequence[float], ys: Sequence[float]) -> str:
    """The lines of a table."""
    drawn = [f"M {xs[0]} {y} L {xs[-1]} {y}" for y in ys] + [f"M {x} {ys[0]} L {x} {ys[-1]}" for x in xs]
    return "".join(
        f'<ofd:PathObject ID="8" Boundary="0 0 210 297"><ofd:AbbreviatedData>{each}</ofd:AbbreviatedData>'
        "</ofd:PathObject>"
        for each in drawn
    )


def notice_ofd() -> bytes:
    """The notice as two pages of an OFD file; the second holds the table."""
    first = [ofd_text(35, 22, TITLE[:18], 7.8), ofd_text(78, 33, TITLE[18:], 7.8), ofd_text(80, 43, NUMBER)]
    y = 55.0
    for text in PARAGRAPHS:
        indent = 0 if text.endswith("：") else 2
        while text:
            line, text = text[: 27 - indent], text[27 - indent :]
            first.append(ofd_text(30 + 5.6 * indent, y, line))
            indent, y = 0, y + 9
    xs, ys = (15.0, 45.0, 110.0, 130.0, 195.0), tuple(30.0 + 10 * n for n in range(len(ROWS) + 2))
    second = [ofd_lines(xs, ys)]
    for r, row in enumerate([HEADER, *ROWS]):
        second += [ofd_text(xs[c] + 1, ys[r] + 1, cell, 5.0) for c, cell in enumerate(row)]
    return ofd(["".join(first) + ofd_text(104, 280, "1", 4), "".join(second) + ofd_text(104, 280, "2", 4)])


# PDF


def pdf(pages: Sequence[str]) -> bytes:
    """A PDF of the drawing operators of each page, in a Chinese font that is not embedded."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects = {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>>>",
        3: "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        4: "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
        "/Supplement 2>>/FontDescriptor 5 0 R/DW 1000>>",
        5: "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880"
        "/Descent -120/CapHeight 880/StemV 80>>",
    }
    for n, drawn in enumerate(pages):
        objects[10 + 2 * n] = f"<</Type/Page/Parent 2 0 R/Contents {11 + 2 * n} 0 R>>"
        objects[11 + 2 * n] = f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream"
    return pdf_objects(objects)


def pdf_objects(objects: Mapping[int, str], trailer: str = "") -> bytes:
    """A PDF of numbered objects; object 1 is the catalogue."""
    held = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(held)
        held += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start, last = len(held), max(objects)
    held += f"xref\n0 {last + 1}\n0000000000 65535 f \n".encode()
    for number in range(1, last + 1):
        held += f"{places.get(number, 0):010d} 00000 {'n' if number in places else 'f'} \n".encode()
    return bytes(held) + f"trailer<</Root 1 0 R/Size {last + 1}{trailer}>>\nstartxref\n{start}\n%%EOF".encode()


def pdf_text(x: float, y: float, text: str, size: float = 16) -> str:
    """A line of text."""
    return f"BT /F {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n"


def notice_pdf() -> bytes:
    """The notice as two pages with page header and number; the second holds the table with its lines."""
    head = pdf_text(230, 800, "武汉市城市管理执法委员会", 9)
    first = [head, pdf_text(80, 750, TITLE[:18], 22), pdf_text(219, 715, TITLE[18:], 22), pdf_text(210, 680, NUMBER)]
    y = 640.0
    for text in PARAGRAPHS:
        indent = 0 if text.endswith("：") else 2
        while text:
            line, text = text[: 27 - indent], text[27 - indent :]
            first.append(pdf_text(80 + 16 * indent, y, line))
            indent, y = 0, y - 26
    xs, ys = (70, 140, 330, 390, 530), [700 - 30 * n for n in range(len(ROWS) + 2)]
    second = [head, *(f"{xs[0]} {y} m {xs[-1]} {y} l S\n" for y in ys)]
    second += [f"{x} {ys[0]} m {x} {ys[-1]} l S\n" for x in xs]
    for r, row in enumerate([HEADER, *ROWS]):
        second += [pdf_text(xs[c] + 4, ys[r] - 20, cell, 12) for c, cell in enumerate(row)]
    numbers = [pdf_text(280, 30, f"- {n} -", 10) for n in (1, 2)]
    return pdf(["".join(first) + numbers[0], "".join(second) + numbers[1]])


# Text


def notice_csv(encoding: str = "gb18030") -> bytes:
    """The notice's table as Excel in China saves it."""
    return "\r\n".join(",".join(row) for row in [HEADER, *ROWS]).encode(encoding)


def notice_html() -> bytes:
    """The notice as a web page."""
    body = "".join(f"<p>{text}</p>" for text in (NUMBER, *PARAGRAPHS))
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEADER, *ROWS))
    head = f"<head><meta charset=utf-8><title>{TITLE}</title></head>"
    return f"<html>{head}<body><h1>{TITLE}</h1>{body}<table>{cells}</table></body></html>".encode()


def notice_md() -> bytes:
    """The notice in Markdown."""
    return "\n\n".join((f"# {TITLE}", NUMBER, *PARAGRAPHS)).encode()


def notice_mht() -> bytes:
    """The notice as a browser saves a page whole."""
    head = (
        'From: <Saved by Browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n--B\r\n'
    )
    kind = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head.encode() + kind.encode() + notice_html() + b"\r\n--B--\r\n"


def notices() -> dict[str, bytes]:
    """The notice in every kind of file."""
    return {
        "notice.pdf": notice_pdf(),
        "notice.docx": notice_docx(),
        "notice.xlsx": notice_xlsx(),
        "notice.csv": notice_csv(),
        "notice.pptx": notice_pptx(),
        "notice.ofd": notice_ofd(),
        "notice.html": notice_html(),
        "notice.mht": notice_mht(),
        "notice.md": notice_md(),
        "notice.txt": notice_md(),
    }
