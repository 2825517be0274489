"""Writing one setting into `hanzhi.toml` of this folder, the rest of the file untouched."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from .counter import read_settings_here
from .errors import Stop

FILE = Path("hanzhi.toml")


def save_setting(name: str, value: str | float) -> str:
    """Put a setting into the file; what was done, in words."""
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    found = re.compile(rf"^{name}\s*=.*$", re.MULTILINE)
    after = found.sub(lambda _: line, before, count=1) if found.search(before) else f"{line}\n{before}"
    try:
        kept = tomllib.loads(after)
    except tomllib.TOMLDecodeError as problem:
        raise Stop(f"{FILE} 读不懂（{problem}），没有改动。请先改正，再写入：{line}") from None
    if kept.get(name) != value:
        raise Stop(f"{FILE} 里的 {name} 写法特殊，没有改动。请自己改成：{line}")
    FILE.write_text(after, encoding="utf-8")
    if getattr(read_settings_here(), name) != value:
        return f"已写入 {FILE}：{line}。但环境变量 HANZHI_{name.upper()} 优先，请一并修改。"
    return f"已写入 {FILE}：{line}"
