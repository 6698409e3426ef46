"""Reads a text the way a sceptical visitor would: what it counts, prices, times or promises, and what backs that."""

import hashlib
import re

RUN = 6
"""So many words in a row count as copied from the document."""

_QUANTITY = (
    r"(?:\d+(?:[.,:]\d+)*|zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|ninety|hundreds?|thousands?|dozens?|half|twice|double|triple|per\s?cent|percent|%)"
)
_UNIT = r"(?:minutes?|hours?|days?|weeks?|months?|years?|decades?|sessions?)"
_VAGUE = r"(?:one|an?|single|few|several|many|couple of|some|most)"
_MONEY = (
    r"(?:[£$€]|pounds?|pence|euros?|dollars?|gbp|cheap\w*|affordable|discounts?|refunds?|free|costs? nothing"
    r"|no charge)"
)
_PROMISE = (
    r"(?:guarantee\w*|promise[sd]?|always|never|forever|for ever|for good|for life|lifelong|lifetime|permanent\w*"
    r"|completely|perfect(?:ly)?|totally|absolutely|definitely|certainly|undetectable|indistinguishable|painless\w*"
    r"|pain-free|risk-free|no risks?|no side effects|no downtime|without (?:any )?(?:pain|risks?|side effects)"
    r"|harmless|cures?|cured|instant\w*|immediate(?:ly)?|best|safe(?:ly|st|r)?|proven|clinically|approved|certified"
    r"|licensed|everyone|everybody|minimal|regrow\w*)"
)
_SEMI_PERMANENT = re.compile(r"semi-permanent(?:ly)?", re.IGNORECASE)
_EXAMPLE = re.compile(r'"[^"{}]*"')
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


def unbacked(text: str, backing: str, *, bare_units: bool) -> list[str]:
    """Give what the text counts, prices, times or promises and the backing does not say in the same words.

    Placeholders are backed by the profile and examples in quotation marks claim nothing. `bare_units` also wants
    backing for the mere mention of hours, sessions and the like.
    """
    text = _PLACEHOLDER.sub(" ", _EXAMPLE.sub(" ", text))
    patterns = [
        rf"(?<!\w){_QUANTITY}(?!\w)",
        rf"\b{_VAGUE}\s+{_UNIT}\b" if bare_units else rf"\b(?:few|several|many|couple of)\s+{_UNIT}\b",
        rf"(?<!\w){_MONEY}(?!\w)|[£$€]",
        rf"\b{_PROMISE}\b",
        r"semi-permanent\w*",
    ]
    if bare_units:
        patterns.append(rf"\b{_UNIT}\b")
    said = [found for pattern in patterns for found in _claims(pattern, text)]
    backed = {claim for pattern in patterns for claim in _claims(pattern, backing)}
    return sorted(set(said) - backed)


def _claims(pattern: str, text: str) -> list[str]:
    if "permanent" not in pattern or "semi" not in pattern:
        text = _SEMI_PERMANENT.sub(" ", text)
    return [" ".join(found[0].lower().split()) for found in re.finditer(pattern, text, re.IGNORECASE)]


def shingles(text: str) -> set[str]:
    """Give the fingerprint of every run of words in a text; the words cannot be read back from them."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", text.lower()))
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:12] for run in runs}
