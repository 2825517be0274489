"""Users and variants: what a reactive user says to which reply; rewordings that never change from run to run."""

from __future__ import annotations

from typing import Any

import pytest

from eval.building import build_sample
from eval.sample import Sample
from eval.users import End, ScriptedUser, open_user
from eval.variants import TRANSFORMS, apply_variant, versions

PLAIN: dict[str, Any] = {
    "schema": "sample/v1", "id": "T-01.n1", "family": "T-01", "vertical": "operations", "kind": "normal",
    "title": "井盖", "why": "白跑", "world": {"clock": "2026-09-01T08:40:00+08:00"},
    "user": {
        "mode": "reactive", "opening": "马路上井盖破了，怎么办，没有人管",
        "knows": {"address": ["解放大道和新华路路口", "新华路口那边"]},
        "unknown": {"photo": "现在没法拍"},
    },
    "expect": {"outcome": {"is": "done"}},
}  # fmt: skip


def sample(**user: Any) -> Sample:
    return build_sample({**PLAIN, "user": {**PLAIN["user"], **user}}, "x.yaml", 1)


def reply(kind: str = "answered", *, slots: tuple[str, ...] = (), actions: tuple[str, ...] = (), **more: Any) -> Any:
    asks = [{"slot": slot, "kind": "text", "choices": more.get("choices", [])} for slot in slots]
    shown = [{"id": f"a{n}", "tool": tool} for n, tool in enumerate(actions)]
    outcome = {"is": kind, "reason": more.get("reason")}
    return {"outcome": outcome, "asks": asks, "actions": shown, "text": more.get("text", "")}


def talk(user: Any, *replies: Any) -> list[Any]:
    return [user.next(each) for each in (None, *replies)]


def test_each_slot_is_given_when_it_is_asked_for_in_other_words_the_second_time() -> None:
    asked = reply("clarify", slots=("address",))
    moves = talk(open_user(sample().user), asked, asked, reply("clarify", slots=("photo",)))
    assert [move.text for move in moves[1:]] == ["解放大道和新华路路口", "新华路口那边", "现在没法拍"]


def test_what_is_volunteered_is_said_with_the_opening() -> None:
    first = open_user(sample(volunteers=["address"]).user).next(None)
    assert first.text == "马路上井盖破了，怎么办，没有人管，解放大道和新华路路口"


@pytest.mark.parametrize(("how", "kind", "text"), [("action", "confirm", ""), ("words", "text", "对，确认提交")])
def test_a_proposed_action_is_agreed_to_as_the_sample_says(how: str, kind: str, text: str) -> None:
    moves = talk(open_user(sample(confirms=how).user), reply("confirm", actions=("case.create",)))
    assert (moves[1].kind, moves[1].text) == (kind, text)


def test_the_talk_never_ends_on_a_confirmation_but_after_what_follows() -> None:
    moves = talk(open_user(sample().user), reply("confirm", actions=("case.create",)), reply("done"))
    assert moves[-1] == End("done")


def test_a_rule_goes_first_and_is_used_once() -> None:
    rules = [{"if": "confirms(case.create)", "do": "cancel"}, {"if": "refuses(privacy)", "say": "那算了"}]
    user = open_user(sample(rules=rules).user)
    proposed = reply("confirm", actions=("case.create",))
    moves = talk(user, proposed, proposed, reply("refused", reason="privacy"))
    assert [getattr(move, "kind", "") for move in moves[1:3]] == ["cancel", "confirm"]
    assert moves[3].text == "那算了"


def test_a_correction_comes_after_its_turn_whatever_was_said() -> None:
    corrections = {"after_turn": 2, "slot": "address", "say": "说错了，是江汉北路"}
    user = open_user(sample(will_correct=corrections).user)
    moves = talk(user, reply("clarify", slots=("address",)), reply("confirm", actions=("case.create",)))
    assert moves[2].text == "说错了，是江汉北路"


def test_a_question_about_something_unknown_leaves_the_user_stuck_after_one_try() -> None:
    odd = reply("clarify", slots=("colour",))
    moves = talk(open_user(sample(fallback="什么意思").user), odd, odd)
    assert moves[1].text == "什么意思"
    assert moves[2] == End("user_stuck")


def test_an_answer_that_also_asks_something_the_user_cannot_say_ends_the_talk() -> None:
    danger = reply("emergency", slots=("category",))
    assert talk(open_user(sample().user), danger)[-1] == End("done")
    known = reply("answered", slots=("address",))
    assert talk(open_user(sample().user), known)[-1].text == "解放大道和新华路路口"


def test_a_choice_is_made_by_the_users_own_words() -> None:
    user = open_user(sample(knows={"kind": ["雨水井盖"]}).user)
    moves = talk(user, reply("clarify", slots=("choice",), choices=["污水井盖", "雨水井盖"]))
    assert moves[1].text == "雨水井盖"


def test_patience_ends() -> None:
    asked = reply("clarify", slots=("address",))
    assert talk(open_user(sample(patience=2).user), asked, asked)[-1] == End("patience")


def test_a_script_is_said_to_its_end_whatever_comes_back() -> None:
    user = ScriptedUser(sample(mode="script", turns=["一", {"confirm": True}]).user)
    moves = talk(user, reply("refused"), reply("done"))
    assert [moves[0].text, moves[1].kind, moves[2]] == ["一", "confirm", End("script")]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_changes_the_words_always_in_the_same_way_and_nothing_else(name: str) -> None:
    plain = {**PLAIN, "user": {**PLAIN["user"], "opening": "请问解放大道的井盖坏了，怎么办，拨12345行吗"}}
    variant = {"id": "v", "transform": name, "seed": 3, "rate": 0.1}
    changed = apply_variant(plain, variant)
    assert changed["user"]["opening"] != plain["user"]["opening"]
    assert changed == apply_variant(plain, variant)
    assert changed["user"]["knows"] == plain["user"]["knows"]
    assert changed["expect"] == plain["expect"]
    assert name == "full_width" or "12345" in changed["user"]["opening"]


def test_a_clock_is_shifted_and_distractors_are_added() -> None:
    assert apply_variant(PLAIN, {"id": "c", "transform": "clock_shift", "days": -1})["world"]["clock"] == (
        "2026-08-31T08:40:00+08:00"
    )
    added = apply_variant(PLAIN, {"id": "d", "transform": "distractors"})["world"]["kb"]["add"]
    assert added
    assert "kb" not in PLAIN["world"]


def test_a_patch_is_merged_key_by_key_and_versions_have_hashes_of_their_own() -> None:
    plain = {
        **PLAIN,
        "variants": [
            {"id": "slow", "patch": {"world": {"faults": [{"tool": "geocode", "kind": "slow"}]}}},
            {"id": "other", "opening": "井盖碎了"},
        ],
    }
    found = list(versions(plain, build_sample(plain, "x.yaml", 1)))
    assert [each.variant for each in found] == ["", "slow", "other"]
    assert found[1].sample.world.clock == PLAIN["world"]["clock"]
    assert found[1].sample.world.faults[0].tool == "geocode"
    assert found[2].sample.user.opening == "井盖碎了"
    assert len({each.sample.hash for each in found}) == 3
    assert [each.variant for each in versions(plain, found[0].sample, "other")] == ["", "other"]
    assert [each.variant for each in versions(plain, found[0].sample, "none")] == [""]
