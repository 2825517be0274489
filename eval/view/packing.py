"""The viewer with its talks in one HTML file, to be handed on: no server, no network, personal numbers hidden."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import EvalError
from ..masking import Mask, mask_of
from .bodies import Bodies
from .drafts import draft_sample
from .index import RunIndex

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
LEFT_OUT = ("log_lines",)
"""Parts of a trial that are for its maker only; the steps of each turn are left out too."""


def view_page(folders: Sequence[Path], trial: str = "") -> str:
    """The page over whole runs, or over one sample's trials. Raises `EvalError` when there are none."""
    bodies = Bodies([RunIndex(folder) for folder in folders])
    packed = {path: _pack(body) for path, body in _answers(bodies, trial)}
    if not any("/trials/" in path for path in packed):
        raise EvalError(f"运行里没有 {trial or '任何记录'}。请用 hanzhi eval view 看有哪些。")
    page = (HERE / "view.html").read_text(encoding="utf-8")
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("view.css", "view.js"))
    data = f'<script type="application/json" id="packed">{json.dumps(packed)}</script>'
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    page = page.replace('<link rel="stylesheet" href="view.css">', f"{policy}<style>{style}</style>")
    page = page.replace('<script type="module" src="view.js"></script>', "")
    return page.replace("</body>", f'{data}<script type="module">{script}</script></body>')


def _answers(bodies: Bodies, trial: str) -> Iterator[tuple[str, Any]]:
    """Every answer the page may ask for, by its path."""
    yield "api/runs", bodies.run_list()
    for number, run in enumerate(bodies.runs):
        rows = [row for row in bodies.trial_list(number) if trial in ("", row["sample"], row["name"])]
        masks = {row["key"]: _mask(run, row["key"]) for row in rows}
        yield f"api/runs/{number}/trials", [_hidden(row, masks[row["key"]]) for row in rows]
        for row in rows:
            path = f"api/runs/{number}/trials/{row['key']}"
            query = f"?against={row['other']}" if row["other"] else ""
            body = bodies.trial(number, row["key"], row["other"] or "")
            yield path + query, _shared(body, masks[row["key"]])
            if query:
                yield path, _shared(bodies.trial(number, row["key"]), masks[row["key"]])
            found = run.open(row["key"])
            if found is not None:
                yield f"{path}/sample", masks[row["key"]].hide(draft_sample(found.plain, found.trajectory))


def _mask(run: RunIndex, key: str) -> Mask:
    found = run.open(key)
    return mask_of(found.sample) if found else Mask()


def _shared(body: Mapping[str, Any] | None, mask: Mask) -> Any:
    if body is None:
        return None
    trial = {name: value for name, value in body["trajectory"].items() if name not in LEFT_OUT}
    trial["turns"] = [{**turn, "trace": []} for turn in trial["turns"]]
    return _hidden({**body, "trajectory": trial}, mask)


def _hidden(value: Any, mask: Mask) -> Any:
    """The same with every text masked; names of fields stay."""
    if isinstance(value, str):
        return mask.hide(value)
    if isinstance(value, Mapping):
        return {name: each if name in ("key", "other", "unit") else _hidden(each, mask) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(each, mask) for each in value]
    return value


def _pack(body: Any) -> str:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")
