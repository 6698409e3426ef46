"""Imports go one way, as the table of docs/architecture.md says, and importing a module does nothing."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hairline.settings import ROOT

DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)/` \|.*\| ([^|]*) \|$", re.MULTILINE)
ALLOWED = {folder: set(re.findall(r"`(\w+)`", allowed)) for folder, allowed in ROW.findall(DOCUMENT)}
OURS = {"actions", "delivery", "hairline", "leads", "nlu", "web", "widget"}
ALONE = {"leads": {"rasa", "rasa_sdk", "sanic", "fastapi", "starlette", "uvicorn", "dotenv"}, "hairline": {"rasa"}}
"""Libraries that a folder must not know."""
MODULES = [
    path for folder in sorted(OURS) for path in sorted((ROOT / folder).rglob("*.py")) if ".venv" not in path.parts
]
READS_ENVIRONMENT = {"hairline/settings.py", "hairline/processes.py"}
CONNECTS = {"connect", "create_engine", "urlopen", "create_connection", "from_url", "Store", "load", "build"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.AST) -> Iterator[str]:
    """The first part of every absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that is evaluated when the module is imported: all but the inside of functions and the main guard."""
    waiting: list[ast.AST] = [node for node in tree.body if not _is_main_guard(node)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def test_the_document_names_every_folder() -> None:
    assert set(ALLOWED) >= OURS


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    assert names & OURS <= ALLOWED[folder] | {folder}
    assert not names & ALONE.get(folder, set())
    if folder != "nlu":
        assert "rasa" not in names


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if name_of(path) in READS_ENVIRONMENT or name_of(path).startswith("nlu/"):
        return  # nlu/ runs in another environment, where it is told what it needs by variables
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript | ast.Call):
            read = ast.unparse(node).startswith(("os.environ[", "os.environ.get(", "os.getenv("))
            assert not read, f"line {node.lineno} reads the environment; settings come from hairline.settings"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_connects_or_reads_the_environment_at_import(path: Path) -> None:
    for node in run_at_import(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ("os.environ", "os.getenv"), f"line {node.lineno}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            assert called not in CONNECTS, f"line {node.lineno} calls {called} when it is imported"


def test_importing_everything_writes_and_opens_nothing(tmp_path: Path) -> None:
    ours = [path for path in MODULES if not name_of(path).startswith(("nlu/", "widget/", "leads/migrations/"))]
    names = [name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in ours]
    program = f"""
import sys
def forbid(event, args):
    writes = event == "open" and isinstance(args[0], str) and set(str(args[1])) & set("wax+")
    if writes or event in ("socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen"):
        raise SystemExit(f"{{event}} {{args}} at import")
sys.addaudithook(forbid)
for name in {[name for name in names if not name.endswith("__main__")]!r}:
    __import__(name)
"""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not list(tmp_path.iterdir())
