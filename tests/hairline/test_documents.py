"""The documents about setting up agree with what they describe."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from hairline.settings import ROOT


def described(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", [".", "nlu"])
def test_every_dependency_says_why_it_is_here(folder: str) -> None:
    project = tomllib.loads(described(f"{folder}/pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    text = described("docs/dependencies.md")
    for requirement in wanted:
        name = re.match(r"[\w.-]+", requirement)
        assert name
        assert f"`{name[0]}`" in text, f"docs/dependencies.md does not mention {name[0]}"


def test_every_target_that_a_document_names_exists_and_is_listed() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make ([\w-]+)", listed, re.MULTILINE))
    assert {"run", "test", "help"} <= targets
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        named = set(re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= targets, f"{document.name} names {sorted(named - targets)}"


def test_without_any_python_there_is_one_line_with_the_mend(tmp_path: Path) -> None:
    # A copy, so that the uv it would bring is not the project's; a PATH with the tools of any machine but no Python.
    project, tools = tmp_path / "project", tmp_path / "tools"
    (project / "scripts").mkdir(parents=True)
    (project / "nlu").mkdir()
    tools.mkdir()
    script = described("scripts/sync.sh").replace(" /usr/bin/python3;", ";")
    (project / "scripts" / "sync.sh").write_text(script)
    (project / ".python-version").write_text("3.13\n")
    for tool in ("dirname", "head", "sort", "rm"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    ended = subprocess.run(
        ["/bin/sh", str(project / "scripts" / "sync.sh"), "."],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("Hairline: Python is missing.")
    assert "apt-get install" in line
