"""What people type, made harmless to store and to show."""

import unicodedata

KEPT_CONTROLS = "\n\t"


def clean(text: str) -> str:
    """The text with one kind of line break, without control characters (NUL, escape, ...) and without blank ends.

    A control character becomes a space: nobody types one, but pasted text may hold some, and PostgreSQL takes no NUL.
    Raises ValueError for half a character (a lone surrogate), which no encoding can write.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a character (a lone surrogate); send whole ones") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if text.isprintable():
        return text.strip()
    return "".join(" " if _is_control(character) else character for character in text).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in KEPT_CONTROLS
