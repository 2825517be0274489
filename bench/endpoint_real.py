"""A whole turn with a server and a model that other people wrote: `transformers serve`, with weights made on the spot.

    pip install 'transformers[serving]'        # brings accelerate, which Hanzhi itself does not need
    python -m bench.endpoint_real

Nothing is downloaded: a tokenizer of 2,000 pieces and a Qwen3 model of half a million parameters are made here and
over-fitted, in under a minute of CPU, on four conversations with the desk that a scripted endpoint recorded. Then
the same four are held again with `transformers serve` behind the endpoint model: a case looked up by a tool call, its
result told with a citation; a cited answer from a document; a report put up for a yes; a greeting. They must end as
they did with the script. The streaming and the parsing of tool calls are the server's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from agents import Ask, House, Principal, Reply, open_house, read_settings
from agents.models import Limits, open_endpoint
from tools import CaseDraft, Cases

from .endpoint_peer import Answer, ToolCall, peer
from .turns import free_port

CITIZEN = Principal("citizen-1", frozenset(("citizen",)), name="测试市民", verified=True)
NUMBER = "WH20260901000001"
GUIDE = "# 居住证办事指南\n\n## 材料\n\n办理居住证要带身份证和照片。材料在社区服务中心交。\n"
LOOK_UP = Answer(calls=(ToolCall("case__get", json.dumps({"number": NUMBER})),))
REPORTED = json.dumps({"description": "井盖翘起来了", "address": "徐东大街和友谊大道路口"}, ensure_ascii=False)
TALKS: dict[str, tuple[Answer, ...]] = {
    f"我报的案件{NUMBER}怎么样了？": (LOOK_UP, Answer("您的案件已经上报，等待受理。[REF]")),
    "办理居住证要带什么材料？": (Answer("办理居住证要带身份证和照片。[1]"),),
    "徐东大街和友谊大道路口的井盖翘起来了": (Answer(calls=(ToolCall("case__create", REPORTED),)),),
    "你好": (Answer("您好，请问要办什么事？"),),
}
# What the model reads of a conversation: the last question and what followed, a tool's result by its beginning.
TEMPLATE = """{%- for m in messages -%}
{%- if m.role == 'user' -%}<|im_start|>user
{{ m.content }}<|im_end|>
{% elif m.role == 'tool' -%}<|im_start|>tool
{{ m.content[:40] }}<|im_end|>
{% elif m.role == 'assistant' -%}<|im_start|>assistant
{{ m.content or '' }}{% for c in m.tool_calls or [] %}<tool_call>
{"name": "{{ c.function.name }}", "arguments": {}}
</tool_call>{% endfor %}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""
STEPS, MARKS = 160, ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


@dataclass(frozen=True)
class Held:
    """One conversation: its reply and the seconds it took."""

    reply: Reply
    seconds: float


def main() -> int:
    """Record, make, serve, hold the conversations again; 1 when one ends otherwise."""
    logging.getLogger("agents").setLevel(logging.ERROR)
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        script = Script()
        with peer(script) as served:
            expected = asyncio.run(hold(home / "scripted", served.url, "peer"))
        began, spent = time.perf_counter(), _cpu()
        parameters, loss = make_model(home / "model", script.samples)
        print(f"made: {parameters / 1e6:.2f} M parameters, {STEPS} steps, loss {loss:.4f}, ", end="")
        print(f"{time.perf_counter() - began:.0f} s, {_cpu() - spent:.0f} s of CPU")
        with serving(home / "model") as url:
            got = asyncio.run(hold(home / "real", url, str(home / "model")))
    return report(expected, got)


class Script:
    """A scripted endpoint that keeps every request with its answer."""

    def __init__(self) -> None:
        self.samples: list[tuple[list[dict[str, Any]], Answer]] = []

    def __call__(self, body: dict[str, Any]) -> Answer:
        """The next line for the question that is asked."""
        messages = body["messages"]
        at = max(n for n, each in enumerate(messages) if each["role"] == "user")
        after = sum(each["role"] == "assistant" for each in messages[at:]) - 1
        answer = TALKS[messages[at]["content"]][after]
        result = json.loads(messages[-1]["content"])
        answer = replace(answer, text=answer.text.replace("REF", str(result.get("ref"))))
        self.samples.append((messages, answer))
        return answer


