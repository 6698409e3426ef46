"""What deploy/Dockerfile puts into the image, as far as it can be told without an engine: enough to run, no more."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from hairline.model import MAKE_ENCODER, RASA_PYTHON, let_read
from hairline.settings import ROOT
from tests.system import running

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
RULES = [
    line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip() and not line.startswith("#")
]
MADE_IN_IT = (".venv", "nlu/.venv", ".cache", "models")
"""What the Dockerfile's commands make."""


def goes_in(path: str) -> bool:
    """Whether the builder is sent this file: the last rule that fits decides, and a folder's rule fits all below it."""
    taken = True
    for rule in RULES:
        pattern = rule.removeprefix("!")
        parts = path.split("/")
        parents = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        if pattern.startswith("**/"):
            fits = any(fnmatch(part, pattern.removeprefix("**/")) for part in parts)
        else:
            fits = any(fnmatch(parent, pattern) for parent in parents)
        if fits:
            taken = rule.startswith("!")
    return taken


def files_of_git() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "deploy/.env", "hairline/.env", "clinic/.env", ".git/config", "var/hairline.db", "data/leads.db"),
        *("tests/conftest.py", "docs/api.md", "bench/__main__.py", ".venv/bin/python", "nlu/.venv/bin/python"),
        *("models/hairline-0123456789abcdef.tar.gz", ".cache/model.json", "web/__pycache__/app.pyc", "backup.tar"),
        *("deploy/compose.yaml", "deploy/database.sql", ".ci/run", "nlu/.mypy_cache/x.json"),
    ],
)
def test_neither_secrets_nor_what_does_not_run_go_into_the_image(path: str) -> None:
    assert not goes_in(path)


def test_every_rule_takes_something_that_is_there() -> None:
    for rule in RULES:
        if rule.startswith("!"):
            assert (ROOT / rule.removeprefix("!")).exists(), rule


def test_the_image_is_made_of_what_is_there_and_sent() -> None:
    sent = [path for path in files_of_git() if goes_in(path)]
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert source == "." or any(path == source or path.startswith(f"{source}/") for path in sent), source
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.count("UV_NO_DEV=1") == 1


@pytest.mark.slow
def test_what_goes_into_the_image_is_enough_to_start(tmp_path: Path) -> None:
    image = tmp_path / "image"
    for path in filter(goes_in, files_of_git()):
        (image / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, image / path)
    for folder in MADE_IN_IT:
        (image / folder).symlink_to(ROOT / folder)
    start = f"cd {shlex.quote(str(image))} && exec {shlex.quote(sys.executable)} -m hairline run"
    with running(tmp_path, ("sh", "-c", start)) as system:
        assert system.is_ready()


def test_training_leaves_the_encoder_that_answers_because_the_image_cannot_be_written(tmp_path: Path) -> None:
    made = subprocess.run(
        [str(RASA_PYTHON), "-c", MAKE_ENCODER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert list(tmp_path.glob(".cache/encoder/*-int8.onnx"))


def test_the_encoders_file_has_a_time_that_layers_keep() -> None:
    assert DOCKERFILE.index("-name model.safetensors -exec touch --date=@0") < DOCKERFILE.index("-m nlu.train")


def test_whoever_serves_may_read_what_somebody_else_trained(tmp_path: Path) -> None:
    made = tmp_path / "made"
    (made / "encoder").mkdir(parents=True, mode=0o700)
    note = made / "encoder" / "hash.json"
    note.touch(mode=0o600)
    let_read(tmp_path)
    assert note.stat().st_mode & 0o777 == 0o644
    assert note.parent.stat().st_mode & 0o777 == 0o755
