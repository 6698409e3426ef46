"""Rasa's model: whether there is one for the data as they are, and making it where there is none."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from hairline.settings import ROOT
from hairline.supervise import Failed, Say, Supervisor

RASA_PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
CACHE = ROOT / ".cache"
SPACY = CACHE / "spacy_en"
RECORD = CACHE / "model.json"
"""Which model came of which files, so that a start without changes need not ask Rasa, which takes seconds to import."""
MAKE_ENCODER = "from nlu.minilm import graph_file; graph_file(int8=True)"
"""Writes the encoder that answers, where it is not there yet; a training needs the exact one only."""


def files() -> Iterator[Path]:
    """Everything a model may depend on, in a fixed order. `nlu.train` decides what it really depends on."""
    yield ROOT / "config.yml"
    yield ROOT / "domain.yml"
    yield ROOT / "nlu" / "uv.lock"
    yield from sorted((ROOT / "nlu").glob("*.py"))
    yield from sorted((ROOT / "data").rglob("*.yml"))


def digest() -> str:
    """One value for the content of `files()`; another content gives another value."""
    total = hashlib.sha256()
    for path in files():
        content = path.read_bytes() if path.exists() else b""
        total.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def current() -> Path | None:
    """The model of the files as they are; None where it has yet to be made."""
    try:
        record = json.loads(RECORD.read_text())
        model = ROOT / record["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return model if record["digest"] == digest() and model.is_file() and SPACY.is_dir() else None


async def prepare(supervisor: Supervisor, environment: Mapping[str, str], say: Say) -> Path:
    """The model of the files as they are, trained now where there was none. Raises Failed."""
    model = current()
    if model:
        return model
    made_of = digest()
    say("model: data or pipeline have changed, or this is the first start; looking whether to train (a minute or two)")
    python = str(RASA_PYTHON)
    await supervisor.work(
        "model", "train", (python, "-m", "nlu.spacy_pipeline", str(SPACY.relative_to(ROOT))), environment
    )
    said = await supervisor.work(
        "model",
        "train",
        (python, "-m", "nlu.train"),
        environment,
    )
    # Now, because who serves may not be allowed to write here.
    await supervisor.work("model", "train", (python, "-c", MAKE_ENCODER), environment)
    named = [ROOT / word for line in said for word in line.split() if word.endswith(".tar.gz")]
    if not named or not named[-1].is_file():
        raise Failed("training ended without naming a model:\n    " + "\n    ".join(said))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps({"digest": made_of, "model": str(named[-1].relative_to(ROOT))}))
    let_read(CACHE)
    return named[-1]


def let_read(folder: Path) -> None:
    """Lets every user read what lies in `folder`: who serves (a service, a container) need not be who trained."""
    for path in (folder, *folder.rglob("*")):
        # Somebody else's file is left as it is: they let it be read, or the start says that it cannot be.
        with suppress(PermissionError):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