async def hold(folder: Path, url: str, name: str) -> dict[str, Held]:
    """The conversations, each in a talk of its own."""
    model = open_endpoint(url, name, "", Limits(timeout_s=60.0, silence_s=60.0))
    settings = read_settings(
        data_dir=folder, clock="2026-09-01T10:00:00+08:00", bundled_knowledge=False, sandbox_demo=False
    )
    held: dict[str, Held] = {}
    async with open_house(settings, model=model) as house:
        await _furnish(house)
        for text in TALKS:
            talk = await house.desk.open_conversation(CITIZEN)
            began = time.perf_counter()
            reply = await house.desk.ask(Ask(talk.id, text), CITIZEN)
            held[text] = Held(reply, time.perf_counter() - began)
    return held


async def _furnish(house: House) -> None:
    """One document, one case of this person."""
    house.library.add(GUIDE.encode(), "guide.md", "government")
    draft = CaseDraft("路灯灭了一排", "武汉市武昌区付家坡", "C0118", 114.327, 30.538)
    made = await Cases(house.platform).create(draft, CITIZEN, "seed")
    assert made.number == NUMBER, made.number


def make_model(folder: Path, samples: list[tuple[list[dict[str, Any]], Answer]]) -> tuple[int, float]:
    """A tokenizer and a model over-fitted on these samples; how many parameters it has, and its last loss."""
    import torch
    from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(7)
    torch.set_num_threads(1)
    tokenizer = _tokenizer([json.dumps(samples, ensure_ascii=False, default=str), GUIDE * 3])
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    config = Qwen3Config(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=32, max_position_embeddings=2048,
        tie_word_embeddings=True, eos_token_id=end, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model = Qwen3ForCausalLM(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [_row(tokenizer, messages, answer) for messages, answer in samples]
    batch = tokenizer.pad({"input_ids": rows}, return_tensors="pt", padding_side="right")
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    loss = torch.tensor(0.0)
    for _ in range(STEPS):
        loss = model(**batch, labels=labels).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    model.generation_config = GenerationConfig(max_new_tokens=160, do_sample=False, eos_token_id=end)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model.num_parameters(), loss.item()


def _tokenizer(texts: list[str]) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=2000, special_tokens=list(MARKS), initial_alphabet=alphabet)
    made.train_from_iterator(texts, trainer)
    marks = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, additional_special_tokens=["<|im_start|>"], **marks)
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _row(tokenizer: Any, messages: list[dict[str, Any]], answer: Answer) -> list[int]:
    """The ids of a prompt as the server renders it, and of the answer as the model must write it."""
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    calls = (f'<tool_call>\n{{"name": "{c.name}", "arguments": {c.arguments}}}\n</tool_call>' for c in answer.calls)
    ids: list[int] = tokenizer(prompt + answer.text + "".join(calls) + "<|im_end|>")["input_ids"]
    return ids


@contextmanager
def serving(model: Path) -> Iterator[str]:
    """`transformers serve` as a process of its own, gone at the end."""
    port = free_port()
    program = Path(sys.executable).parent / "transformers"
    command = [str(program), "serve", str(model), "--device", "cpu", "--port", str(port), "--host", "127.0.0.1"]
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            while not _ready(port):
                if process.poll() is not None or time.perf_counter() - began > 180:
                    log.seek(0)
                    raise SystemExit(f"transformers serve did not start:\n{log.read().decode()[-1500:]}")
                time.sleep(0.3)
            print(f"served: transformers serve ready after {time.perf_counter() - began:.0f} s")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def report(expected: dict[str, Held], got: dict[str, Held]) -> int:
    """Print the replies; 1 when one is another than with the script."""
    wrong = 0
    for text, held in got.items():
        reply, wanted = held.reply, expected[text].reply
        same = (reply.text, reply.outcome, reply.degraded) == (wanted.text, wanted.outcome, None)
        wrong += not same
        print(f"\n{'✓' if same else '✗'} {text}  ({held.seconds:.1f} s, degraded: {reply.degraded})")
        print(f"  [{reply.outcome.kind}] {reply.text}".replace("\n", "\n  "))
        for each in reply.citations:
            print(f"  [{each.number}] {each.kind} {each.title}: {each.quote[:60]}".replace("\n", " "))
        if not same:
            print(f"  wanted: [{wanted.outcome.kind}] {wanted.text}".replace("\n", "\n  "))
    print(f"\n{len(got)} conversations, {wrong} other than with the script; load average {os.getloadavg()[0]:.1f}")
    return int(bool(wrong))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
