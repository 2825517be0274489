"""Sentence pairs that mean alike, for training the bundled embedding: from laws, questions, guides and phrasings."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge import normal, synonyms

QUERY_CHARS, PASSAGE_CHARS = 96, 224
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
_CLAUSE = re.compile(r"[^，、。！？；：,\n]+")
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百千零〇]+条[ 　]*")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} .+$", re.MULTILINE)
# Around a stretch of law: words of asking carry no topic, and only training can say so.
_ASKED = (
    "{}怎么办", "{}怎么办理", "请问{}是怎么规定的", "我想问一下{}", "{}需要什么材料", "{}要什么条件", "{}找哪个部门",
    "{}可以吗", "{}多少钱", "{}要多久", "{}去哪里办", "怎么{}", "{}有什么要求", "你好，{}怎么弄", "什么是{}",
    "{}吗", "{}呢", "{}是什么意思", "帮我查一下{}", "{}的流程是什么", "能不能{}", "{}由谁负责",
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """A named set of (query, passage) pairs, drawn from with `weight`; pairs of one group are no counter-examples."""

    name: str
    weight: float
    queries: tuple[str, ...]
    passages: tuple[str, ...]
    groups: tuple[int, ...]


def law_pairs(path: Path, rng: random.Random) -> Pairs:
    """A sentence of an article, sometimes put as a question, and the rest of that article."""
    found: list[list[tuple[str, str]]] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            body = _ARTICLE.sub("", row["text"])
            cut_out = _cut_out(body, f"{row['law']} {row['chapter']}", rng)
            found.append([(_as_question(query, rng), passage) for query, passage in cut_out])
    return _pairs("laws", 1.0, found)


def reading_pairs(path: Path) -> Pairs:
    """A question and the paragraph it was asked of."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    return _pairs("reading", 0.08, [[(qa["question"], each["context"]) for qa in each["qas"]] for each in paragraphs])


def guide_pairs(folder: Path, rng: random.Random) -> Pairs:
    """Of the bundled guides: phrasing, title or heading and text; sentence and section, with names exchanged."""
    paths = sorted(folder.rglob("*.md"))
    return _pairs("guides", 0.12, [list(_of_guide(path.read_text(encoding="utf-8"), rng)) for path in paths])


def _of_guide(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    front = _FRONT.match(text)
    stated = yaml.safe_load(front.group(1)) if front else {}
    title, body = str(stated.get("title") or ""), text[front.end() if front else 0 :]
    sections = list(_sections(body))
    for asked in stated.get("asked_as") or ():
        yield str(asked), f"{title} {body}"
        yield from ((str(asked), f"{title} {heading} {section}") for heading, section in sections[:3])
    for heading, section in sections:
        yield f"{title} {heading}", section
        yield from ((_renamed(query, rng), f"{title} {rest}") for query, rest in _cut_out(section, heading, rng))


def phrasing_pairs(path: Path, rng: random.Random) -> Pairs:
    """Every two of the phrasings of one wish, in both orders, and each with names exchanged."""
    found: list[list[tuple[str, str]]] = []
    for texts in (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()):
        renamed = [(changed, text) for text in texts if (changed := _renamed(text, rng)) != text]
        found.append(list(itertools.permutations(texts, 2)) + renamed)
    found += [list(itertools.permutations(names, 2)) for names in synonyms()]
    return _pairs("phrasings", 0.12, found)


def _pairs(name: str, weight: float, groups: Iterable[Iterable[tuple[str, str]]]) -> Pairs:
    kept = [
        (tidy(query)[:QUERY_CHARS], tidy(passage)[:PASSAGE_CHARS], number)
        for number, group in enumerate(groups)
        for query, passage in group
    ]
    kept = [each for each in kept if len(each[0]) > 1 and len(each[1]) > 1]
    queries, passages, numbers = zip(*kept, strict=True) if kept else ((), (), ())
    return Pairs(name, weight, queries, passages, numbers)


def tidy(text: str) -> str:
    """Normalised, on one line, without Markdown marks."""
    return " ".join(re.sub(r"[#*|`>]+", " ", normal(text)).split())


def _cut_out(body: str, title: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """One or two sentences, each with the rest; a single sentence is cut between its clauses."""
    sentences = [each.strip() for each in _SENTENCE.findall(body) if len(each.strip()) > 5]
    if len(sentences) < 2:
        clauses: Sequence[str] = _CLAUSE.findall(body)
        if len(clauses) > 2:
            yield _taken(clauses, title, rng)
        return
    for index in rng.sample(range(len(sentences)), min(2, len(sentences))):
        others = " ".join(sentences[:index] + sentences[index + 1 :])
        yield sentences[index], f"{title} {others}" if rng.random() < 0.5 else others


def _taken(clauses: Sequence[str], title: str, rng: random.Random) -> tuple[str, str]:
    size = rng.randint(1, max(1, len(clauses) // 2))
    start = rng.randint(0, len(clauses) - size)
    rest = " ".join((*clauses[:start], *clauses[start + size :]))
    return " ".join(clauses[start : start + size]), f"{title} {rest}"


def _as_question(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return text
    clauses = _CLAUSE.findall(text)
    return rng.choice(_ASKED).format(_renamed(rng.choice(clauses) if clauses else text, rng))


def _renamed(text: str, rng: random.Random) -> str:
    """The text with the names of things exchanged for other names of the same things, half of the time."""
    plain = normal(text)
    for group in synonyms():
        name = next((each for each in group if each in plain), None)
        if name and rng.random() < 0.5:
            plain = plain.replace(name, rng.choice([each for each in group if each != name]), 1)
    return plain


def _sections(body: str) -> Iterator[tuple[str, str]]:
    headings = [match.group().lstrip("# ") for match in _HEADING.finditer(body)]
    texts = [each.strip() for each in _HEADING.split(body)]
    for heading, text in zip(["", *headings], texts, strict=True):
        if len(text) > 10:
            yield heading, text
