"""Embeddings: the bundled one equals its sentence-transformers export; endpoints; errors say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from knowledge import EmbeddingUnavailable, StaticEmbeddings, export_static, open_embeddings, vector

ROOT = Path(__file__).resolve().parent.parent
TEXTS = [
    "社保卡丢了怎么补办？",
    "武昌区中南路街道　Ａ栋 3-201 室，电话转 12345",
    "第一条 为了规范数据流通，促进数字经济高质量发展，制定本办法。\n\n第二条 本办法自2025年3月28日起施行。",
    "ABC def 128.5%",
    "𠮷野家 龘 😀",
    "水" * 3000,
    "",
    "   \n",
]


@dataclass
class Peer:
    """An embeddings endpoint on this machine, and what it was asked."""

    url: str
    status: int = 200
    lost: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextmanager
def endpoint() -> Iterator[Peer]:
    peer = Peer("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            peer.asked.append({"path": self.path, **body})
            peer.keys.append(self.headers.get("Authorization", ""))
            rows = [
                {"object": "embedding", "index": n, "embedding": [float(len(text)), 1.0]}
                for n, text in enumerate(body["input"])
            ]
            kept = rows[: len(rows) - peer.lost]
            answer = {
                "object": "list",
                "data": kept,
                "model": body["model"],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            }
            data = json.dumps(answer if peer.status == 200 else {"error": {"message": "no such key"}}).encode()
            self.send_response(peer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    peer.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(params=["static", "hashing"])
def embeddings(request: pytest.FixtureRequest) -> Embeddings:
    return open_embeddings(request.param)


def test_a_vector_has_unit_length_whatever_the_text(embeddings: Embeddings) -> None:
    lengths = np.linalg.norm(np.array(embeddings.embed_documents(TEXTS)), axis=1)
    assert np.allclose(lengths, 1, atol=1e-5)


def test_a_text_has_one_vector_as_a_question_and_as_a_passage(embeddings: Embeddings) -> None:
    assert embeddings.embed_documents(TEXTS) == [embeddings.embed_query(text) for text in TEXTS]


def test_width_and_case_of_letters_make_no_difference(embeddings: Embeddings) -> None:
    assert embeddings.embed_query("ＡＩ 智能体１２") == embeddings.embed_query("ai 智能体12")


@pytest.mark.parametrize(
    ("asked", "right", "wrong"),
    [
        ("下水道堵了", "排水管道堵塞", "养老金怎么领"),
        ("小孩上户口", "新生儿出生登记", "食品经营许可"),
        ("外地看病能报吗", "异地就医直接结算", "户外广告设置"),
        ("晚上工地太吵", "夜间施工噪声扰民", "居住证签注"),
    ],
)
def test_everyday_words_lie_nearer_to_their_official_name_than_to_another(asked: str, right: str, wrong: str) -> None:
    assert float(vector(asked) @ vector(right)) > float(vector(asked) @ vector(wrong)) + 0.2


def test_an_exported_folder_gives_the_same_vectors_in_sentence_transformers(tmp_path: Path) -> None:
    export_static(tmp_path / "model")
    loaded = open_embeddings(f"sentence-transformers:{tmp_path / 'model'}")
    words = [text for text in TEXTS if text.strip()]
    theirs, ours = np.array(loaded.embed_documents(words)), np.array(StaticEmbeddings().embed_documents(words))
    assert theirs.shape == ours.shape
    assert np.abs(theirs - ours).max() < 1e-4


def test_the_bundled_embedding_needs_neither_torch_nor_sentence_transformers() -> None:
    code = (
        "import sys; from knowledge import vector; assert vector('社保卡').shape == (256,)\n"
        "heavy = [name for name in ('torch', 'sentence_transformers', 'transformers') if name in sys.modules]\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_bundled_weights_stay_small() -> None:
    folder = ROOT / "knowledge" / "data" / "embedding"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 9_000_000


def test_many_threads_get_the_vectors_that_one_gets() -> None:
    texts = [f"第{number}条 申请人应当提交材料" for number in range(200)]
    shared = StaticEmbeddings()
    expected = shared.embed_documents(texts)
    found: list[list[list[float]]] = []
    threads = [threading.Thread(target=lambda: found.append(shared.embed_documents(texts))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_an_endpoint_gets_plain_text_in_small_batches_with_its_key() -> None:
    with endpoint() as peer:
        found = open_embeddings(f"openai:{peer.url}#bge-m3", "sesame").embed_documents(["字" * n for n in range(1, 26)])
    assert [row[0] for row in found] == [float(n) for n in range(1, 26)]
    assert [len(each["input"]) for each in peer.asked] == [10, 10, 5]
    assert {each["path"] for each in peer.asked} == {"/v1/embeddings"}
    assert {each["model"] for each in peer.asked} == {"bge-m3"}
    assert set(peer.keys) == {"Bearer sesame"}


def test_an_endpoint_that_refuses_is_named_and_its_key_is_not_shown() -> None:
    with endpoint() as peer:
        peer.status = 401
        with pytest.raises(EmbeddingUnavailable, match="embedding_key") as caught:
            open_embeddings(f"openai:{peer.url}#bge-m3", "sesame").embed_query("社保卡")
    assert peer.url in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_an_endpoint_that_answers_short_is_an_error_and_not_a_shifted_index() -> None:
    with endpoint() as peer:
        peer.lost = 1
        with pytest.raises(EmbeddingUnavailable, match="只收到 2 个向量"):
            open_embeddings(f"openai:{peer.url}#bge-m3").embed_documents(["一", "二", "三"])


def test_two_models_never_share_a_name() -> None:
    names = (
        "static",
        "hashing",
        "sentence-transformers:/a",
        "sentence-transformers:/b",
        "openai:http://h/v1#m",
        "openai:http://h/v1#n",
    )
    assert len({open_embeddings(name).name for name in names}) == len(names)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", "bge", "static:", "sentence-transformers:", "openai:http://h/v1", "openai:#m"])
def test_an_unknown_embedding_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(EmbeddingUnavailable, match="sentence-transformers"):
        open_embeddings(name)


@pytest.mark.parametrize("name", ["{folder}", "{folder}/none", "nobody/no-such-model"])
def test_a_model_that_is_not_on_this_machine_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(EmbeddingUnavailable, match="检查设置 embedding"):
        open_embeddings(f"sentence-transformers:{name.format(folder=tmp_path)}").embed_query("社保卡")
