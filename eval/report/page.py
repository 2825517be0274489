"""The whole page: style, script and sections in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from ..compare import Comparison
from ..gate import Verdict
from ..results import Results
from ..summary import Summary
from . import details
from .changes import changes
from .overview import shares, verdict_strip
from .parts import both, figure, section, table
from .reliability import reliability
from .words import BLOCKS

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
CONTENTS = (
    ("verdict", "结论", "Verdict"),
    ("shares", "通过率", "Rates"),
    ("reliability", "可靠性", "Reliability"),
    ("calls", "调用", "Calls"),
    ("retrieval", "检索", "Retrieval"),
    ("grounding", "依据", "Grounding"),
    ("safety", "安全", "Safety"),
    ("dialogue", "对话", "Dialogue"),
    ("times", "用时", "Time"),
    ("failures", "失败", "Failures"),
    ("compare", "比较", "Compare"),
    ("method", "方法", "Method"),
)


def report_html(
    results: Results,
    summary: Summary,
    verdict: Verdict | None = None,
    comparison: Comparison | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """The report of a run as one HTML page; `titles` are the names of its families."""
    sections = [
        verdict_strip(summary, verdict, comparison),
        shares(summary, titles or {}),
        reliability(summary, results),
        details.tool_calls(results, summary),
        details.retrieval(results, summary),
        details.grounding(results, summary),
        details.safety(results, summary),
        details.dialogue(results, summary),
        details.times(results, summary),
        details.failures(results, summary),
        changes(comparison),
        _method(results, summary),
    ]
    links = "".join(f'<a href="#{name}">{both(chinese, english)}</a>' for name, chinese, english in CONTENTS)
    at = escape(str(results.manifest.get("started_at") or ""))
    about = f"{escape(summary.run)}　{both('智能体', 'agent')} {escape(summary.agent)}　{at}"
    return (
        '<!doctype html><html lang="zh-CN" data-lang="zh"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>汉治通评测 {escape(summary.run)}</title><style>{_file('report.css')}</style></head><body>"
        f'<header class="top"><div><h1>{both("汉治通评测报告", "Hanzhi evaluation")}</h1><p>{about}</p></div>'
        f'<div class="switches"><button type="button" data-do="lang">{both("English", "中文")}</button>'
        f'<button type="button" data-do="theme">{both("深浅色", "Theme")}</button></div></header>'
        f"<nav>{links}</nav><main>{''.join(sections)}</main>"
        f"<footer>{both('本页是一个文件，不联网。', 'One file, no network.')}</footer>"
        f"<script>{_file('report.js')}</script></body></html>"
    )


def _method(results: Results, summary: Summary) -> str:
    shown = (
        "git",
        "machine",
        "graders",
        "fixtures",
        "knowledge",
        "samples",
        "seed",
        "how",
        "where",
        "started_at",
        "ended_at",
    )
    rows = [
        [
            f"<code>{escape(name)}</code>",
            f"<code>{escape(json.dumps(results.manifest[name], ensure_ascii=False))}</code>",
        ]
        for name in shown
        if name in results.manifest
    ]
    versions = [[f"<code>{escape(name)}</code>", str(each)] for name, each in summary.graders.items()]
    blocks = [[escape(name), both(chinese, english)] for name, chinese, english in BLOCKS]
    return section(
        "method",
        both("方法与限制", "Method and limits"),
        _file("method.html"),
        '<div class="two">',
        figure(
            both("对标：各项对应哪一类要求", "Which requirement each figure speaks to"),
            table([both("项目", "Figure"), both("要求", "Requirement")], blocks),
        ),
        figure(
            both("评分器版本", "Scorer versions"), table([both("评分器", "Scorer"), both("版本", "Version")], versions)
        ),
        "</div>",
        figure(both("这次运行", "This run"), table([both("项目", "Field"), both("内容", "Value")], rows)),
    )


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
