"""Trains the bundled static embedding and writes it into `knowledge/data/embedding`.

    python -m bench.train_embedding --laws laws.jsonl.gz --reading cmrc2018_trial.json.gz

A BPE tokenizer (32 000 tokens) and one 256-number row per token, learnt by telling the passage that belongs to a
query from the others of its batch. The rows are kept as int8 with one scale each. One seed; the batches are the same
on every run, the last digits depend on the machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch import nn

from .embedding_pairs import Pairs, guide_pairs, law_pairs, phrasing_pairs, reading_pairs

ROOT = Path(__file__).parent.parent
TOKENS, DIMENSIONS, SIZES = 32_000, 256, (256, 128, 64)
# Share of tokens left out at each step, so that small sets are not learnt by heart.
DROPPED = 0.2


@dataclass(frozen=True)
class Encoded:
    """A set of pairs as token ids."""

    name: str
    weight: float
    queries: list[list[int]]
    passages: list[list[int]]
    groups: npt.NDArray[np.int64]


def main() -> None:
    """Read, train, write."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    started = time.perf_counter()
    pairs = read_pairs(options)
    print(*(f"{each.name}: {len(each.queries)} pairs" for each in pairs), sep="\n")
    tokenizer = train_tokenizer(pairs)
    sets = [encode(tokenizer, each) for each in pairs if each.queries]
    print(f"read and tokenised in {time.perf_counter() - started:.0f} s")
    weights = train(sets, tokenizer.get_vocab_size(), options.steps, options.batch)
    save(options.out, tokenizer, weights)
    print(f"done in {time.perf_counter() - started:.0f} s")


def read_pairs(options: argparse.Namespace) -> list[Pairs]:
    """All sets of pairs."""
    rng = random.Random(0)
    return [
        law_pairs(options.laws, rng),
        reading_pairs(options.reading),
        guide_pairs(options.bases, rng),
        phrasing_pairs(options.phrasings, rng),
    ]


def train_tokenizer(pairs: Sequence[Pairs]) -> Tokenizer:
    """BPE over NFKC lower-cased text; everyday words are rare in laws and count more."""
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits()]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=TOKENS, max_token_length=5, limit_alphabet=6000, special_tokens=["[UNK]"], show_progress=False
    )
    tokenizer.train_from_iterator(_sample(pairs), trainer)
    return tokenizer


def _sample(pairs: Sequence[Pairs]) -> Iterator[str]:
    for each in pairs:
        passages = list(dict.fromkeys(each.passages))
        random.Random(0).shuffle(passages)
        yield from passages[:120_000]
        if each.name != "laws":
            for _ in range(5):
                yield from each.queries


def encode(tokenizer: Tokenizer, pairs: Pairs) -> Encoded:
    """Token ids of a set."""
    queries = [each.ids for each in tokenizer.encode_batch(list(pairs.queries))]
    passages = [each.ids for each in tokenizer.encode_batch(list(pairs.passages))]
    return Encoded(pairs.name, pairs.weight, queries, passages, np.array(pairs.groups))


def train(sets: Sequence[Encoded], tokens: int, steps: int, batch: int) -> npt.NDArray[np.float32]:
    """The rows: Adam, warm-up and cosine, in-batch negatives in both directions, cosine × 20."""
    bag = nn.EmbeddingBag(tokens, DIMENSIONS, mode="sum")
    with torch.no_grad():
        rarity = torch.from_numpy(_rarity(sets, tokens))
        bag.weight.normal_(0, 0.1).mul_(rarity[:, None])
    adam = torch.optim.Adam(bag.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 0.02, total_steps=steps, pct_start=0.1)
    draws = np.random.default_rng(0)
    chances = np.array([each.weight for each in sets])
    started = time.perf_counter()
    for step in range(steps):
        drawn = sets[draws.choice(len(sets), p=chances / chances.sum())]
        rows = draws.choice(len(drawn.queries), min(batch, len(drawn.queries)), replace=False)
        loss = _loss(bag, drawn, rows)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        schedule.step()
        if step % 25 == 0:
            passed = time.perf_counter() - started
            print(f"step {step:4d}  {drawn.name:<9} loss {loss.item():.3f}  {passed:.0f} s", flush=True)
    return bag.weight.detach().numpy()


def _rarity(sets: Sequence[Encoded], tokens: int) -> npt.NDArray[np.float32]:
    counts = np.ones(tokens)
    total = 0
    for each in sets:
        for ids in each.passages:
            counts[np.unique(ids)] += 1
        total += len(each.passages)
    rarity = np.log(1 + total / counts)
    return (rarity / rarity.mean()).astype(np.float32)


def _loss(bag: nn.EmbeddingBag, drawn: Encoded, rows: npt.NDArray[np.int64]) -> torch.Tensor:
    queries = _vectors(bag, [drawn.queries[row] for row in rows])
    passages = _vectors(bag, [drawn.passages[row] for row in rows])
    groups = torch.from_numpy(drawn.groups[rows])
    masked = (groups[:, None] == groups[None, :]) & ~torch.eye(len(rows), dtype=torch.bool)
    right = torch.arange(len(rows))
    total = torch.zeros(())
    for size in SIZES:
        first = nn.functional.normalize(queries[:, :size], dim=1)
        second = nn.functional.normalize(passages[:, :size], dim=1)
        scores = (20 * first @ second.T).masked_fill(masked, -1e4)
        total = total + nn.functional.cross_entropy(scores, right) + nn.functional.cross_entropy(scores.T, right)
    return total / (2 * len(SIZES))


def _vectors(bag: nn.EmbeddingBag, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    offsets = np.cumsum([0, *(len(each) for each in texts[:-1])])
    ids = np.concatenate([np.asarray(each, dtype=np.int64) for each in texts])
    kept = (torch.rand(len(ids)) >= DROPPED).float()
    vectors: torch.Tensor = bag(torch.from_numpy(ids), torch.from_numpy(offsets), per_sample_weights=kept)
    return vectors


def save(folder: Path, tokenizer: Tokenizer, weights: npt.NDArray[np.float32]) -> None:
    """Per-row int8 and the tokenizer, gzipped without a date so that equal input gives equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = (np.abs(weights).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(weights / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    # Names the vectors: an index built with other weights is not searched with these.
    version = hashlib.sha256(rows.tobytes() + scales.tobytes() + tokenizer.to_str().encode()).hexdigest()[:8]
    np.savez_compressed(folder / "weights.npz", rows=rows, scales=scales, version=np.array(version))
    with open(folder / "tokenizer.json.gz", "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(tokenizer.to_str().encode())
    for path in sorted(folder.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--laws", type=Path, required=True, help="JSONL.gz of articles: law, chapter, text")
    options.add_argument("--reading", type=Path, required=True, help="SQuAD-style JSON.gz")
    options.add_argument("--bases", type=Path, default=ROOT / "knowledge" / "bundled")
    options.add_argument("--phrasings", type=Path, default=ROOT / "bench" / "data" / "phrasings.jsonl")
    options.add_argument("--out", type=Path, default=ROOT / "knowledge" / "data" / "embedding")
    options.add_argument("--steps", type=int, default=500)
    options.add_argument("--batch", type=int, default=2048)
    options.add_argument("--threads", type=int, default=1)
    return options.parse_args()


if __name__ == "__main__":
    main()
