"""A server of one's own for each worker: a process on a free port, with its own data and eval's own tokens."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from filelock import FileLock

from .errors import ServerProblem

ISSUER, AUDIENCE = "urn:hanzhi:eval", "hanzhi"
STARTED = "汉治通已启动："
START_S = 180.0
STOP_S = 20.0
TOKEN_S = 12 * 3600
_PREPARED = re.compile(r"[0-9a-f]{16}")
PASSED_ON = ("HANZHI_MODEL_URL", "HANZHI_MODEL_NAME", "HANZHI_MODEL_KEY", "HANZHI_MODEL_TIMEOUT_S")


class Tokens:
    """Mints tokens with a key of its own; the server checks them like any issuer's."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._made: dict[str, str] = {}

    def jwks(self) -> str:
        """The public key as the server reads it."""
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        return json.dumps({"keys": [{**public, "kid": "eval", "alg": "ES256", "use": "sig"}]})

    def token(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims."""
        name = json.dumps(dict(claims), sort_keys=True, ensure_ascii=False)
        if name not in self._made:
            standing = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + TOKEN_S}
            self._made[name] = jwt.encode({**claims, **standing}, self._key, "ES256", {"kid": "eval"})
        return self._made[name]


@dataclass
class OwnServer:
    """A running server process."""

    url: str
    tokens: Tokens
    folder: Path
    process: subprocess.Popen[str]
    log: Path
    _read: int = field(default=0)

    def log_lines(self) -> tuple[str, ...]:
        """What the server has logged since this was asked last."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        return tuple(data.decode("utf-8", "replace").splitlines())

    @property
    def oracle(self) -> Path:
        """Where an oracle model reads what the present sample expects."""
        return self.folder / "oracle.json"


@contextmanager
def own_server(model: str = "offline", *, workspace: Path | None = None) -> Iterator[OwnServer]:
    """Start a server on a copy of the prepared data, stop it at the end."""
    snapshot = prepared_data()
    with TemporaryDirectory(prefix="hanzhi-eval-", dir=workspace) as name:
        folder = Path(name)
        shutil.copytree(snapshot, folder / "data")
        with started(folder, model) as server:
            yield server


def cache_folder() -> Path:
    """Where prepared data are kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "hanzhi" / "eval"


def prepared_data() -> Path:
    """A data folder with the bundled knowledge read in; made once for each state of the knowledge room."""
    folder = cache_folder() / knowledge_hash()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            with TemporaryDirectory(prefix="preparing-", dir=folder.parent) as name:
                with started(Path(name), "offline"):
                    pass
                ready = Path(name) / "ready"
                ready.mkdir()
                shutil.move(Path(name) / "data" / "knowledge", ready / "knowledge")
                ready.rename(folder)
            _forget_old(folder)
    return folder


def knowledge_hash() -> str:
    """Names the state of the knowledge room, code and texts, that prepared data are made from."""
    spec = find_spec("knowledge")
    if spec is None or spec.origin is None:
        raise ServerProblem("找不到 knowledge。请在汉治通的环境里运行评测。")
    digest, root = hashlib.sha256(), Path(spec.origin).parent
    for path in sorted(each for each in root.rglob("*") if each.is_file() and "__pycache__" not in each.parts):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def started(folder: Path, model: str, settings: Mapping[str, str] | None = None) -> Iterator[OwnServer]:
    """A server process whose data are in a folder; `settings` are more variables of its environment."""
    tokens = Tokens()
    (folder / "jwks.json").write_text(tokens.jwks(), encoding="ascii")
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "eval.house"],
            env={**_environment(folder, model), **(settings or {})},
            cwd=folder,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
    try:
        yield OwnServer(_address(process, log), tokens, folder, process, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """The address the server prints once it can be reached."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(STARTED):
            return line.removeprefix(STARTED).split("（")[0]
    last = (log.read_text("utf-8", "replace").strip().splitlines() or ["（没有留下日志）"])[-1]
    raise ServerProblem(f"被测服务没有启动：{last}\n请先用 hanzhi doctor 检查环境。")


def _environment(folder: Path, model: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANZHI_") or name in PASSED_ON}
    code = str(Path(__file__).resolve().parent.parent)
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, (code, os.environ.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
        "HANZHI_HOST": "127.0.0.1",
        "HANZHI_PORT": "0",
        "HANZHI_DATA_DIR": str(folder / "data"),
        "HANZHI_CACHE_DIR": str(cache_folder() / "fitted"),
        "HANZHI_EVAL": "1",
        "HANZHI_ISSUER": ISSUER,
        "HANZHI_AUDIENCE": AUDIENCE,
        "HANZHI_JWKS": str(folder / "jwks.json"),
        "HANZHI_MODEL": model,
        "HANZHI_SANDBOX_DEMO": "0",
        "HANZHI_RATE_PERSON_PER_MINUTE": "0",
        "HANZHI_PLATFORM_TIMEOUT_S": "2",
        "HANZHI_MAX_BODY_BYTES": "10000000",
        "HANZHI_EVAL_ORACLE": str(folder / "oracle.json"),
        "OMP_NUM_THREADS": "1",
    }


def _forget_old(newest: Path) -> None:
    """Keep the three newest."""
    kept = (each for each in newest.parent.iterdir() if each.is_dir() and _PREPARED.fullmatch(each.name))
    found = sorted(kept, key=lambda each: each.stat().st_mtime)
    for each in found[:-3]:
        shutil.rmtree(each, ignore_errors=True)
