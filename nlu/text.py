"""How a text is put in order before it is understood: the same for training examples and for messages."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Dict, FrozenSet, Iterable, Iterator, List, Optional

SAID_SIGNS = {"full stop": ".", "question mark": "?", "exclamation mark": "!"}
DICTATED = re.compile(rf"\s+({'|'.join(SAID_SIGNS)})\b", re.IGNORECASE)
GUARD = "\u2060"  # see nlu/channel.py
QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
# What people type for a word, and what the encoder was trained on.
SHORT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "y": "why",
    "pls": "please",
    "plz": "please",
    "plse": "please",
    "thx": "thanks",
    "thnx": "thanks",
    "tnx": "thanks",
    "ty": "thank you",
    "tysm": "thank you so much",
    "ppl": "people",
    "bc": "because",
    "cuz": "because",
    "cos": "because",
    "coz": "because",
    "appt": "appointment",
    "appts": "appointments",
    "appoint": "appointment",
    "apt": "appointment",
    "abt": "about",
    "bout": "about",
    "b4": "before",
    "2moro": "tomorrow",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tomoz": "tomorrow",
    "2day": "today",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "have to",
    "gimme": "give me",
    "lemme": "let me",
    "dunno": "do not know",
    "idk": "i do not know",
    "dnt": "don't",
    "cud": "could",
    "wud": "would",
    "shud": "should",
    "hw": "how",
    "wat": "what",
    "wot": "what",
    "wht": "what",
    "wen": "when",
    "wer": "where",
    "hv": "have",
    "hav": "have",
    "gud": "good",
    "msg": "message",
    "info": "information",
    "min": "minutes",
    "mins": "minutes",
    "hrs": "hours",
    "wk": "week",
    "wks": "weeks",
    "yr": "year",
    "yrs": "years",
    "tho": "though",
    "thru": "through",
    "w": "with",
    "w/": "with",
    "im": "i'm",
    "ive": "i've",
    "dont": "don't",
    "doesnt": "doesn't",
    "cant": "can't",
    "wont": "won't",
    "isnt": "isn't",
    "didnt": "didn't",
    "whats": "what's",
    "hows": "how's",
    "wheres": "where's",
    "thats": "that's",
    "rly": "really",
    "prolly": "probably",
    "defo": "definitely",
    "ok": "okay",
    "k": "okay",
    "kk": "okay",
    "btwn": "between",
    "smth": "something",
    "sth": "something",
    "rn": "right now",
    "asap": "as soon as possible",
    "deffo": "definitely",
    "soz": "sorry",
}
# Spellings of spoken Scots, Irish, northern and southern American English.
SPOKEN = {
    "whit": "what",
    "whits": "what's",
    "whit's": "what's",
    "whaur": "where",
    "dae": "do",
    "dinnae": "don't",
    "disnae": "doesn't",
    "cannae": "can't",
    "wouldnae": "wouldn't",
    "didnae": "didn't",
    "isnae": "isn't",
    "wisnae": "wasn't",
    "wid": "would",
    "ye": "you",
    "yer": "your",
    "yous": "you",
    "youse": "you",
    "y'all": "you all",
    "yall": "you all",
    "wi": "with",
    "wi'": "with",
    "fae": "from",
    "frae": "from",
    "tae": "to",
    "oan": "on",
    "oot": "out",
    "aboot": "about",
    "doon": "down",
    "noo": "now",
    "hoo": "how",
    "heid": "head",
    "sair": "sore",
    "efter": "after",
    "gie": "give",
    "gonnae": "going to",
    "aw": "all",
    "ah": "i",
    "ah've": "i have",
    "ah'm": "i am",
    "ahm": "i am",
    "ma": "my",
    "masel": "myself",
    "fur": "for",
    "jist": "just",
    "auld": "old",
    "wee": "little",
    "morra": "tomorrow",
    "naw": "no",
    "aye": "yes",
    "aff": "off",
    "o'": "of",
    "o": "of",
    "an'": "and",
    "th'": "the",
    "gotta": "have to",
    "ain't": "isn't",
    "aint": "isn't",
    "fixin'": "going",
    "reckon": "think",
    "summat": "something",
    "nowt": "nothing",
    "owt": "anything",
    "mebbe": "maybe",
    "da": "dad",
    "lang": "long",
    "hame": "home",
    "wis": "was",
    "wur": "our",
    "thae": "those",
    "cos": "because",
    "cuppla": "couple of",
    "gon": "going to",
    "finna": "going to",
    "bout": "about",
    "em": "them",
    "'em": "them",
    "den": "then",
    "dat": "that",
    "dis": "this",
}
DROPPED_G = re.compile(r"\b([a-z]{2,}in)'(?!\w)", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+(?:['/][^\W_]*)?")
LETTERS_ONLY = re.compile(r"[a-z]{3,}", re.IGNORECASE)
STRETCHED = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)


# What a sign says where nothing else is said; the encoder knows none of them.
SIGNS = {
    **dict.fromkeys("👍👌✅", "yes"),
    **dict.fromkeys("👎❌", "no"),
    **dict.fromkeys("👋", "hello"),
    **dict.fromkeys("🙏", "thank you"),
    **dict.fromkeys("💷💰💵💶", "price"),
    **dict.fromkeys("📸📷", "photos"),
    **dict.fromkeys("📍", "where are you"),
    **dict.fromkeys("🤖", "are you a robot"),
    **dict.fromkeys("🛑", "stop"),
}


def clean(text: str) -> str:
    """One line in plain quotes, with stretched letters and chat spellings undone; never empty (a full stop then)."""
    if not any(letter.isalnum() for letter in text):
        text = next((SIGNS[sign] + "?" * ("?" in text) for sign in text if sign in SIGNS), text)
    text = unicodedata.normalize("NFKC", text.replace(GUARD, " ")).translate(QUOTES)
    text = STRETCHED.sub(r"\1\1", " ".join(text.split()))
    if len(text) == 1 and text.isalpha():  # "y" by itself says yes; beside other words it asks why
        return text
    text = DICTATED.sub(lambda said: SAID_SIGNS[said.group(1).lower()], DROPPED_G.sub(r"\1g", text))
    return WORD.sub(spelt_out, text).strip() or "."


def spelt_out(match: "re.Match[str]") -> str:
    """The usual spelling of a chat spelling; other words as they are."""
    word = match.group()
    return SHORT.get(word.lower()) or SPOKEN.get(word.lower(), word)


class Speller:
    """Mends slips of the fingers: a word that is none becomes the training's most frequent word one or two slips away.

    What counts as a word: everything in the encoder's own vocabulary, and what the training examples hold twice.
    """

    def __init__(self, counts: Dict[str, int], known: FrozenSet[str]) -> None:
        self.counts = counts
        self.known = known
        self._shorter: Dict[str, List[str]] = {}
        for word, count in counts.items():
            if count >= 2 and len(word) >= 3:
                for short in {word, *deletions(word)}:
                    self._shorter.setdefault(short, []).append(word)

    @classmethod
    def learn(cls, texts: Iterable[str], known: FrozenSet[str]) -> "Speller":
        """Counts the words of the training examples; `known` is the encoder's vocabulary."""
        return cls(dict(Counter(word for text in texts for word in LETTERS_ONLY.findall(text.lower()))), known)

    def mend(self, text: str) -> str:
        """The cleaned text with its slips mended; names (capitalised words inside) stay as they are."""
        shouting = text.isupper()

        def mended(match: "re.Match[str]") -> str:
            word = match.group()
            if word[0].isupper() and match.start() > 0 and not shouting:
                return word
            return self.mended(word.lower()) or word

        return LETTERS_ONLY.sub(mended, text)

    def mended(self, word: str) -> Optional[str]:
        """What the word was meant to be; nothing where it is a word already or nothing is near."""
        seen = self.counts.get(word, 0)
        if seen >= 2 or (word in self.known and len(word) > 4):
            return None
        swapped = [other for other in swaps(word) if self.counts.get(other, 0) >= max(10, 10 * seen)]
        if swapped:
            return max(swapped, key=lambda other: self.counts[other])
        if word in self.known or len(word) < 4:
            return None
        near = {other for short in {word, *deletions(word)} for other in self._shorter.get(short, ())}
        near = {other for other in near if self.counts[other] >= 8 and is_slip(word, other)}
        return max(near, key=lambda other: (self.counts[other], other), default=None)


def is_slip(word: str, other: str) -> bool:
    """Whether a slip of the finger made `word` of `other`: not another form of it, not another beginning or end."""
    return other != word and abs(len(other) - len(word)) <= 1 and other[0] == word[0] and other[-1] == word[-1]


def deletions(word: str) -> Iterator[str]:
    """The word without one of its letters."""
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def swaps(word: str) -> Iterator[str]:
    """The word with two neighbouring letters exchanged."""
    return (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1) if word[i] != word[i + 1])
