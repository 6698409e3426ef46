"""Whether a message is in another language than English, from scripts and small words. Names and slips stay English.

Only the commonest function words of each language count, and only those that are no English word: a name, a place or a
treatment's Latin name says nothing about the language. It must be sure, because an English message that is called
foreign is not answered.
"""

from __future__ import annotations

import re
import unicodedata

from nlu.words import read_words

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LANGUAGES = (
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "nl",
    "pl",
    "ro",
    "tr",
    "sv",
    "hi",
    "tl",
    "id",
    "yo",
    "vi",
    "cs",
    "hu",
    "so",
    "sw",
)
# Words of those lists that an English message may hold (as words, names, slips or chat) say nothing.
ALSO_ENGLISH = read_words("also_english")
MARKS = {word: language for language in LANGUAGES for word in sorted(read_words(f"foreign_{language}") - ALSO_ENGLISH)}
ENGLISH = read_words("english")


def is_latin(letter: str) -> bool:
    """Whether a letter belongs to the Latin script."""
    return unicodedata.name(letter, "").startswith("LATIN")


def detect(text: str) -> str:
    """`en` or, only when sure, `other`."""
    letters = [letter for letter in text if letter.isalpha()]
    words = [word.lower().replace("’", "'") for word in WORD.findall(text)]
    foreign_letters = sum(not is_latin(letter) for letter in letters)
    english = sum(word in ENGLISH for word in words)
    if letters and foreign_letters > len(letters) / 2:
        # A name in its own script has few letters, no question mark, and often a number or English words beside it.
        looks_like_name = english or any(letter.isdigit() for letter in text) or "@" in text
        short = foreign_letters <= (4 if not any("\u0400" <= letter <= "\u06ff" for letter in letters) else 24)
        asks = any(mark in text for mark in "?？؟!！。")
        return "en" if looks_like_name or (short and len(words) <= 3 and not asks) else "other"
    if len(words) < 3:
        return "en"
    marks = [MARKS[word] for word in words if word in MARKS]
    best = max((marks.count(language) for language in set(marks)), default=0)
    enough = (best >= 2 and len(marks) >= english + 2) or (len(marks) >= max(2, len(words) / 2) and english == 0)
    mostly = len(marks) >= 2 and len(marks) > len(words) / 2
    return "other" if mostly or (enough and english <= len(words) / 4) else "en"
