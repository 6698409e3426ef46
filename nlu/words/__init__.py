"""Lists of words, one file each: words between white space, in lower case."""

from __future__ import annotations

from pathlib import Path
from typing import FrozenSet


def read_words(name: str) -> FrozenSet[str]:
    """The words of the list `name`."""
    return frozenset((Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").split())
