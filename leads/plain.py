"""What a visitor typed, made fit for headers, calendars and other places that give some characters a meaning."""

import re
import unicodedata

_LINK = re.compile(r"://|@|\bwww\b|[^\s.]\.[^\W\d_]{2,}", re.I)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # controls, invisible marks, half characters, line separators

_JOINERS = "\u200c\u200d"  # belong into words of several scripts and into emoji, and do nothing in a header


def one_line(text: str, limit: int = 200) -> str:
    """Give the text on one line, without characters that nobody sees, at most `limit` characters long."""
    seen = "".join(it if it in _JOINERS or unicodedata.category(it) not in _UNSEEN else " " for it in text)
    line = " ".join(seen.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def tidy_lines(text: str, limit: int = 2000) -> str:
    """Give the text with its line breaks but without other characters that nobody sees."""
    lines = [one_line(line, limit) for line in text.splitlines()]
    return "\n".join(line for line in lines if line)[:limit]


def is_linkless(text: str) -> bool:
    """Tell whether no mail program can make a link of the text.

    What goes to an address that nobody has checked may be spam that a stranger sends in the clinic's name; words that
    cannot be clicked are of no use for that.
    """
    return _LINK.search(unicodedata.normalize("NFKC", text)) is None
