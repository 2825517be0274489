"""Importers on a few lines in each set's own format; component scores by hand; BFCL's gold matches itself only."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.commands import app
from eval.components import call_parts, score_components, span_parts
from eval.errors import BadSamples, EvalError
from eval.importers import FORMATS, import_set, read_components, write_imported
from eval.reading import read_samples


def lines(path: Path, *values: Any) -> Path:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in values), encoding="utf-8")
    return path


def whole(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


FUNCTION = {
    "name": "weather.get",
    "description": "天气",
    "parameters": {
        "type": "dict",
        "properties": {"city": {"type": "string"}, "days": {"type": "float"}},
        "required": ["city"],
    },
}


def a_bfcl(folder: Path) -> Any:
    questions = lines(
        folder / "q.json",
        {"id": "simple_0", "question": [[{"role": "user", "content": "武汉明天的天气"}]], "function": [FUNCTION]},
    )
    gold = {
        "id": "simple_0",
        "ground_truth": [
            {
                "weather.get": {
                    "city": ["武汉", "武汉市"],
                    "days": [1, ""],
                    "area": [{"name": ["江汉"], "code": ["", 3]}],
                }
            }
        ],
    }
    return import_set("bfcl", questions, lines(folder / "a.json", gold)).components[0]


RIGHT = {"tool": "weather.get", "args": {"city": "武汉市", "days": 1.0, "area": {"name": "江汉"}}}


def test_bfcl_keeps_question_schema_and_allowed_values(tmp_path: Path) -> None:
    found = a_bfcl(tmp_path)
    assert found.given["turns"] == ["武汉明天的天气"]
    assert found.given["tools"][0]["parameters"]["type"] == "object"
    assert found.given["tools"][0]["parameters"]["properties"]["days"]["type"] == "number"
    assert call_parts(found.gold, [RIGHT])[0].numerator == 1.0


@pytest.mark.parametrize(
    "bent",
    [
        [],
        [RIGHT, RIGHT],
        [{**RIGHT, "tool": "weather.set"}],
        [{**RIGHT, "args": {**RIGHT["args"], "city": "长沙"}}],
        [{**RIGHT, "args": {**RIGHT["args"], "days": "1"}}],
        [{**RIGHT, "args": {**RIGHT["args"], "unit": "c"}}],
        [{**RIGHT, "args": {**RIGHT["args"], "area": {"name": "江汉", "code": 4}}}],
        [{**RIGHT, "args": {"days": 1}}],
    ],
)
def test_mutated_bfcl_gold_is_wrong(tmp_path: Path, bent: list[dict[str, Any]]) -> None:
    assert call_parts(a_bfcl(tmp_path).gold, bent)[0].numerator == 0.0


def test_bfcl_optional_values_may_be_missing_and_irrelevance_allows_no_call(tmp_path: Path) -> None:
    assert (
        call_parts(a_bfcl(tmp_path).gold, [{**RIGHT, "args": {"city": "武汉", "area": {"name": "江汉", "code": 3}}}])[
            0
        ].numerator
        == 1.0
    )
    path = lines(
        tmp_path / "i.json",
        {"id": "irrelevance_0", "question": [[{"role": "user", "content": "你好"}]], "function": [FUNCTION]},
    )
    gold = import_set("bfcl", path).components[0].gold
    assert call_parts(gold, [])[0].numerator == 1.0
    assert call_parts(gold, [RIGHT])[0].numerator == 0.0


def test_acebench_has_one_value_for_each_argument(tmp_path: Path) -> None:
    path = lines(tmp_path / "q.json", {"id": "normal_0", "question": "user: 武汉天气", "function": [FUNCTION]})
    gold = lines(tmp_path / "a.json", {"id": "normal_0", "ground_truth": {"weather.get": {"city": "武汉"}}})
    found = import_set("acebench", path, gold).components[0]
    assert call_parts(found.gold, [{"tool": "weather.get", "args": {"city": "武汉"}}])[0].numerator == 1.0
    assert call_parts(found.gold, [{"tool": "weather.get", "args": {"city": "武汉市"}}])[0].numerator == 0.0


def as_samples(folder: Path, form: str, path: Path) -> Any:
    assert write_imported(import_set(form, path), folder / "out.yaml") > 0
    reading = read_samples([folder / "out.yaml"])
    assert reading.findings == (), list(map(str, reading.findings))
    return reading.samples


def test_acebench_numbers_a_tool_that_is_called_twice_and_its_special_part_is_left_out(tmp_path: Path) -> None:
    question = {"question": "user: 武汉和孝感的天气", "function": [FUNCTION]}
    path = lines(tmp_path / "q.json", {"id": "p_0", **question}, {"id": "special_0", **question})
    twice = {"weather.get_1": {"city": "武汉"}, "weather.get_2": {"city": "孝感"}}
    special = {"id": "special_0", "ground_truth": {"weather.get": ["city"]}}
    gold = lines(tmp_path / "a.json", {"id": "p_0", "ground_truth": twice}, special)
    imported = import_set("acebench", path, gold)
    found = imported.components
    assert [each.id for each in found] == ["p_0"]
    assert imported.left_out[0].startswith("special_0")
    made = [{"tool": "weather.get", "args": {"city": city}} for city in ("武汉", "孝感")]
    assert call_parts(found[0].gold, made)[0].numerator == 1.0
    with pytest.raises(BadSamples, match="答案文件里没有 special_0"):
        import_set("acebench", path, lines(tmp_path / "short.json", {"id": "p_0", "ground_truth": twice}))


def test_bfcl_categories_that_need_their_own_world_are_refused_by_name(tmp_path: Path) -> None:
    question = {"id": "multi_turn_base_0", "question": [[{"role": "user", "content": "进目录"}]]}
    gold = {"id": "multi_turn_base_0", "ground_truth": [["cd(folder='document')"]]}
    with pytest.raises(BadSamples, match="不能转"):
        import_set("bfcl", lines(tmp_path / "q.json", question), lines(tmp_path / "a.json", gold))


def test_a_packed_file_is_read_as_it_is_and_what_is_no_text_is_named(tmp_path: Path) -> None:
    packed = tmp_path / "set.json.gz"
    packed.write_bytes(gzip.compress(json.dumps({"data": []}).encode()))
    assert import_set("cmrc", packed).samples == ()
    packed.write_bytes(b"\x1f\x8b broken")
    with pytest.raises(BadSamples, match="读不出文字"):
        import_set("cmrc", packed)


def test_a_question_without_words_is_left_out_and_told(tmp_path: Path) -> None:
    asked = [
        {"id": "q1", "question": " ", "answers": []},
        {"id": "q2", "question": "几天", "answers": [{"text": "15日"}]},
    ]
    data = {"data": [{"title": "时限", "paragraphs": [{"context": "15日内办结。", "qas": asked}]}]}
    found = import_set("cmrc", whole(tmp_path / "c.json", data))
    assert [each["source"]["upstream_id"] for each in found.samples] == ["q2"]
    assert found.left_out == ("q1：题目是空的",)


@pytest.mark.parametrize("form", ["squad", "cmrc"])
def test_squad_becomes_valid_samples_with_their_paragraph(tmp_path: Path, form: str) -> None:
    paragraph = {
        "id": "DEV_0",
        "context": "黄鹤楼在武汉，始建于三国。",
        "qas": [
            {
                "id": "DEV_0_QUERY_0",
                "question": "黄鹤楼在哪里？",
                "answers": [{"text": "武汉", "answer_start": 4}, {"text": "武汉", "answer_start": 4}],
            },
            {"id": "DEV_0_QUERY_1", "question": "门票多少钱？", "answers": [], "is_impossible": True},
        ],
    }
    one, two = as_samples(
        tmp_path,
        form,
        whole(tmp_path / "s.json", {"version": "1", "data": [{"title": "黄鹤楼", "paragraphs": [paragraph]}]}),
    )
    assert one.world.kb.add[0].text.endswith("始建于三国。")
    assert one.expect.reply.say == ({"any": ["武汉"]},)
    assert two.expect.outcome.reasons == ("no_evidence",)


def test_rgb_gives_passages_and_refuses_where_none_is_positive(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "zh.json",
        {
            "id": 0,
            "query": "哪一年开工？",
            "answer": ["2019", ["三月", "3月"]],
            "positive": ["2019年3月开工。"],
            "negative": ["已通车。"],
        },
        {"id": 1, "query": "谁设计的？", "answer": ["某人"], "positive": [], "negative": ["已通车。", ["另一段。"]]},
    )
    one, two = as_samples(tmp_path, "rgb", path)
    assert one.expect.reply.say == ("2019", {"any": ["三月", "3月"]})
    assert len({each.title for each in one.world.kb.add}) == 2
    assert two.expect.outcome.kinds == ("refused",)
    assert len(two.world.kb.add) == 2


def test_crosswoz_gives_user_turns_with_their_history(tmp_path: Path) -> None:
    messages = [
        {"role": "usr", "content": "找个景点，要5A的", "dialog_act": [["Inform", "景点", "评分", "5A"]]},
        {"role": "sys", "content": "黄鹤楼怎么样", "dialog_act": [["Recommend", "景点", "名称", "黄鹤楼"]]},
        {"role": "usr", "content": "电话多少", "dialog_act": [["Request", "景点", "电话", ""]]},
    ]
    found = import_set("crosswoz", whole(tmp_path / "c.json", {"9": {"messages": messages}})).components
    assert [each.id for each in found] == ["9-0", "9-2"]
    assert found[1].given["history"] == ["找个景点，要5A的", "黄鹤楼怎么样"]
    figures = score_components(
        found, {"9-0": {"acts": [["Inform", "景点", "评分", "5A"], ["Inform", "景点", "门票", "0"]]}}
    )
    assert figures["act_precision"].micro == 0.5
    assert figures["act_recall"].micro == 0.5
    assert figures["turn_exact"].micro == 0.0


def test_conll_gives_character_spans_in_bio_and_bioes(tmp_path: Path) -> None:
    text = "武 B-district\n昌 I-district\n区 E-district\n中 B-road\n山 I-road\n路 I-road\n的 O\n汉 S-x\n"
    text += "\n-DOCSTART- O\n\n好 O\n"
    (tmp_path / "a.conll").write_text(text, encoding="utf-8")
    one, two = import_set("conll", tmp_path / "a.conll").components
    assert one.given["text"] == "武昌区中山路的汉"
    assert one.gold["spans"] == [[0, 3, "district"], [3, 6, "road"], [7, 8, "x"]]
    assert two.gold["spans"] == []


def test_a_token_that_is_a_space_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("武\tB-LOC\n汉\tI-LOC\n \tO\n市\tB-LOC\n", encoding="utf-8")
    found = import_set("conll", path).components[0]
    assert (found.given["text"], found.gold["spans"]) == ("武汉 市", [[0, 2, "LOC"], [3, 4, "LOC"]])


def test_spans_are_counted_strictly_and_by_overlap() -> None:
    gold, found = [[0, 3, "a"], [5, 7, "b"]], [[0, 3, "a"], [5, 6, "b"], [8, 9, "a"], [0, 3, "b"]]
    parts = {each.name: (each.numerator, each.denominator) for each in span_parts(gold, found)}
    assert parts["strict_precision"] == (1, 4)
    assert parts["strict_recall"] == (1, 2)
    assert parts["overlap_precision"] == (2, 4)
    assert parts["overlap_recall"] == (2, 2)


def a_beir(folder: Path, *grades: str) -> Path:
    (folder / "qrels").mkdir(parents=True)
    lines(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "", "text": "甲"},
        {"_id": "d2", "title": "", "text": "乙"},
        {"_id": "d3", "text": "丙"},
    )
    lines(folder / "queries.jsonl", {"_id": "q1", "text": "什么"}, {"_id": "q2", "text": "没有标注"})
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "\n".join(grades) + "\n", encoding="utf-8"
    )
    return folder


def test_beir_folders_give_graded_queries_and_ranks_are_scored(tmp_path: Path) -> None:
    found = import_set("beir", a_beir(tmp_path / "b", "q1\td1\t2", "q1\td2\t1", "q1\td3\t0")).components
    assert [each.gold["grades"] for each in found] == [{"d1": 2, "d2": 1}]
    figures = score_components(found, {"q1": {"documents": ["d3", "d1", "d1"]}})
    assert figures["recall@1"].micro == 0.0
    assert figures["recall@5"].micro == 0.5
    assert figures["mrr@10"].micro == 0.5
    assert 0 < figures["ndcg@10"].micro < 1


@pytest.mark.parametrize(
    ("form", "text", "told"),
    [
        ("bfcl", '{"id": 1}\nnot json\n', ":1"),
        ("rgb", '{"id": 1, "query": "x", "answer": "y", "positive": ["z"]}\nnot json\n', ":2"),
        ("squad", '{"data": 3}', "data"),
        ("conll", "武\n", "一列"),
        ("conll", "武 Q\n", "看不懂的标签"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, form: str, text: str, told: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSamples, match=told):
        import_set(form, path)


def test_other_mistakes_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="可用的"):
        import_set("other", tmp_path)
    with pytest.raises(EvalError, match="找不到"):
        import_set("rgb", tmp_path / "none")
    with pytest.raises(BadSamples, match="不在 corpus 里"):
        import_set("beir", a_beir(tmp_path / "b", "q1\td9\t1"))
    with pytest.raises(EvalError, match="没有的编号"):
        score_components([], {"x": {}})


def test_the_commands_import_and_score(tmp_path: Path) -> None:
    folder = a_beir(tmp_path / "b", "q1\td1\t1")
    out = tmp_path / "suite.jsonl"
    done = CliRunner().invoke(app, ["import", "beir", str(folder), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert read_components(out)[0].id == "q1"
    predicted = lines(tmp_path / "p.jsonl", {"id": "q1", "documents": ["d1"]})
    done = CliRunner().invoke(app, ["components", str(out), str(predicted)])
    assert "mrr@10" in done.output
    assert "100.0%" in done.output
    assert CliRunner().invoke(app, ["import", "none", str(folder), "-o", str(out)]).exit_code == 2
    assert len(FORMATS) == 8
