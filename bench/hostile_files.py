"""Files made to hurt whoever opens them, written from code. `quick` ones are small enough for the tests."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from . import files

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_BOMB = (
    "<!DOCTYPE w ["
    + '<!ENTITY a0 "很多很多">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@dataclass(frozen=True)
class Hostile:
    """A file: what is wrong with it, its name, how it is made, and a pattern that the refusal must hold.

    `says` None: it may also be read, as long as the limits hold.
    """

    what: str
    name: str
    make: Callable[[], bytes]
    says: str | None
    quick: bool = True


def all_hostile() -> list[Hostile]:
    """Every hostile file."""
    return [*_archives(), *_office(), *_pdfs(), *_others()]


def _archives() -> list[Hostile]:
    return [
        Hostile("zip, 1 GB of zeros in 1 MB", "a.zip", lambda: _zeros("a.txt", 1_000_000_000), "压缩炸弹", quick=False),
        Hostile("zip, 30 MB of zeros in 30 KB", "a.zip", lambda: _zeros("a.txt", 30_000_000), "压缩炸弹"),
        Hostile("zip of 40 files of 15 MB zeros", "a.zip", _many_zeros, "压缩炸弹", quick=False),
        Hostile("zip in zip in zip (42.zip)", "a.zip", _matryoshka, "不再展开"),
        Hostile("zip that lies about its sizes", "a.zip", _liar, "损坏"),
        Hostile("zip with 60 000 entries", "a.zip", _crowd, "超过", quick=False),
        Hostile("zip with a password", "a.zip", lambda: _encrypted(files.zipped({"a.txt": b"x" * 99})), "密码"),
        Hostile("zip cut off", "a.zip", lambda: files.zipped(files.notices())[:-400], "损坏"),
        Hostile("zip with paths out of it", "a.zip", lambda: files.zipped({"../../etc/x.txt": "停放在线内。"}), None),
        Hostile("zip, empty", "a.zip", lambda: files.zipped({}), "没有文件"),
        Hostile("zip of programs", "a.zip", lambda: files.zipped({"a.exe": b"MZ"}), "还不能读"),
    ]


def _office() -> list[Hostile]:
    return [
        Hostile("docx with an entity bomb", "a.docx", lambda: _document(_BOMB, "&a11;"), "实体炸弹"),
        Hostile("docx with an outside entity", "a.docx", lambda: _document(_OUTSIDE, "&x;"), "实体炸弹"),
        Hostile("xlsx with an entity bomb in its strings", "a.xlsx", _string_bomb, "实体炸弹"),
        Hostile("docx, 300 MB unpacked", "a.docx", lambda: _dense(300_000_000), "压缩炸弹", quick=False),
        Hostile("docx, 95 MB of paragraphs, 1:150", "a.docx", _swollen, None, quick=False),
        Hostile("docx, 3 million characters", "a.docx", _long, "200 万字", quick=False),
        Hostile("docx nested 100 000 deep", "a.docx", lambda: files.docx("<w:sdt>" * 100_000), "损坏"),
        Hostile("docx with a table a billion columns wide", "a.docx", _wide, None),
        Hostile("docx cut off", "a.docx", lambda: files.notice_docx()[:-300], "损坏"),
        Hostile("docx without its text", "a.docx", lambda: files.zipped({"word/document.xml": ""}), "缺少"),
        Hostile("docx that is a PDF", "a.docx", files.notice_pdf, "PDF"),
        Hostile("docx that is an old .doc", "a.docx", lambda: OLE, "旧版"),
        Hostile("xlsx with a password", "a.xlsx", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "密码"),
        Hostile("xlsx, a million empty styled rows", "a.xlsx", lambda: _empty_rows(1_000_000), "没有内容", quick=False),
        Hostile("xlsx, 20 000 empty styled rows", "a.xlsx", lambda: _empty_rows(20_000), "没有内容"),
        Hostile("xlsx, 600 000 filled cells", "a.xlsx", _full, "50 万个", quick=False),
        Hostile("xlsx merged over all cells 5 000 times", "a.xlsx", _merged, None),
        Hostile("xlsx, a cell at XFD1048576", "a.xlsx", _far, None),
        Hostile("xlsx, strings that are not there", "a.xlsx", _no_strings, "没有内容"),
        Hostile("pptx without its slides", "a.pptx", _no_slides, "缺少"),
        Hostile("pptx of pictures only", "a.pptx", lambda: files.pptx(["<p:pic/>"]), "OCR"),
        Hostile("ofd without its page", "a.ofd", _no_page, "缺少"),
        Hostile("ofd without its document", "a.ofd", _no_document, "缺少"),
        Hostile("ofd with a billion steps", "a.ofd", _steps, None),
        Hostile("ofd of a scan", "a.ofd", lambda: files.ofd(['<ofd:ImageObject ID="7"/>']), "OCR"),
        Hostile("ofd, encrypted", "a.ofd", lambda: files.ofd([""], **{"Encryptions.xml": "<a/>"}), "密码"),
    ]


def _pdfs() -> list[Hostile]:
    return [
        Hostile("pdf of 10 000 pages", "a.pdf", lambda: files.pdf([""] * 10_000), "10000 页", quick=False),
        Hostile("pdf of 2 500 empty pages", "a.pdf", lambda: files.pdf([""] * 2_500), "2500 页"),
        Hostile("pdf whose page tree holds itself", "a.pdf", _loop, "请"),
        Hostile("pdf with a page tree 50 000 deep", "a.pdf", lambda: _deep(50_000), "请", quick=False),
        Hostile("pdf with a stream of 1 GB zeros", "a.pdf", _inflated, "请", quick=False),
        Hostile("pdf with a million characters on a page", "a.pdf", _dense_page, None, quick=False),
        Hostile("pdf with a million lines on a page", "a.pdf", _drawn, None, quick=False),
        Hostile("pdf cut off", "a.pdf", lambda: files.notice_pdf()[:600], "请"),
        Hostile("pdf of noise", "a.pdf", _noise, "损坏"),
        Hostile("pdf with a password", "a.pdf", _locked, "密码"),
        Hostile("pdf of a scan", "a.pdf", lambda: files.pdf(["0 0 100 100 re f"] * 3), "OCR"),
        Hostile("pdf that is a Word file", "a.pdf", files.notice_docx, "Word"),
        Hostile("pdf that is a picture", "a.pdf", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "图片"),
    ]


def _others() -> list[Hostile]:
    kinds = ("pdf", "docx", "xlsx", "pptx", "ofd", "csv", "html", "txt", "md")
    return [
        *(Hostile(f"{kind}, blanks only", f"a.{kind}", lambda: b" \n", "空的") for kind in kinds),
        Hostile("csv, one field of 100 MB", "a.csv", lambda: b'a,"' + b"x" * 100_000_000, "超过|太大", quick=False),
        Hostile("csv, one field of 20 MB", "a.csv", lambda: b'a,"' + b"x" * 19_999_000, "10 万字", quick=False),
        Hostile("csv, one field of 200 KB", "a.csv", lambda: b'a,"' + b"x" * 200_000, "10 万字"),
        Hostile("csv, 10 million commas", "a.csv", lambda: b"," * 10_000_000, "没有", quick=False),
        Hostile("csv that is a zip", "a.csv", lambda: files.zipped({"a": "b"}), "压缩包"),
        Hostile("html, 20 MB of open tags", "a.html", lambda: b"<b>" * 6_600_000, "请", quick=False),
        Hostile("html, 2 million small tags", "a.html", lambda: b"<p>x</p>" * 2_000_000, "请", quick=False),
        Hostile("html that is a PDF", "a.html", files.notice_pdf, "PDF"),
        Hostile("mht without a page", "a.mht", lambda: b"MIME-Version: 1.0\r\n\r\nhello", "没有网页"),
        Hostile("old .doc", "a.doc", lambda: OLE, "另存为 .docx"),
        Hostile("picture", "a.png", lambda: b"\x89PNG\r\n\x1a\n", "OCR"),
        Hostile("txt of noise", "a.txt", _noise, "二进制"),
        Hostile("txt of 7 MB", "a.txt", lambda: "停放在线内。".encode() * 400_000, "6 MB", quick=False),
    ]


# Archives


def _zeros(name: str, size: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file, file.open(name, "w") as part:
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    return held.getvalue()


def _many_zeros() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for n in range(40):
            with file.open(f"{n}.txt", "w") as part:
                part.write(bytes(15_000_000))
    return held.getvalue()


def _matryoshka() -> bytes:
    inner = _zeros("a.txt", 10_000_000)
    for _ in range(3):
        inner = files.zipped({f"{n}.zip": inner for n in range(4)})
    return inner


def _liar() -> bytes:
    """Both directories say 10 bytes where 5 MB unpack."""
    data = bytearray(_zeros("a.txt", 5_000_000))
    real = struct.pack("<I", 5_000_000)
    while (place := data.find(real)) >= 0:
        data[place : place + 4] = struct.pack("<I", 10)
    return bytes(data)


def _crowd() -> bytes:
    return files.zipped({f"{n}.txt": b"" for n in range(60_000)}, zipfile.ZIP_STORED)


def _encrypted(data: bytes) -> bytes:
    """The same zip with the bit set that says its parts are encrypted."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        changed[place + offset] |= 1
    return bytes(changed)


