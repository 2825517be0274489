"""Web pages: what a reader sees of the article becomes lines; menus, banners and hidden text go."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import BeautifulSoup, Tag

from .clean import clean
from .encoding import decode
from .errors import UnreadableDocument
from .formats.tables import Cell, row_groups
from .records import LoadedText

_BLOCKS = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "tr",
    "div",
    "section",
    "article",
    "br",
    "table",
    "dt",
    "dd",
    "dl",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "figure",
    "caption",
    "hr",
]
_FURNITURE = [
    "script",
    "style",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "noscript",
    "iframe",
    "button",
    "svg",
    "template",
    "select",
    "textarea",
    "object",
]
_FURNITURE_WORDS = frozenset(
    [
        "nav",
        "navbar",
        "navigation",
        "menu",
        "breadcrumb",
        "breadcrumbs",
        "crumb",
        "crumbs",
        "footer",
        "foot",
        "sidebar",
        "share",
        "toolbar",
        "copyright",
        "pagination",
        "pager",
        "related",
        "recommend",
        "banner",
        "topbar",
        "position",
        "location",
    ]
)
_ARTICLES = (
    "article", "main", "[role=main]", "#UCAP-CONTENT", "#zoom", ".TRS_Editor", ".article-content", ".pages_content"
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![\d.])", re.IGNORECASE)
# A line end in the source between two Chinese characters is no blank.
_WRAPPED = re.compile(r"(?<=[\u3000-\u9fff，；：])\s*\n\s*(?=[\u3000-\u9fff，；：])")
_DEEPEST = 400
_LONGEST_CELL = 300


class HtmlLoader:
    """Web pages: headings, paragraphs, lists and table rows become lines; furniture goes."""

    suffixes: tuple[str, ...] = (".html", ".htm")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        page = BeautifulSoup(decode(data, name), "lxml")
        if _too_deep(page):
            raise UnreadableDocument(f"网页 {name} 的结构嵌套过深，读不了。请另存为纯文本后再上传。")
        title = _title(page)
        _drop(page.find_all(_FURNITURE))
        _drop(tag for tag in page.find_all(True) if _hidden(tag))
        _drop(tag for tag in page.find_all(True) if _is_furniture(tag, page))
        _drop(tag for tag in page.find_all(("ul", "ol", "div", "table", "dl")) if _is_menu(tag))
        cleaned = clean(_lines(_article(page)))
        if not cleaned.text:
            raise UnreadableDocument(f"网页 {name} 里没有正文。请确认保存的是完整网页。")
        dated = _meta(page, "PubDate")[:10] or cleaned.dated
        return LoadedText(cleaned.text, title=title, source_url=_url(page), notes=cleaned.notes, dated=dated)


def _too_deep(page: BeautifulSoup) -> bool:
    """Whether elements nest beyond what any real page does; found without recursion."""
    waiting: list[tuple[Tag, int]] = [(page, 0)]
    while waiting:
        tag, depth = waiting.pop()
        if depth > _DEEPEST:
            return True
        waiting += [(child, depth + 1) for child in tag.children if isinstance(child, Tag)]
    return False


def _title(page: BeautifulSoup) -> str | None:
    heads = [text for tag in page.find_all("h1") if (text := tag.get_text(" ", strip=True))]
    shown = page.title.get_text(" ", strip=True) if page.title else ""
    stated = _meta(page, "ArticleTitle") or (heads[0] if len(heads) == 1 else "")
    return stated or re.split(r"\s*[_|｜]\s*|\s+[-–—]+\s+", shown)[0] or None


def _meta(page: BeautifulSoup, name: str) -> str:
    """One of the head fields that Chinese government sites must fill."""
    tag = page.find("meta", attrs={"name": re.compile(f"^{name}$", re.IGNORECASE)})
    return str(tag.get("content") or "").strip() if isinstance(tag, Tag) else ""


def _url(page: BeautifulSoup) -> str | None:
    link = page.find("link", rel="canonical")
    found = str(link.get("href") or "") if isinstance(link, Tag) else _meta(page, "Url")
    return found if re.match(r"https?://", found) else None


def _drop(tags: Iterable[Tag]) -> None:
    for tag in list(tags):
        if not tag.decomposed:
            tag.decompose()


def _hidden(tag: Tag) -> bool:
    return tag.has_attr("hidden") or bool(_HIDDEN.search(str(tag.get("style") or "")))


def _is_furniture(tag: Tag, page: BeautifulSoup) -> bool:
    if tag.name in ("html", "body", "article", "main"):
        return False
    classes: str | list[str] = tag.get("class") or []
    named = f"{classes if isinstance(classes, str) else ' '.join(classes)} {tag.get('id') or ''}"
    if not _FURNITURE_WORDS & set(re.split(r"[\s_-]+", named.lower())) or tag.find("h1"):
        return False
    return 2 * len(tag.get_text()) < len(page.get_text())


def _is_menu(tag: Tag) -> bool:
    """Whether a block is mostly links and holds no sentence."""
    if tag.decomposed:
        return False
    links = tag.find_all("a")
    text = tag.get_text("", strip=True)
    if len(links) < 3 or re.search(r"[。；！？]", text):
        return False
    return sum(len(link.get_text("", strip=True)) for link in links) > 0.6 * len(text)


def _article(page: BeautifulSoup) -> Tag:
    body = page.body or page
    whole = len(body.get_text("", strip=True))
    found = max(
        (tag for where in _ARTICLES for tag in body.select(where)),
        key=lambda tag: len(tag.get_text("", strip=True)),
        default=body,
    )
    return found if 2 * len(found.get_text("", strip=True)) >= whole else body


def _lines(body: Tag) -> str:
    for power in body.find_all("sup"):
        _raise(power)
    for table in body.find_all("table"):
        _as_rows(table)
    for row in body.find_all("tr"):
        _join_cells(row)
    for level in range(1, 7):
        for heading in body.find_all(f"h{level}"):
            heading.string = f"{'#' * level} {' '.join(heading.get_text(' ').split())}"
    for text in body.find_all(string=True):
        if not text.find_parent("pre"):
            text.replace_with(re.sub(r"\s+", " ", _WRAPPED.sub("", str(text))))
    for block in body.find_all(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return body.get_text()


def _raise(power: Tag) -> None:
    """Superscripts keep their meaning: a power of ten, a square metre, or else a footnote mark."""
    text = power.get_text("", strip=True)
    before = str(power.find_previous(string=True) or "").rstrip()
    if not text.isdigit():
        return
    if re.search(r"(?<![\d.])10$", before):
        power.string = f"^{text}"
    elif re.search(r"[A-Za-z米]$", before) and text in ("2", "3"):
        power.string = "²" if text == "2" else "³"
    else:
        power.string = f"[{text}]"


def _as_rows(table: Tag) -> None:
    """A table of data becomes row groups that repeat its header; one that only lays out the page stays."""
    rows = [row.find_all(("td", "th"), recursive=False) for row in table.find_all("tr")]
    longest = max((len(cell.get_text()) for row in rows for cell in row), default=0)
    laid_out = table.find(("table", "h1", "h2", "h3")) or longest > _LONGEST_CELL
    if laid_out or len(rows) < 2 or max(map(len, rows)) < 2:
        return
    cells = [
        [Cell(" ".join(each.get_text(" ").split()), _span(each, "colspan"), _span(each, "rowspan")) for each in row]
        for row in rows
    ]
    title = table.caption.get_text(" ", strip=True) if table.caption else ""
    table.name = "pre"  # its line ends count
    table.string = "\n\n".join((title, *row_groups(cells)))


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name) or "1")
    return max(1, min(int(text), 1_000)) if text.isdigit() and len(text) < 6 else 1


def _join_cells(row: Tag) -> None:
    cells = row.find_all(("td", "th"), recursive=False)
    if len(cells) > 1 and not row.find("table"):
        row.string = " | ".join(" ".join(cell.get_text(" ").split()) for cell in cells)
