"""The command line: against a running server, alone in its own process, and when something is wrong."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

import hanzhi
from commands import Menu

from .conftest import CACHE, Site, serving

ROOT = Path(__file__).resolve().parent.parent
NOTICE = "# 关于共享单车停放的通知\n\n## 一、停放区域\n\n共享单车应当停放在白线框内，每处停放区最多停放四十辆。\n"


def call(*words: str, say: str | None = None) -> Result:
    """One command in this process."""
    return CliRunner().invoke(hanzhi.app, list(words), input=say)


def started(folder: Path, *words: str, say: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """One command as a person starts it, with nothing set but what is given; its data lies in `folder`."""
    given = {
        "HANZHI_DATA_DIR": str(folder / "data"),
        "HANZHI_CACHE_DIR": str(CACHE),
        "HANZHI_PORT": str(free_port()),
        **settings,
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HANZHI_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "hanzhi.py"), *words],
        cwd=folder,
        env={**clean, **given, "PYTHONIOENCODING": "utf-8"},
        input=say,
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "单车.md"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def test_help_loads_no_room() -> None:
    code = (
        "import sys, hanzhi\n"
        "from typer.testing import CliRunner\n"
        "print(CliRunner().invoke(hanzhi.app, ['--help']).output)\n"
        "print('loaded:', sorted({name.split('.')[0] for name in sys.modules} & set(hanzhi.ROOMS) - {'commands'} | "
        "{name for name in ('chromadb', 'langchain_core', 'fastapi', 'httpx') if name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "doctor" in done.stdout, done.stderr
    assert "loaded: []" in done.stdout


def test_asking_prints_the_answer_and_its_sources(site: Site) -> None:
    done = call("ask", "居住证怎么办？需要什么材料？", "--url", site.url)
    assert done.exception is None, done.output
    assert "[1]" in done.output


def test_a_report_is_not_sent_without_a_yes(site: Site) -> None:
    done = call("ask", "武昌区中南路12号门口井盖丢了", "--url", site.url, "--as", "citizen-1")
    assert done.exception is None, done.output
    assert "待确认" in done.output
    assert "没有办理" in done.output
    assert "回执" not in done.output


def test_a_chat_sends_a_report_after_a_yes_and_shows_the_receipt(site: Site) -> None:
    said = "武昌区中南路12号门口井盖丢了\ny\n退出\n"
    done = call("chat", "--url", site.url, "--as", "citizen-1", say=said)
    assert done.exception is None, done.output
    assert "回执" in done.output


def test_a_chat_goes_on_after_a_refusal_and_ends_with_the_input(site: Site) -> None:
    done = call("chat", "--url", site.url, say="\n" + "问" * 5000 + "\n你好\n")
    assert done.exception is None, done.output
    assert "太长" in done.output


def test_ingested_files_are_found_by_search(site: Site, notice: Path) -> None:
    added = call("ingest", str(notice), "--base", "operations", "--url", site.url)
    assert added.exception is None, added.output
    assert "关于共享单车停放的通知" in added.output
    assert "段" in added.output
    found = call("search", "共享单车停放在哪里", "--base", "operations", "--url", site.url)
    assert "白线框" in found.output


def test_a_folder_is_walked_for_readable_files_and_one_failure_fails_the_command(site: Site, notice: Path) -> None:
    (notice.parent / "空.txt").write_bytes(b"")
    (notice.parent / "图.png").write_bytes(b"\x89PNG")
    done = call("ingest", str(notice.parent), "--base", "operations", "--url", site.url)
    assert isinstance(done.exception, hanzhi.Stop)
    assert f"✗ {notice.parent / '空.txt'}" in done.output
    assert f"✓ {notice}" in done.output
    assert "图.png" not in done.output


def test_files_of_one_name_in_two_folders_are_two_documents_and_a_search_may_look_back(
    site: Site, tmp_path: Path
) -> None:
    for district, metres in (("江岸", "三十"), ("江汉", "五十")):
        (tmp_path / district).mkdir()
        text = f"# {district}区占道管理规定\n\n本规定自2025年3月1日起施行。{district}区摊位距路口不少于{metres}米。\n"
        (tmp_path / district / "说明.md").write_text(text, encoding="utf-8")
    done = call("ingest", str(tmp_path), "--base", "operations", "--url", site.url)
    assert done.exception is None, done.output
    for day, count in (("2026-01-01", 2), ("2024-01-01", 0)):
        found = call("search", "摊位距路口多少米", "--as-of", day, "-k", "50", "--url", site.url)
        assert found.exception is None, found.output
        assert found.output.count("区占道管理规定》") == count
    assert isinstance(call("search", "摊位", "--as-of", "昨天", "--url", site.url).exception, hanzhi.Stop)


def test_a_missing_file_and_a_person_who_may_not_are_told_so(site: Site, notice: Path) -> None:
    done = call("ingest", str(notice.parent / "无.md"), "--base", "operations", "--url", site.url)
    assert "没有这个文件" in done.output
    done = call("ingest", str(notice), "--base", "operations", "--as", "citizen-1", "--url", site.url)
    assert isinstance(done.exception, hanzhi.Stop)
    assert "✗" in done.output


def test_an_unknown_identity_is_told_so(site: Site) -> None:
    assert isinstance(call("ask", "你好", "--as", "nobody-9", "--url", site.url).exception, hanzhi.Stop)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = started(tmp_path, "ask", "你好", "--url", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "没有应答" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_server_the_house_is_opened_in_this_process(tmp_path: Path, notice: Path) -> None:
    added = started(tmp_path, "ingest", str(notice), "--base", "operations", HANZHI_BUNDLED_KNOWLEDGE="false")
    assert added.returncode == 0, added.stderr
    found = started(tmp_path, "search", "共享单车停放", HANZHI_BUNDLED_KNOWLEDGE="false")
    assert "白线框" in found.stdout, found.stderr


def test_a_wrong_setting_is_one_message_without_a_traceback(tmp_path: Path) -> None:
    done = started(tmp_path, "doctor", HANZHI_LOG_LEVEL="loud")
    assert done.returncode == 1
    assert "HANZHI_LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrating_makes_the_databases_and_the_doctor_is_content(tmp_path: Path) -> None:
    made = started(tmp_path, "migrate")
    assert made.returncode == 0, made.stderr
    done = started(tmp_path, "doctor", HANZHI_BUNDLED_KNOWLEDGE="false")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    for word in ("Python", "数据目录", "会话数据库", "知识库", "对话模型", "一网统管平台", "身份", "向量模型"):
        assert word in done.stdout


def test_the_doctor_names_what_is_broken_and_fails(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    done = started(
        tmp_path,
        "doctor",
        HANZHI_HOST="192.0.2.1",
        HANZHI_PLATFORM_URL="http://127.0.0.1:9",
        HANZHI_PLATFORM_SECRET="s",
    )
    assert done.returncode == 1
    assert {line[:6] for line in done.stdout.splitlines() if line.startswith("✗")} >= {
        "✗ 数据目录",
        "✗ 一网统管",
        "✗ 监听 1",
    }


def test_an_endpoint_that_is_down_is_named_but_does_not_fail_the_doctor(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    done = started(tmp_path, "doctor", HANZHI_MODEL="endpoint", HANZHI_MODEL_URL=url, HANZHI_MODEL_NAME="any")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"· 对话模型接口 {url}" in done.stdout


def test_another_embedding_takes_over_and_the_setting_to_change_is_named(site: Site, tmp_path: Path) -> None:
    done = call("knowledge", "reembed", "hashing", "--url", site.url)
    assert done.exception is None, done.output
    assert "检索现在用 hashing" in done.output
    assert "HANZHI_EMBEDDING" in done.output
    shown = call("knowledge", "status", "--url", site.url)
    assert "向量模型 hashing" in shown.output
    assert call("knowledge", "reembed", "static", "--url", site.url).exception is None
    refused = call("knowledge", "reembed", f"sentence-transformers:{tmp_path}", "--url", site.url)
    assert isinstance(refused.exception, hanzhi.Stop)
    assert "检查设置 embedding" in str(refused.exception)


def test_only_operators_look_after_the_knowledge_base(site: Site) -> None:
    for words in (("status",), ("reembed", "hashing")):
        done = call("knowledge", *words, "--url", site.url, "--as", "citizen-1")
        assert "operator" in str(done.exception)


def test_an_exported_embedding_is_a_model_folder_and_never_overwrites(tmp_path: Path) -> None:
    done = call("knowledge", "export-embedding", str(tmp_path / "model"))
    assert done.exception is None, done.output
    assert (tmp_path / "model" / "modules.json").is_file()
    assert isinstance(call("knowledge", "export-embedding", str(tmp_path / "model")).exception, hanzhi.Stop)


def test_calibrating_measures_over_the_library_and_saves_the_weight(site: Site, tmp_path: Path) -> None:
    questions = tmp_path / "q.jsonl"
    questions.write_text(
        '{"question": "居住证怎么办", "documents": ["government/residence-permit.md"]}\n'
        '{"question": "领养孩子要什么条件", "documents": "government/adoption.md"}\n',
        encoding="utf-8",
    )
    done = call("knowledge", "calibrate", str(questions), "--url", site.url)
    assert done.exception is None, done.output
    assert "2 道题" in done.output
    assert "← 最佳" in done.output
    assert "keyword_weight = " in done.output
    questions.write_text('{"question": "居住证怎么办", "documents": ["没有.md"]}\n', encoding="utf-8")
    assert "没有.md" in str(call("knowledge", "calibrate", str(questions), "--url", site.url).exception)


def test_questions_with_documents_of_their_own_are_measured_apart(tmp_path: Path) -> None:
    squad = {
        "data": [
            {"paragraphs": [{"context": f"{name}的说明。", "qas": [{"question": f"{name}是什么"}]}]}
            for name in ("路灯", "井盖", "单车")
        ]
    }
    (tmp_path / "squad.json").write_text(json.dumps(squad, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "hanzhi.toml").write_text("# mine\nkeyword_weight = 0.1\n", encoding="utf-8")
    done = started(tmp_path, "knowledge", "calibrate", "squad.json", "--save")
    assert done.returncode == 0, done.stderr
    assert "3 道题" in done.stdout
    assert (tmp_path / "hanzhi.toml").read_text(encoding="utf-8") == "# mine\nkeyword_weight = 1.0\n"
    assert not (tmp_path / "data").exists()
    (tmp_path / "bad.jsonl").write_text("{}", encoding="utf-8")
    bad = started(tmp_path, "knowledge", "calibrate", "bad.jsonl")
    assert bad.returncode == 1
    assert "第 1 行" in bad.stderr
    assert "Traceback" not in bad.stderr


def test_without_a_server_re_embedding_is_done_in_this_process_and_survives(tmp_path: Path, notice: Path) -> None:
    (tmp_path / "hanzhi.toml").write_text('bundled_knowledge = false\nembedding = "static"\n', encoding="utf-8")
    assert started(tmp_path, "ingest", str(notice), "--base", "operations").returncode == 0
    done = started(tmp_path, "knowledge", "reembed", "hashing", "--save")
    assert done.returncode == 0, done.stderr
    assert 'embedding = "hashing"' in (tmp_path / "hanzhi.toml").read_text(encoding="utf-8")
    shown = started(tmp_path, "knowledge", "status")
    assert "向量模型 hashing" in shown.stdout, shown.stderr


def test_the_deep_check_finds_a_hole_and_rebuilding_mends_it(tmp_path: Path, notice: Path) -> None:
    with serving(tmp_path / "data", bundled_knowledge=False) as running:
        quiet = {"HANZHI_PORT": running.url.rpartition(":")[2], "HANZHI_BUNDLED_KNOWLEDGE": "false"}
        assert started(tmp_path, "ingest", str(notice), "--base", "operations", **quiet).returncode == 0
        healthy = started(tmp_path, "doctor", "--deep", **quiet)
        assert healthy.returncode == 0, healthy.stdout + healthy.stderr
        assert "数据库与两个索引一致" in healthy.stdout
        library = running.house.library
        library._keyword.remove([library.documents()[0].id])
        broken = started(tmp_path, "doctor", "--deep", **quiet)
        assert broken.returncode == 1
        assert "✗ 关键词索引缺少的段落" in broken.stdout
        assert "--rebuild" in broken.stdout
        mended = started(tmp_path, "doctor", "--rebuild", **quiet)
        assert mended.returncode == 0, mended.stdout + mended.stderr
        assert started(tmp_path, "doctor", "--deep", **quiet).returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("serch",), "search"),
        (("search",), "缺少 text"),
        (("search", "居住证", "--foo"), "没有选项 --foo"),
        (("search", "居住证", "-k", "0"), "-k 的值不对"),
        (("ingest", "x.md"), "缺少 --base"),
        (("knowledge", "reembd"), "reembed"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_wrong_command_line_is_explained_in_chinese_with_exit_code_2(words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert done.exit_code == 2
    assert "命令写法不对" in done.output
    assert said in done.output
    assert "--help" in done.output
    assert "Traceback" not in done.output


def test_every_command_has_help_in_chinese_and_is_in_a_section() -> None:
    top = call("--help").output
    assert "其他" not in top
    assert "Usage" not in top
    for name in ("serve", "ask", "chat", "search", "ingest", "knowledge", "doctor", "migrate"):
        page = call(name, "--help")
        assert page.exit_code == 0
        assert page.output.startswith("用法：")
        assert "显示这段说明" in page.output
        assert f"  {name} " in top


def test_the_docs_page_names_every_command() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    top = typer.main.get_command(hanzhi.app)
    names = {*top.list_commands(None), *(f"knowledge {each}" for each in top.get_command(None, "knowledge").commands)}
    assert not [name for name in sorted(names) if f"hanzhi {name}" not in page]


def test_a_package_that_shadows_a_room_stops_every_command(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "__init__.py").touch()
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; import hanzhi; hanzhi.main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"实际来自 {tmp_path / 'tools'}" in done.stderr


def test_a_command_that_is_given_up_says_so_and_shows_no_traceback() -> None:
    app = typer.Typer(cls=Menu)

    @app.command()
    def wait() -> None:
        raise typer.Abort

    @app.command()
    def other() -> None: ...

    done = CliRunner().invoke(app, ["wait"])
    assert (done.exit_code, done.stderr.strip()) == (1, "已中断。")
