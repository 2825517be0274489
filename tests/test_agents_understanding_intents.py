"""Which tool is meant, measured on utterances that are no examples; kept weights give the same scores."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from agents.builtin import development, government, insurance, operations, parts
from agents.fitting import declared
from agents.models.offline_moves import KNOW
from agents.routing import declared_examples
from agents.understanding import Intents, fit_intents
from agents.understanding.intents import SHIPPED, marks_of
from tools import ToolSpec, spec_of

from .conftest import furnished

ROWS = (Path(__file__).parent / "data" / "utterances.tsv").read_text(encoding="utf-8").splitlines()
UTTERANCES = [tuple(row.split("\t")) for row in ROWS if row and not row.startswith("#")]
EXAMPLES = {
    "lost": ("我的伞丢了", "谁捡到我的包了", "钱包落在地铁上了"),
    "found": ("我捡到一部手机", "捡了个钱包交给谁"),
}


@pytest.fixture(scope="module")
def specs() -> dict[str, ToolSpec]:
    brought = {tool.name: spec_of(tool) for tool in parts.register_tools(platform=None)}  # type: ignore[arg-type]
    return {name: spec for name, spec in brought.items() if name in operations.TOOLS}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[str]]:
    """What the house declares as it comes."""
    folder = tmp_path_factory.mktemp("house")
    furnished(folder)
    return declared(folder)


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Intents:
    agents = [
        agent for module in (government, insurance, operations, development) for agent in module.register_agents()
    ]
    tools = parts.register_tools(platform=None)  # type: ignore[arg-type]
    return fit_intents(declared_examples(agents, tools, {}), tmp_path_factory.mktemp("cache"))


def chosen(heads: Intents, text: str) -> str:
    """The operations tool that a message means most; `know` for a question about rules, none for neither."""
    scores = heads.score(text)
    known = sum(score for label, score in scores.items() if label.startswith("know:"))
    mine = {name: scores.get(f"tool:{name}", 0.0) for name in operations.TOOLS} | {KNOW: known}
    best = max(mine, key=lambda name: mine[name])
    return best if mine[best] > 1.0 - sum(scores.values()) else "none"


def test_no_utterance_is_an_example(specs: dict[str, ToolSpec]) -> None:
    declared = {line for spec in specs.values() for line in spec.examples}
    assert not [text for _, text in UTTERANCES if text in declared]


def test_most_utterances_find_their_tool(heads: Intents) -> None:
    right = [label == chosen(heads, text) for label, text in UTTERANCES]
    assert len(right) >= 200
    assert sum(right) / len(right) >= 0.85


def test_a_question_about_rules_starts_no_report(heads: Intents) -> None:
    asked = [text for label, text in UTTERANCES if label == KNOW]
    assert not [text for text in asked if chosen(heads, text) in ("case.create", "case.urge")][3:]


def test_chit_chat_means_no_tool(heads: Intents) -> None:
    talk = [text for label, text in UTTERANCES if label == "none"]
    wrong = [text for text in talk if chosen(heads, text) not in ("none", KNOW)]
    assert len(wrong) <= len(talk) // 10


def test_the_weights_that_come_with_the_house_are_those_of_its_examples(house: Mapping[str, Sequence[str]]) -> None:
    shipped = np.load(SHIPPED, allow_pickle=False)
    kept = dict(zip(shipped["labels"].tolist(), shipped["marks"].tolist(), strict=True))
    assert kept == marks_of(house), "examples changed: run `make intents`"


def test_a_label_beside_those_of_the_house_leaves_theirs_as_they_are(house: Mapping[str, Sequence[str]]) -> None:
    more = fit_intents({**house, "tool:book.renew": ("续借这本书", "我要续借图书", "借的书想晚几天还", "图书帮我续借")})
    assert more.knows([*house, "tool:book.renew"])
    found = more.score("图书帮我续借几天")
    assert max(found, key=lambda label: found[label]) == "tool:book.renew"
    text = "珞狮路的井盖翻了"
    both = [fit.score(text)["tool:case.create"] for fit in (fit_intents(house), more)]
    assert abs(both[0] - both[1]) < 0.02


def test_scores_of_a_fresh_fit_and_of_kept_weights_are_the_same(tmp_path: Path) -> None:
    fresh = fit_intents(EXAMPLES, tmp_path).score("我的雨伞不见了")
    kept = fit_intents(EXAMPLES, tmp_path).score("我的雨伞不见了")
    assert fresh == kept
    assert max(fresh, key=lambda name: fresh[name]) == "lost"


def test_other_examples_are_fitted_anew(tmp_path: Path) -> None:
    fit_intents(EXAMPLES, tmp_path)
    fit_intents({**EXAMPLES, "found": ("我捡到一把钥匙",)}, tmp_path)
    assert len(list(tmp_path.glob("intents-*.npz"))) == 2


def test_kept_weights_need_no_scikit_learn(tmp_path: Path) -> None:
    fit_intents(EXAMPLES, tmp_path)
    code = (
        "import sys; from pathlib import Path; from agents.understanding import fit_intents;"
        f"fit_intents({EXAMPLES!r}, Path({str(tmp_path)!r})).score('伞丢了'); assert 'sklearn' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_labels_give_no_scores() -> None:
    assert fit_intents({}).score("井盖坏了") == {}
