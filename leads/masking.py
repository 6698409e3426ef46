"""Personal details taken out of a visitor's words, for places where the words are wanted and the person is not."""

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_DIGITS = re.compile(r"\+?\d(?:[\s().-]*\d){4,}")
_INTRODUCED = re.compile(
    r"\b(my (?:full )?name(?:'s| is)|i am called|call me|this is|ask for|i'?m|i am)\s+"
    r"((?:[A-Z][\w'’-]+)(?:\s+[A-Z][\w'’-]+){0,3})"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.I)
_SHORTEST_NAME = 3


def mask(text: str, names: Iterable[str | None] = ()) -> str:
    """The text with EMAIL, LINK, NUMBER, POSTCODE and NAME instead of what they stand for.

    `names` are those the visitor gave; beside them, what introduces itself as a name is masked.
    """
    text = _EMAIL.sub("EMAIL", text)
    text = _LINK.sub("LINK", text)
    text = _POSTCODE.sub("POSTCODE", text)
    text = _DIGITS.sub("NUMBER", text)
    for part in sorted(_parts(names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "NAME", text, flags=re.I)
    text = _INTRODUCED.sub(lambda found: f"{found[1]} NAME", text)
    return re.sub(r"\bNAME(?:\s+NAME)+\b", "NAME", text)


def _parts(names: Iterable[str | None]) -> set[str]:
    whole = [name.strip() for name in names if name and name.strip()]
    return {part for name in whole for part in (name, *name.split()) if len(part) >= _SHORTEST_NAME}
