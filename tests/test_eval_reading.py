"""Sample files: YAML 1.2 with lines, templates and variables, the schema's complaints in Chinese, hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from eval.checking import sample_schema
from eval.errors import BadSamples, EvalError
from eval.reading import Reading, load_samples, read_samples
from eval.yaml_lines import parse_yaml

FAMILY = """
family: {id: T-01, vertical: operations, title: 上报, proves: 一句话能报上去}
vars: {road: 解放大道, phones: ["13900000001"]}
templates:
  base:
    kind: normal
    why: 地点错会让人白跑
    world: {clock: 2026-09-01T08:40:00+08:00}
    actor: {role: citizen, identity: citizen-1}
    expect: {outcome: {is: done}}
samples:
"""


def family(tmp_path: Path, samples: str) -> Path:
    path = tmp_path / "T-01.yaml"
    path.write_text(FAMILY + samples, encoding="utf-8")
    return path


def complaint(tmp_path: Path, samples: str) -> str:
    reading = read_samples([family(tmp_path, samples)])
    assert len(reading.findings) == 1, [str(each) for each in reading.findings]
    return str(reading.findings[0])


def one(tmp_path: Path, samples: str) -> Reading:
    return load_samples([family(tmp_path, samples)])


def test_yaml_is_read_by_version_1_2() -> None:
    text = "a: yes\nb: on\nc: 1\nd: 1.5\ne: true\nf: ~\ng: '1'\nh: 2026-09-01T08:40:00+08:00\n"
    plain = parse_yaml(text, "x").plain()
    assert plain == {
        "a": "yes", "b": "on", "c": 1, "d": 1.5, "e": True, "f": None, "g": "1", "h": "2026-09-01T08:40:00+08:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a: 1\na: 2\n", 2, "键 a 写了两次"),
        ("code: 0101\n", 1, '编码写成 "0101"'),
        ("a: [1\nb: 2\n", 2, "YAML 写法有误"),
        ("a: !!python/name:os.system x\n", 1, "不支持标签"),
        ("", 1, "文件是空的"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line_and_a_fix(text: str, line: int, told: str) -> None:
    with pytest.raises(BadSamples) as caught:
        parse_yaml(text, "file.yaml")
    assert f"file.yaml:{line}" in str(caught.value)
    assert told in str(caught.value)
    assert "改法：" in str(caught.value)


def test_a_sample_takes_over_its_template_and_its_familys_head_and_variables(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        """
  - id: T-01.n1
    extends: base
    title: 在${road}报井盖，付$$5
    user: {mode: reactive, opening: $road 井盖破了, knows: {phone: $phones}}
    actor: {identity: citizen-2}
    world: {fixtures: [empty]}
""",
    ).samples[0]
    assert (found.family, found.vertical, found.title) == ("T-01", "operations", "在解放大道报井盖，付$5")
    assert found.user.opening == "解放大道 井盖破了"
    assert found.user.knows == {"phone": ("13900000001",)}
    assert (found.actor.role, found.actor.identity) == ("citizen", "citizen-2")
    assert (found.world.clock, found.world.fixtures) == ("2026-09-01T08:40:00+08:00", ("empty",))
    assert found.line == 13


def test_an_unknown_key_is_an_error_that_guesses_what_was_meant(tmp_path: Path) -> None:
    told = complaint(
        tmp_path,
        "  - {id: a, extends: base, titel: x, title: x, user: {mode: script, turns: [好]}}\n",
    )
    assert "不认识的键 titel" in told
    assert "是不是想写 title？" in told
    assert ":12" in told


def test_a_wrong_value_deep_inside_is_named_by_its_key_path(tmp_path: Path) -> None:
    sample = """
  - id: a
    extends: base
    title: x
    user: {mode: script, turns: [好]}
    expect:
      state:
        changes:
          - {table: case, op: insrt}
"""
    told = complaint(tmp_path, sample)
    assert "expect.state.changes[0].op" in told
    assert "是不是想写 insert？" in told
    assert ":20 " in told


def test_a_variable_or_template_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    sample = "  - {id: a, extends: base, title: $street, user: {mode: script, turns: [好]}}\n"
    assert "没有名为 street 的变量" in complaint(tmp_path, sample)
    rest = "kind: normal, why: x, title: x, user: {mode: script, turns: [好]}, expect: {outcome: {is: done}}"
    assert "没有名为 bass 的模板或样本" in complaint(tmp_path, f"  - {{id: a, extends: bass, {rest}}}\n")


def test_templates_go_one_level_deep(tmp_path: Path) -> None:
    samples = """
  - {id: a, extends: base, title: x, user: {mode: script, turns: [好]}}
  - {id: b, extends: a, title: y, user: {mode: script, turns: [好]}}
"""
    reading = read_samples([family(tmp_path, samples)])
    assert any("extends 只能有一层" in str(each) for each in reading.findings)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    samples = """
  - {id: a, extends: base, title: x, user: {mode: script, turns: [好]}}
  - {id: a, extends: base, title: y, user: {mode: script, turns: [好]}}
"""
    assert "编号 a 已经用过" in complaint(tmp_path, samples)


def test_the_hash_changes_with_what_is_run_or_scored_and_with_nothing_else(tmp_path: Path) -> None:
    def hashed(title: str, opening: str) -> str:
        text = f"  - {{id: a, extends: base, title: {title}, user: {{mode: reactive, opening: {opening}}}}}\n"
        return one(tmp_path, text).samples[0].hash

    assert hashed("甲", "井盖破了") == hashed("乙", "井盖破了")
    assert hashed("甲", "井盖破了") != hashed("甲", "井盖坏了")


def test_a_missing_path_says_what_to_do() -> None:
    with pytest.raises(EvalError, match="请检查路径"):
        read_samples([Path("nowhere.yaml")])


def test_the_schema_is_a_schema_and_describes_every_field() -> None:
    Draft202012Validator.check_schema(sample_schema())
    assert "description" in json.dumps(sample_schema()["$defs"]["sample"]["properties"]["user"])


def test_the_bundled_samples_are_right() -> None:
    reading = load_samples()
    assert len(reading.families) == 30
    kinds = {(each.family, each.kind) for each in reading.samples}
    assert {kind for _, kind in kinds} == {"normal", "missing_slot", "trap", "adversarial"}
    assert all(sum(one.family == each.id for one in reading.samples) >= 8 for each in reading.families)
