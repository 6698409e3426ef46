"""Assembles Hairline's spaCy pipeline and saves it: `python -m nlu.spacy_pipeline [FOLDER]` (default .cache/spacy_en).

A blank English pipeline (tokens only, no pretrained model) with the components of `nlu.segments` and `nlu.entities`.
Rasa's own `SpacyNLP` loads it by its path. Nothing in it is trained, so that it comes out the same every time.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import spacy
from spacy.language import Language

from nlu import entities, segments  # noqa: F401  (they register the components)

FOLDER = Path(".cache/spacy_en")


def assemble() -> Language:
    """The pipeline, ready to use."""
    pipeline = spacy.blank("en")
    pipeline.meta["name"] = "hairline"
    pipeline.add_pipe("hairline_clauses")
    pipeline.add_pipe("hairline_entities")
    return pipeline


def save(folder: Path = FOLDER) -> Path:
    """Saves the pipeline, whole or not at all; the folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=folder.name + "."))
    assemble().to_disk(fresh)
    if folder.exists():
        shutil.rmtree(folder)
    fresh.rename(folder)
    return folder


if __name__ == "__main__":
    print(f"spaCy pipeline saved in {save(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)}")
