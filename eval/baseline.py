"""The baseline a gate holds a run to: what passed, which flips were accepted and why, signed by who reviewed it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .errors import BadRun, EvalError
from .results import Results
from .scorers import graders_hash

SCHEMA = "baseline/v1"


@dataclass(frozen=True)
class Accepted:
    """A trial that may fail although it passed before."""

    unit: str
    reason: str
    by: str
    at: str


@dataclass(frozen=True)
class Baseline:
    """What a run is held to: unit → passed."""

    run: str
    agent: str
    graders: str
    passed: Mapping[str, bool]
    accepted: tuple[Accepted, ...] = ()


def unit_name(unit: tuple[str, str, str, int]) -> str:
    """A unit as the file names it: sample, hash, variant, seed."""
    sample, digest, variant, seed = unit
    return f"{sample}#{digest}@{variant}/{seed}"


def baseline_of(results: Results) -> Baseline:
    """The baseline a complete run makes. Raises `BadRun` for a part of one."""
    if len(results.all) < results.planned:
        raise BadRun(f"只跑了 {len(results.all)} / {results.planned}，不完整的运行不能当基线。请先用 --resume 跑完。")
    if results.manifest.get("graders", graders_hash()) != graders_hash():
        raise BadRun("这次运行是用别的评分器版本打的分。请先用 eval score 重新打分，再签发基线。")
    agent = results.real[0].trajectory.agent if results.real else ""
    passed = {unit_name(each.unit): each.passed is True for each in results.real}
    return Baseline(results.name, agent, graders_hash(), passed)


def accept(baseline: Baseline, results: Results, samples: Sequence[str], why: tuple[str, str]) -> Baseline:
    """Accept the flips of a run (of these samples, or all of them), for a reason and by somebody."""
    reason, by = why
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lost = [each for each in results.real if baseline.passed.get(unit_name(each.unit)) and each.passed is not True]
    chosen = [each for each in lost if not samples or each.sample.id in samples]
    if unknown := set(samples) - {each.sample.id for each in lost}:
        raise EvalError(f"这些样本没有由通过变为不通过：{'、'.join(sorted(unknown))}。请核对 --case。")
    known = {each.unit for each in baseline.accepted}
    new = [Accepted(unit_name(each.unit), reason, by, at) for each in chosen if unit_name(each.unit) not in known]
    return replace(baseline, accepted=(*baseline.accepted, *new))


def write_key(path: Path) -> str:
    """Make a reviewer's key, readable by its owner alone; returns the fingerprint of its public half."""
    key = Ed25519PrivateKey.generate()
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return fingerprint(_public(key))


def save(baseline: Baseline, path: Path, key: Path) -> None:
    """Write the file, signed with a reviewer's key."""
    private = load_pem_private_key(key.read_bytes(), None)
    if not isinstance(private, Ed25519PrivateKey):
        raise EvalError(f"{key} 不是 Ed25519 私钥。请用 hanzhi eval baseline key 生成。")
    content = asdict(baseline)
    signature = base64.b64encode(private.sign(_bytes(content))).decode("ascii")
    whole = {"schema": SCHEMA, **content, "key": _public(private), "signature": signature}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(path: Path, trusted: str = "") -> Baseline:
    """Read a baseline whose signature is right; with `trusted` also the reviewer's fingerprint."""
    try:
        whole: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise BadRun(f"读不了基线 {path}：{problem}") from problem
    if whole.pop("schema", None) != SCHEMA:
        raise BadRun(f"{path} 不是 {SCHEMA} 基线。请用 hanzhi eval baseline accept 生成。")
    public, signature = str(whole.pop("key", "")), str(whole.pop("signature", ""))
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(base64.b64decode(signature), _bytes(whole))
    except (InvalidSignature, ValueError) as problem:
        raise BadRun(f"基线 {path} 的签名不对，内容可能被改过。请由复核人重新签发。") from problem
    if trusted and fingerprint(public) != trusted:
        raise BadRun(f"基线由 {fingerprint(public)} 签发，不是指定的 {trusted}。")
    accepted = tuple(Accepted(**each) for each in whole["accepted"])
    return Baseline(whole["run"], whole["agent"], whole["graders"], whole["passed"], accepted)


def fingerprint(public: str) -> str:
    """A short name of a public key."""
    return hashlib.sha256(public.encode()).hexdigest()[:16]


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")


def _bytes(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
