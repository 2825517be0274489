"""A model's text sorted as it streams: reasoning out, calls taken up, wherever the stream is cut into pieces."""

from __future__ import annotations

import pytest

from agents.models.endpoint_text import RawCall, Sieve

CALL = '<tool_call>\n{"name": "case__get", "arguments": {"number": "WH1"}}\n</tool_call>'
FOUND = RawCall("case__get", '{"number": "WH1"}')


def sift(text: str, at: int, **how: bool | None) -> tuple[str, list[RawCall], Sieve]:
    sieve = Sieve(**how)  # type: ignore[arg-type]
    out = sieve.feed(text[:at]) + sieve.feed(text[at:]) + sieve.close()
    return out, sieve.calls, sieve


@pytest.mark.parametrize(
    ("text", "thinks_first", "readable"),
    [
        ("您好，请稍等。", None, "您好，请稍等。"),
        ("<think>他要查案件</think>您好。", None, "您好。"),
        ("<think>他要查案件</think>您好。", False, "您好。"),
        ("他要查案件</think>您好。", None, "您好。"),
        ("他要查案件</think>您好。", True, "您好。"),
        ("[THINK]嗯[/THINK]您好<1年。", False, "您好<1年。"),
        ("◁think▷嗯◁/think▷您好。", False, "您好。"),
        ("<thinking>没有说完", False, ""),
        ("3<5 而且 a<t。", False, "3<5 而且 a<t。"),
    ],
)
def test_reasoning_is_taken_out_wherever_the_stream_is_split(
    text: str, thinks_first: bool | None, readable: str
) -> None:
    for at in range(len(text) + 1):
        assert sift(text, at, thinks_first=thinks_first)[0] == readable


def test_a_call_written_as_text_is_taken_up_wherever_the_stream_is_split() -> None:
    text = f"<think>查</think>好的。{CALL}"
    for at in range(len(text) + 1):
        out, calls, _ = sift(text, at)
        assert (out, calls) == ("好的。", [FOUND])


def test_a_call_that_is_never_closed_or_no_json_keeps_its_words() -> None:
    assert sift(CALL.removesuffix("</tool_call>"), 9)[1] == [FOUND]
    broken = sift('<tool_call>{"name": "case__get", "arguments": {"number": </tool_call>', 9)[1]
    assert broken == [RawCall("case__get", '{"name": "case__get", "arguments": {"number":')]


def test_an_answer_that_is_nothing_but_a_calls_json_is_a_call_where_calls_are_text() -> None:
    text = '```json\n{"name": "case__get", "arguments": {"number": "WH1"}}\n```'
    for at in range(len(text) + 1):
        assert sift(text, at, bare_calls=True)[:2] == ("", [FOUND])
    assert sift(text, 3)[0] == text


def test_while_it_is_unknown_whether_text_begins_in_reasoning_nothing_is_let_out() -> None:
    sieve = Sieve(None)
    assert sieve.feed("他要查案件。") == ""
    assert sieve.feed("</think>您好。") == "您好。"
    assert sieve.thinks_first is True
    plain = Sieve(None)
    assert plain.feed("您好。") == ""
    assert plain.close() == "您好。"
    assert plain.thinks_first is False
