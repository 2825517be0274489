"""Another embedding is put in place in the background: search goes on, nothing is lost, a kill costs little."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from knowledge import (
    EmbeddingUnavailable,
    HashingEmbeddings,
    Job,
    Library,
    Query,
    Source,
    export_static,
    open_embeddings,
    open_library,
)

from .test_knowledge_embed import endpoint

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 6, 1)


class Gated(HashingEmbeddings):
    """An embedding of another make that waits at a gate for each batch, and counts what it embeds."""

    name = source = "gated"

    def __init__(self) -> None:
        self.gate, self.reached = threading.Event(), threading.Event()
        self.embedded = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.reached.set()
        assert self.gate.wait(60)
        self.embedded += len(texts)
        return super().embed_documents(texts)


def opened(folder: Path, gated: Embeddings, setting: str = "hashing") -> Library:
    def by_name(name: str) -> Embeddings:
        return gated if name == "gated" else open_embeddings(name)

    return open_library(folder, embeddings=by_name(setting), open_by_name=by_name, keyword_weight=0.5)


def fill(library: Library, documents: int = 8) -> list[str]:
    texts = ["\n".join(f"{n}.第{d}号单车停放要求{n}。内容{n}。" for n in range(1, 9)) for d in range(documents)]
    return library.add_many([Source(text.encode(), f"{d}.txt", "operations") for d, text in enumerate(texts)])


def ended(library: Library, job: Job) -> Job:
    until = time.monotonic() + 60
    while not (job := library.job(job.id)).ended:
        assert time.monotonic() < until, f"the job is still {job.state}"
        time.sleep(0.01)
    return job


def test_search_answers_from_the_old_vectors_until_the_switch(tmp_path: Path) -> None:
    gated = Gated()
    library = opened(tmp_path, gated)
    fill(library)
    before = library.search(Query("单车停放要求", DAY, k=50))
    job = library.reembed("gated")
    assert gated.reached.wait(60)
    running = library.embedding
    assert (running.name, running.replacing and running.replacing.id) == ("hashing", job.id)
    assert library.search(Query("单车停放要求", DAY, k=50)) == before
    gated.gate.set()
    done = ended(library, job)
    assert (done.state, done.kind, done.done, done.total) == ("done", "reembed", 64, 64)
    # The job is written as done; searches turn to the new vectors right after.
    until = time.monotonic() + 60
    while library.embedding.name != "gated":
        assert time.monotonic() < until, "the old vectors are still in use"
        time.sleep(0.01)
    assert library.embedding.replacing is None
    assert library.verify().agree
    assert len(library.search(Query("单车停放要求", DAY, k=50)).hits) == 50
    library.close()


def test_what_is_added_and_removed_meanwhile_is_right_after_the_switch(tmp_path: Path) -> None:
    gated = Gated()
    library = opened(tmp_path, gated)
    ids = fill(library)
    job = library.reembed("gated")
    assert gated.reached.wait(60)
    library.remove(ids[0])
    late = library.add("施工噪声应当在夜间停止。".encode(), "late.txt", "operations")
    gated.gate.set()
    assert ended(library, job).state == "done"
    assert library.verify().agree
    assert library.search(Query("夜间施工噪声", DAY)).hits[0].document.id == late.id
    after = library.add("路灯不亮可以反映。".encode(), "after.txt", "operations")
    assert library.search(Query("路灯不亮", DAY)).hits[0].document.id == after.id
    assert library.verify().agree
    library.close()


def test_people_search_through_the_switch_without_an_error(tmp_path: Path) -> None:
    gated = Gated()
    gated.gate.set()
    library = opened(tmp_path, gated)
    fill(library, 40)
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                if len(library.search(Query("单车停放要求", DAY, k=20)).hits) != 20:
                    wrong.append("too few")
            except Exception as problem:
                wrong.append(problem)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for name in ("gated", "static", "hashing"):
        assert ended(library, library.reembed(name)).state == "done"
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert library.verify().agree
    library.close()


def test_a_closed_library_goes_on_where_it_was(tmp_path: Path) -> None:
    gated = Gated()
    library = opened(tmp_path, gated)
    fill(library, 120)
    job = library.reembed("gated")
    assert gated.reached.wait(60)
    closing = threading.Thread(target=library.close)
    closing.start()
    gated.gate.set()
    closing.join()
    first = gated.embedded
    assert 0 < first < 960
    library = opened(tmp_path, gated)
    assert ended(library, job).state == "done"
    assert gated.embedded == 960
    assert library.verify().agree
    library.close()


KILLED = """
import sys
from pathlib import Path
from tests.test_knowledge_reembed import Gated, fill, opened
class Slow(Gated):
    def embed_documents(self, texts):
        if self.embedded:
            print("half", flush=True)
            self.reached.wait(); self.gate.clear()
        return super().embed_documents(texts)