# Office files


def _document(head: str, body: str) -> bytes:
    inside = f"<w:body>{files.paragraph('')}<w:p><w:r><w:t>{body}</w:t></w:r></w:p></w:body>"
    whole = f"{head}<w:document {files.W_NAMESPACE}>{inside}</w:document>"
    return files.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": whole})


def _string_bomb() -> bytes:
    strings = f"{_BOMB}<sst {files.S_NAMESPACE}><si><t>&a11;</t></si></sst>"
    return files.xlsx({"a": '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'}, strings=strings)


def _dense(size: int) -> bytes:
    """A document that is one run of the same empty paragraph."""
    held, piece = io.BytesIO(), b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 10_000
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        with file.open("word/document.xml", "w") as part:
            part.write(f"<w:document {files.W_NAMESPACE}><w:body>".encode())
            for _ in range(size // len(piece)):
                part.write(piece)
            part.write(b"</w:body></w:document>")
    return held.getvalue()


def _swollen() -> bytes:
    """As large as a part may be, and packed just loosely enough to pass."""
    pick, held = random.Random(7), io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        with file.open("word/document.xml", "w") as part:
            part.write(f"<w:document {files.W_NAMESPACE}><w:body>".encode())
            for _ in range(95):
                loose = f"<!--{pick.randbytes(2_000).hex()}-->"
                part.write(b"<w:p><w:pPr/></w:p>" * 52_000 + loose.encode())
            part.write(b"</w:body></w:document>")
    return held.getvalue()


def _long() -> bytes:
    return files.docx("".join(files.paragraph(f"第{n}段" + "停放在线内。" * 20) for n in range(24_000)))


def _wide() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>' + files.paragraph("宽") + "</w:tc>"
    return files.docx(f"<w:tbl>{f'<w:tr>{cell * 50}</w:tr>' * 20}</w:tbl>")


def _empty_rows(count: int) -> bytes:
    row = '<row r="{0}" s="1" customFormat="1"><c r="A{0}" s="1"/><c r="B{0}" s="1"/></row>'
    rows = "".join(row.format(n) for n in range(1, count + 1))
    return files.xlsx({"a": f"<sheetData>{rows}</sheetData>"})


def _full() -> bytes:
    cells = "".join(f"<c><v>{n}</v></c>" for n in range(20))
    return files.xlsx({"a": f"<sheetData>{f'<row>{cells}</row>' * 30_000}</sheetData>"})


def _merged() -> bytes:
    return files.xlsx({"a": files.sheet_rows([("甲", "乙"), ("一", "二")], ["A1:XFD1048576"] * 5_000)})


def _far() -> bytes:
    cells = '<c r="XFD1048576"><v>1</v></c><c r="A1048576"><v>2</v></c>'
    return files.xlsx({"a": f'<sheetData><row r="1048576">{cells}</row></sheetData>'})


def _no_strings() -> bytes:
    return files.xlsx({"a": '<sheetData><row r="1"><c r="A1" t="s"><v>999999999</v></c></row></sheetData>'})


def _no_slides() -> bytes:
    return _without(files.notice_pptx(), "ppt/slides/slide2.xml")


def _no_page() -> bytes:
    return _without(files.notice_ofd(), "Doc_0/Pages/Page_1/Content.xml")


def _no_document() -> bytes:
    return _without(files.notice_ofd(), "Doc_0/Document.xml")


def _steps() -> bytes:
    code = '<ofd:TextCode X="0" Y="5" DeltaX="g 999999999 5">停放在线内</ofd:TextCode>'
    return files.ofd([f'<ofd:TextObject Boundary="10 10 99 9" Size="5">{code}</ofd:TextObject>'])


def _without(data: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return files.zipped({each: file.read(each) for each in file.namelist() if each != part})


# PDF


def _loop() -> bytes:
    return files.pdf_objects(
        {1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>"}
    )


def _deep(depth: int) -> bytes:
    tree = {n: f"<</Type/Pages/Kids[{n + 1} 0 R]/Count 1>>" for n in range(2, depth)}
    return files.pdf_objects({1: "<</Type/Catalog/Pages 2 0 R>>", **tree, depth: "<</Type/Page/MediaBox[0 0 9 9]>>"})


def _inflated() -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(1_000)), packer.flush()])
    stream = f"<</Length {len(packed)}/Filter/FlateDecode>>stream\n{packed.decode('latin-1')}\nendstream"
    return _one_page(stream)


