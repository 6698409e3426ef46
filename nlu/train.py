"""Trains the assistant, only when something that matters has changed: `python -m nlu.train`.

The model is called after everything it was made from, models/hairline-<fingerprint>.tar.gz: where that file exists
there is nothing to do. It appears under its name only when it is whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, List, Tuple

import yaml

MODELS = Path("models")
SETTINGS = ("config.yml", "domain.yml")
NOT_OF_THE_MODEL = {
    "train.py", "serve.py", "channel.py", "action_server.py", "runner.py", "trackers.py", "logs.py", "benchmark.py",
    "check_data.py", "reader.py", "learn_dividing.py",
    "dividing.py", "understanding.py",  # they read what the model says
}  # fmt: skip
KEPT = 3  # older models that stay, for going back


def without_wording(content: Any) -> Any:
    """A data file without the texts of its answers: changing them needs no training."""
    if isinstance(content, dict) and "responses" in content:
        return {**content, "responses": sorted(content["responses"] or {})}
    return content


def code(folder: Path) -> List[Tuple[str, Path]]:
    """The files that decide how a model comes out: the engine's modules, its word lists and its locked libraries."""
    paths = [path for path in folder.glob("*.py") if path.name not in NOT_OF_THE_MODEL]
    paths += [*folder.glob("words/*.txt"), *folder.glob("uv.lock")]
    return sorted((str(path.relative_to(folder)), path) for path in paths)


def sources(root: Path) -> List[Tuple[str, bytes]]:
    """Every name and content that the model depends on, in a fixed order."""
    found = [(name, (root / name).read_bytes()) for name in SETTINGS]
    found += [(name, path.read_bytes()) for name, path in code(root / "nlu")]
    for path in sorted((root / "data").rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and {"nlu", "responses", "rules", "stories"} & set(content):
            kept = yaml.safe_dump(without_wording(content), allow_unicode=True, sort_keys=True)
            found.append((str(path.relative_to(root)), kept.encode()))
    return found


def fingerprint(root: Path = Path(".")) -> str:
    """Sixteen hexadecimal digits that change whenever a training would come out differently."""
    digest = hashlib.sha256()
    for name, content in sources(root):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def step(text: str) -> None:
    """One line for the person who waits."""
    print(f"train: {text}", flush=True)


def drop_old_models() -> None:
    """Removes all but the newest `KEPT` models of this project."""
    models = sorted(MODELS.glob("hairline-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in models[KEPT:]:
        path.unlink()


def train(target: Path) -> None:
    """Trains and puts the model at `target`; an interruption leaves nothing there."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from nlu import spacy_pipeline

    step("assembling the spaCy pipeline")
    spacy_pipeline.save()
    step("loading Rasa")
    from rasa.model_training import train as rasa_train

    step("training")
    MODELS.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=MODELS, prefix=".training-"))
    try:
        # Forced: Rasa's cache of trained components does not notice a change in the modules that they use.
        result = rasa_train(
            "domain.yml", "config.yml", ["data"], output=str(folder), force_training=True, fixed_model_name="hairline"
        )
        if result.code != 0 or not result.model:
            raise SystemExit("train: Rasa could not train; its messages are above")
        os.replace(result.model, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Trains unless the model is there already; 0 when there is one in the end."""
    began = time.monotonic()
    target = MODELS / f"hairline-{fingerprint()}.tar.gz"
    if target.is_file():
        step(f"{target} is up to date")
        return 0
    train(target)
    drop_old_models()
    step(f"{target} is ready after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