gated = Slow()
gated.gate.set()
library = opened(Path(sys.argv[1]), gated)
fill(library, 120)
print(library.reembed("gated").id, flush=True)
library._reembedding._thread.join()
"""


def test_a_kill_half_way_costs_what_was_under_way(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert worker.stdout is not None
    job_id = worker.stdout.readline().strip()
    assert worker.stdout.readline() == "half\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    gated = Gated()
    gated.gate.set()
    library = opened(tmp_path, gated)
    assert library.search(Query("单车停放要求", DAY)).hits
    assert ended(library, library.job(job_id)).state == "done"
    assert 0 < gated.embedded < 960
    assert library.verify().agree
    library.close()


def test_after_a_change_of_the_setting_the_old_vectors_serve_until_the_new_are_there(tmp_path: Path) -> None:
    gated = Gated()
    library = opened(tmp_path, gated)
    fill(library)
    library.close()
    library = opened(tmp_path, gated, "gated")
    assert gated.reached.wait(60)
    assert library.embedding.name == "hashing"
    assert len(library.search(Query("单车停放要求", DAY)).hits) == 5
    job = library.embedding.replacing
    assert job is not None
    gated.gate.set()
    assert ended(library, job).state == "done"
    library.close()
    library = opened(tmp_path, gated, "gated")
    assert (library.embedding.name, library.embedding.replacing) == ("gated", None)
    assert library.verify().agree
    library.close()


def test_the_same_wish_is_one_job_and_another_wish_takes_its_place(tmp_path: Path) -> None:
    gated = Gated()
    library = opened(tmp_path, gated)
    fill(library)
    first = library.reembed("gated")
    assert library.reembed("gated").id == first.id
    assert gated.reached.wait(60)
    second = library.reembed("static")
    gated.gate.set()
    assert ended(library, second).state == "done"
    given_way = library.job(first.id)
    assert given_way.state == "failed"
    assert "代替" in str(given_way.problem)
    assert library.embedding.name == "static"
    assert library.verify().agree
    library.close()


def test_an_endpoint_takes_over_and_one_that_breaks_half_way_leaves_the_old_in_place(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    fill(library)
    with endpoint() as peer:
        name = f"openai:{peer.url}#bge-m3"
        assert ended(library, library.reembed(name)).state == "done"
        assert sum(len(each["input"]) for each in peer.asked) > 64
        assert library.embedding.name == name
        assert library.search(Query("单车停放要求", DAY)).hits
        assert ended(library, library.reembed("hashing")).state == "done"
        peer.lost = 1
        with pytest.raises(EmbeddingUnavailable):
            library.reembed(name)
        broken = ended(library, library.reembed(name, probe=False))
    assert broken.state == "failed"
    assert "没有给出向量" in str(broken.problem)
    assert library.embedding.name == "hashing"
    assert library.verify().agree
    library.close()


def test_a_model_folder_takes_over_and_another_model_in_the_same_folder_is_noticed(tmp_path: Path) -> None:
    export_static(tmp_path / "model")
    name = f"sentence-transformers:{tmp_path / 'model'}"
    library = open_library(tmp_path / "library")
    fill(library, 2)
    assert ended(library, library.reembed(name)).state == "done"
    assert library.verify().agree
    library.close()
    before = open_embeddings(name).name  # type: ignore[attr-defined]
    (tmp_path / "model").rename(tmp_path / "moved")
    name = f"sentence-transformers:{tmp_path / 'moved'}"
    assert open_embeddings(name).name == before  # type: ignore[attr-defined]
    with (tmp_path / "moved" / "model.safetensors").open("r+b") as weights:
        weights.seek(-4, 2)
        weights.write(b"\0\0\0\1")
    assert open_embeddings(name).name != before  # type: ignore[attr-defined]


def test_an_embedding_that_is_not_there_is_refused_at_once(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    for name in ("bge", f"sentence-transformers:{tmp_path / 'none'}"):
        with pytest.raises(EmbeddingUnavailable):
            library.reembed(name)
    assert library.embedding.replacing is None
    library.close()