def _one_page(stream: str) -> bytes:
    return files.pdf_objects(
        {
            1: "<</Type/Catalog/Pages 2 0 R>>",
            2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            4: stream,
            5: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        }
    )


def _packed_page(drawn: bytes) -> bytes:
    packed = zlib.compress(drawn, 9)
    return _one_page(f"<</Length {len(packed)}/Filter/FlateDecode>>stream\n{packed.decode('latin-1')}\nendstream")


def _dense_page() -> bytes:
    return _packed_page(b"BT /F 8 Tf 9 9 Td " + b"(abcdefghij) Tj 0 1 Td " * 100_000 + b"ET")


def _drawn() -> bytes:
    lines = "".join(f"{n % 500} {n % 800} m {n % 500 + 9} {n % 800} l S\n" for n in range(1_000_000))
    return _packed_page(b"BT /F 8 Tf 9 9 Td (text of the drawing) Tj ET " + lines.encode())


def _noise() -> bytes:
    return b"%PDF-1.7\n" + random.Random(5).randbytes(20_000)


def _locked() -> bytes:
    """A PDF whose user password is not the empty one."""
    text = files.notice_pdf().decode("latin-1")
    secret = "".join(f"{n:02x}" for n in range(32))
    lock = f"/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<{secret}>/U<{secret}>>>/ID[<{secret}><{secret}>]"
    return text.replace("/Root 1 0 R", f"/Root 1 0 R{lock}").encode("latin-1")
