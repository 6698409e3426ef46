"""People's names, kept as they write them. Golden table: tests/leads/names.yml.

Better to ask once more than to store a sentence as a name: what is neither introduced ("my name is") nor looks like a
name is none.
"""

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

PARTICLES = frozenset(
    """van von der den de del della da di du la le bin bint ibn al el ul ur ter ten y af av zu zum
    dos das do e st""".split()  # noqa: SIM905
)
LONGEST = 80
"""Characters of the longest name; of an answer ten times as many are looked at."""

_MOST_WORDS = 7
_TITLES = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "dame",
        "lady",
        "lord",
        "rev",
        "fr",
        "sr",
        "imam",
        "rabbi",
    )
)
_SUFFIXES = {
    "jr": "Jr",
    "sr": "Sr",
    "ii": "II",
    "iii": "III",
    "iv": "IV",
    "phd": "PhD",
    "md": "MD",
    "obe": "OBE",
    "mbe": "MBE",
    "esq": "Esq",
    "qc": "QC",
    "kc": "KC",
}
_NUMBERED = re.compile(r"(?:2nd|3rd|4th|5th)\.?$", re.I)

_HARDLY = frozenset(
    """no yes do he she you so to go me hi may will my see say long price cost young love little short free live more
    good man close male female big day sun moon ok bill art rich hope sunny mark max""".split()  # noqa: SIM905
)
"""Words that can be part of a name, but alone are rather an answer; `_IN_LOWER_CASE_TOO` are names even so."""
_NEVER = (
    frozenset(
        """
    a about above absolutely actually afraid after afternoon again ago ain't all alone already alright also although
    always am amazing and angry annoyed anon anonymous another answer any anybody anyone anything anyway appointment
    are aren't arent around as asdf ashamed ask asked asking at aunt available away awful awkward back bald balding
    baldness baldy bank be beard because been before behind being believe best better big bit bla blah boo book booked
    booking born boss both bothered boyfriend brb bro brother business busy but buy bye call called calling came can
    can't cancel cannot cant card care careful certain chance change chat check cheers child client clinic close
    colleague come comfortable coming comment complain completely concerned confidential confirm confused considering
    consultation contact correct cosmetic could couldn't couldnt cousin crown curious currently customer dad daddy
    data date daughter day days dead decide decline definitely delete desperate did didn't didnt different disclose
    discussion does doesn't doesnt doing don't done dont down drop dude dunno each early easy either else email
    embarrassed employee employer enough enquire enquiring enquiry etc even evening ever every everyone everything
    exactly excited exist expensive false father feel feeling female few fiance fiancee fiancé fine first for forget
    forgot found free friday friend from fuck full fully fuss gave genuinely get getting girlfriend give given gladly
    go goes going gone gonna good got gotta grandad granddad grandson great guess had hadn't haha hair haircut
    hairline happened happy hardly has hasn't hate hated have haven't havent having he'll he's head hehe hell hello
    help her here hers hey hi hidden hide his hiya hmm hopefully horrible how how's however hows husband i i'd i'll
    i'm i've idea identity idk if ignore illegal im implant important in info information inquiring instead interested
    internet into irrelevant is isn't isnt it it'd it'll it's its itself ive just keen keep kid kidding kind kindly
    knew know known last later leads leave left legal let let's lets like likely little live living lol look looking
    lose losing loss lost lot lots love lovely mad made make male man many married mate matter maybe mean meant
    message microblading micropigmentation might mind mine minute mobile mom mommy monday money more morning most
    mother move much mum mummy must myself n/a na name named names near nearly necessary need needed needn't neighbor
    neighbour nephew nervous never new next nice nickname niece nil nobody none nope nor normal not nothing now
    nowhere number obviously of off often oh ok okay old on once one only oops open or order other others our ours out
    outside over own pain painful paranoid parent part partner party pass patches patient pay people period permission
    person personal phone photo pics picture pissed please pls plz point possible post prefer prefers pretty previous
    privacy private probably problem procedure process proper provide purpose put question questions quick quickly
    quite qwerty rather read ready really reason receding recommend record refuse register regret relative remember
    remove reply request respond rid right rude sad safe said same saturday save say saying says scalp scam scar
    scared scars secret seem seems seen select selling send sensitive sent serious seriously session share shaved
    she'll she's short should shouldn't show shy sibling sick side sign similar simple since sister situation skip smp
    smth some somebody someone something sometimes son soon sorry sort sounds spam speak speaking spell spelled
    spelling spelt spouse stop store stored straight struggling stuff stupid such suffer suffering sunday sup sure
    surely surgery table tables take taken talk talking tattoo tbh tell telling test testing text than thank thankful
    thanks that that'd that'll that's thats the their them themselves then there there's these they they'll they're
    they've theyre thin thing things think thinking thinning this those though thought thursday thx time tired today
    together told tomorrow too total totally transplant treatment tried true trust try trying tuesday turn type ugly
    uncertain uncle uncomfortable under understand unfortunately unhappy unknown unless unsure until up update upset
    urgent us use used useful useless user users using usually very via visit wait waiting wanna want wanted wants was
    wasn't waste way we we'd we'll we're we've wednesday weekday weekdays weekend weekends weird well went were
    weren't what what's whatever whats when whenever where wherever whether which while who who's whole whom whos
    whose why wife wife's willing with within without won't wondering wont word work worked working works worried
    worries worry worse worst worth would wouldn't write wrong yeah yep yer yesterday yet yikes you'd you'll you're
    you've your youre yours yourself yup zero
    """.split()  # noqa: SIM905
    )
    - _HARDLY
)
"""Words that stand in sentences, not in names, in any place."""

_IN_LOWER_CASE_TOO = frozenset("may will bill art rich hope sunny mark max man".split())  # noqa: SIM905
_ONLY_CAPITAL = frozenset("no yes do he she you so to go me hi my will".split()) - {"do", "will"}  # noqa: SIM905
"""Names of other languages that are words in English: never in lower case."""
_INTERJECTION = (
    r"(?:hi|hello|hey|hiya|ok|okay|sure|yes|yeah|yep|oh|um|uh|erm|well|so|and|sorry|actually"
    r"|thanks|right|alright|please|good (?:morning|afternoon|evening)|fine|ah|nope|no)"
)
_LEAD = re.compile(rf"^\W*(?:{_INTERJECTION}(?: there| again)?(?:[\s,.!:;-]+|$))+", re.I)
_KIN = (
    r"(?:my |our |his |her |the )?(?:wife|husband|son|daughter|partner|boyfriend|girlfriend"
    r"|mum|mom|mother|dad|father|brother|sister|friend|mate|fianc[ée]e?"
    r"|uncle|aunt|cousin|nephew|niece|child|kid|grandson|boss|colleague|client|employee)"
)
_STRONG = (
    r"(?:my|the|his|her|their) (?:full |first |last |good |real |given |own |whole )?(?:sur)?name"
    r"(?:'s| is| was| would be|:| -|, is)?"
    r"|name(?:'s| is|\s?[:=-])|full name(?: is|:)?|call me|calls? me|known as|(?:they|people"
    r"|everyone|friends) calls? me"
    r"|(?:put|sign|book)(?: me| it| us)?(?: down| in| up)? (?:as|under)(?: the name(?: of)?)?"
    r"|under(?: the name(?: of)?)?|(?:he|she)'?s called|called|in the name of|name of|change "
    r"(?:it|that|my name|the name) to|^name (?=[A-Z])"
    r"|je m'appelle|me llamo|mi chiamo|soy|ich hei(?:ß|ss)e|ich bin|nazywam się|mam na imię"
    r"|меня зовут|mera na+m|मेरा नाम|اسمي|myself"
)
_WEAK = (
    r"i'?m|i am|it'?s|it is|this is|that'?s|that is|it should be|should be|(?:no,? )?make "
    r"(?:that|it)|it'?s for|for"
)
_INTRODUCED = re.compile(
    rf"(?:^|(?<=[\s,.;!?:(-]))(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK})(?: called| {_KIN},?)?"
    rf"|(?P<kin>{_KIN}),?)[\s:,-]+(?=\S)",
    re.I,
)
_CUT = re.compile(
    r"\s*(?:(?<=\w\w\w)(?<!\bmrs)(?<!\bprof)(?<!\brev)\.\s|[,;!?\n]| - | – |\s(?:and|but"
    r"|from|who|here|speaking|calling|aged|age|because|by the way|btw|is my name|is the name"
    r"|if you|ok|okay|please|pls|plz|mate|cheers"
    r"|thx|thanks|thank you|on behalf|or|at|with|without|for|my|i|i'?m|i am|this side|as in"
    r"|like|spelled|spelt|that'?s|everyone|people|though|again|instead|then|not|actually"
    r"|no [a-z]|phone|mobile|tel|number|email|e-mail|hai)\b| / | \+?\d(?!rd|nd|th)|$).*",
    re.I | re.S,
)
_SPELLED = re.compile(
    r"\b(?P<how>(?:(?:it'?s |it is |that'?s |is )?(?:spel(?:led|t|ling)|written)(?: it)?"
    r"(?: as| like| is| out)?|that'?s|it'?s)[\s:,-]+)?(?P<letters>(?<!')(?:\b[^\W\d_]\b[\s.,-]*){3,})"
    r"(?=$|[^\w\s]|(?:and|not|with)\b)",
    re.I,
)
_WITH_LETTER = re.compile(r"\bwith (?:an? |the (?:letter )?)?['\"]?([a-z])['\"]?\b", re.I)
_SOUNDS_LIKE = {"c", "k"}
_PARTS = re.compile(
    r"\b(?:first|given|fore)[\s-]?name(?: is|'s)?[\s:=-]+(?P<first>[^,;\n]+?)[,;\s]+(?:and )?"
    r"(?:my )?(?:last|sur|family|second)[\s-]?name(?: is|'s)?[\s:=-]+(?P<last>[^,;\n.!]+)"
    r"|\b(?:last|sur|family|second)[\s-]?name(?: is|'s)?[\s:=-]+(?P<last2>[^,;\n]+?)[,;\s]+"
    r"(?:and )?(?:my )?(?:first|given|fore)[\s-]?name(?: is|'s)?[\s:=-]+(?P<first2>[^,;\n.!]+)",
    re.I,
)
_BAD = re.compile(r"[\d@/\\<>{}\[\]=|~`^*#$%&_;:+£€]|https?:|www\.|\.(?:com|net|org|uk)\b|--|\.\.\.|…")
_CODE = re.compile(r"[<>{}\[\]|=~`^*$%\\]|--|\)\s*;")
_LETTER = re.compile(r"[^\W\d_]")
_VOWEL = re.compile(r"[aeiouyw]")
_ADJECTIVE = re.compile(
    r"(?:(?<!k)(?<!\bm)(?<!\bl)(?<!x)(?<!j)(?<!\by)(?<!\bp)(?<!q)(?<!\bb)(?<!\bt)(?<!\bd)"
    r"(?<!sterl)(?<!irv)ing|ful|less|ous|able|ible|tion|ness|ated|ised|ized|ically)$"
)


def tidy_name(text: str) -> str | None:
    """The name in an answer to "what is your name?", or None where it holds none.

    Introductions ("my name is") and politeness fall away; case is mended only where the visitor typed none. The result
    is one line without control characters, and tidying it again changes nothing.
    """
    name = _tidied(text)
    while name is not None and (again := _tidied(name)) != name:  # "name's name's Ann" loses one introduction at a time
        name = again
    return name


def _tidied(text: str) -> str | None:
    text = _clean(text[: 10 * LONGEST + 1])
    if len(text) > 10 * LONGEST or _CODE.search(text):
        return None
    text = re.sub(r"\s*\([^)]*[\s/\d][^)]*\)", "", text)  # "Tom (he/him)"
    for candidate in _candidates(text):
        name = " ".join(candidate.split()).strip(" ,.!?:-()'\"") + _final_dot(candidate)
        if is_name(name):
            cased = unicodedata.normalize("NFC", with_case(name))
            return cased if is_name(cased) else None
    return None


def is_name(text: str) -> bool:
    """Whether `text` can stand as a person's name: one to seven words and particles, no sentence, no markup."""
    words = text.split()
    if (
        not 1 <= len([word for word in words if word.lower() not in PARTICLES]) <= _MOST_WORDS
        or len(text) > LONGEST
        or _BAD.search(_NUMBERED.sub("", text))
        or not _is_clean(text)
    ):
        return False
    if len(words) > 1 and _NUMBERED.match(words[-1]):
        words = words[:-1]
    if (
        not words
        or not all(_LETTER.search(word) for word in words)
        or all(len(word) == 1 and word.isascii() for word in words)
    ):
        return False
    bare = [word.strip(".,'\"()").lower() for word in words]
    if all(word in _TITLES for word in bare):
        return False
    return not _is_sentence(words, bare) and not _is_mash(text)


def with_case(name: str) -> str:
    """ "o'brien van der berg" as "O'Brien van der Berg"; a name with any capital is kept as typed."""
    if name != name.lower():
        return name
    return " ".join(_capital(word, first=index == 0) for index, word in enumerate(name.split()))


# --- cleaning ---------------------------------------------------------------------------------------------------------

_JOINERS = "\u200c\u200d"


def _clean(text: str) -> str:
    """Plain quotes and dashes, no control, direction or picture characters; a line break becomes a comma."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[’‘`´ʼ＇]", "'", text)
    text = re.sub(r"[“”„«»＂]", '"', text)
    text = re.sub(r"[‐‑‒−]", "-", text)
    text = re.sub(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*", ", ", text.strip())
    text = "".join(_harmless(char) for char in text)
    text = re.sub(rf"(?<![^\W\d_a-zA-Z])[{_JOINERS}]|[{_JOINERS}](?![^\W\d_a-zA-Z])", "", text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _harmless(char: str) -> str:
    kind = unicodedata.category(char)
    if char in _JOINERS:
        return char
    if kind in ("Cc", "Cf"):
        return " " if char == "\t" else ""
    return " " if kind in ("Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp", "Zs") or "\ufe00" <= char <= "\ufe0f" else char


def _is_clean(text: str) -> bool:
    kinds = [unicodedata.category(char) for char in text if char not in _JOINERS]
    marks = max((len(run) for run in re.findall(r"M+", "".join(kind[0] for kind in kinds))), default=0)
    return marks <= 4 and not any(
        kind[0] == "C" or kind in ("So", "Sk", "Sm", "Sc", "Zl", "Zp", "Nd", "No") for kind in kinds if kind != "Nd"
    )


def _final_dot(candidate: str) -> str:
    """The dot of "Jr." or "M." at the end belongs to the name."""
    word = re.search(r"([^\W\d_]+)\.$", candidate.strip())
    known = word and (word[1].lower() in _SUFFIXES or len(word[1]) == 1)
    return "." if known and " " in candidate.strip() else ""


# --- finding the name in an answer ------------------------------------------------------------------------------------


def _candidates(text: str) -> Iterator[str]:
    """What may be the name, best first."""
    parts = _PARTS.search(text)
    if parts:
        yield f"{_cut(parts['first'] or parts['first2'])} {_cut(parts['last'] or parts['last2'])}"
    spelled = _spelled(text)
    if spelled is not None:
        yield spelled
        return
    text = _right_letter(text)
    introduced = list(_INTRODUCED.finditer(text))
    for match in sorted(introduced, key=_weakness):
        rest = text[match.end() :]
        found = _cut(rest)
        if not _is_remark(found, match):
            yield _surname_first(rest) or found
    if not introduced or introduced[0].start() > 0 or introduced[0]["kin"]:
        yield from _whole(text)


def _weakness(introduction: re.Match[str]) -> int:
    """ "My name is" before "I'm" before "for my wife": the last may name somebody else."""
    if introduction["strong"]:
        return 0
    return (
        2
        if introduction["kin"] or re.search(_KIN, introduction[0], re.I) or introduction[0].lower().startswith("for")
        else 1
    )


def _is_remark(words: str, introduction: re.Match[str]) -> bool:
    """ "I'm desperate", "it's hopeless": what follows is no name."""
    if introduction["strong"] or words != words.lower():
        return False
    return any(_ADJECTIVE.search(word) for word in words.split())


def _cut(words: str) -> str:
    """The words up to where something else begins: "Tom and I'm bald", "Tom from Leeds"."""
    return _CUT.sub("", _LEAD.sub("", words) or words, count=1).strip()


def _surname_first(rest: str) -> str | None:
    """ "Bond, James Bond"."""
    both = re.match(r"(\w+), ((?:\w+ )+\1)\b", rest)
    return both[2] if both else None


def _whole(text: str) -> Iterator[str]:
    """A message that is little but a name: "Tom Baker, please", "Baker, Tom", "Tom and Anna"."""
    asks = "?" in text.rstrip("?! ") or (text.endswith("?") and len(text.split()) > 2)
    if asks and not re.match(r"[^?]*[,.;!]", text):
        return
    rest = text if _is_korean_no(text) else _LEAD.sub("", text)
    both = _surname_first(rest)
    if both:
        yield both
    if re.fullmatch(r"[^\W\d_]+, (?:[^\W\d_]+|[JS]r\.?|I{2,3})", rest) and rest.istitle() and not _is_phrase(rest):
        yield rest
    if re.fullmatch(r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)? (?:and|&) [A-Z][\w'-]+(?: [A-Z][\w'-]+)?", rest):
        yield rest.replace(" & ", " and ")
    if re.search(r", ?(?:jr|sr|i{2,3}|phd|md)\b\.?$", rest, re.I):
        yield re.sub(r",(?= ?[\w.]+$)", "", rest)
    found = _CUT.sub("", rest, count=1)
    if (
        found
        and not _is_phrase(rest[len(found) :], tail=True)
        and (found.istitle() or not (asks or len(text) > LONGEST))
    ):
        yield found


def _is_korean_no(text: str) -> bool:
    return bool(re.match(r"No [A-Z]\w*(?:-\w+| [A-Z]\w+)$", text))


_POLITE_TAIL = re.compile(
    r"^[\W]*(?:please|pls|plz|thanks?|thank you|thx|cheers|here|speaking|mate|by the way"
    r"|btw|is my (?:full )?name|is the name|if you need it|ok(?:ay)?|this side|calling|again"
    r"|instead"
    r"|(?:not|without|with|no) .{0,20}|[+(]?\d[\d ()+-]{5,}.*|/ .*|(?:phone|mobile|tel|number"
    r"|e-?mail)\b.*|hai|and .*|but .*|from .*|\W|i'?m .*|for .*|aged? .*|(?:my|on) .*|everyone .*"
    r"|spel.*|actually|though|then)*\W*$",
    re.I | re.S,
)


def _is_phrase(words: str, *, tail: bool = False) -> bool:
    """Whether the words are something else than politeness: the name before them was perhaps none."""
    if tail:
        return not _POLITE_TAIL.match(words) and not re.match(r"\s*[,;.!()\n-]", words)
    return any(word.strip(".,!").lower() in _NEVER for word in words.split())


def _spelled(text: str) -> str | None:
    """The name with the word that is spelled out: "Katherine Brown, that's C-A-T-H-E-R-I-N-E"."""
    for match in _SPELLED.finditer(text):
        letters = re.sub(r"[\s.,-]", "", match["letters"])
        rest = (text[: match.start()] + " " + text[match.end() :]).strip()
        if not (
            match["how"]
            or re.fullmatch(r"(?:\w-){2,}\w\W*", match["letters"].strip())
            or (not _LETTER.search(rest) and len(letters) > 3)
        ):
            continue
        word = letters[:1].upper() + letters[1:].lower()
        name = next((one for one in _candidates(rest) if is_name(one)), "") if _LETTER.search(rest) else ""
        close = max(name.split(), key=lambda one: SequenceMatcher(None, one.lower(), word.lower()).ratio(), default="")
        if close and SequenceMatcher(None, close.lower(), word.lower()).ratio() >= 0.5:
            return name.replace(close, word, 1)
        return word
    return None


def _right_letter(text: str) -> str:
    """ "Katherine with a C": the first letter is the one that was said, where both sound alike."""
    said = _WITH_LETTER.search(text)
    if not said:
        return text
    before, letter = text[: said.start()].rstrip(" ,"), said[1].lower()
    word = re.search(r"\b([A-Za-z])([a-z]+)(?: [A-Z]\w+)?$", before)
    if word and {letter, word[1].lower()} == _SOUNDS_LIKE:
        put = letter.upper() if word[1].isupper() else letter
        return before[: word.start(1)] + put + before[word.end(1) :]
    return before


# --- what is no name --------------------------------------------------------------------------------------------------


def _is_sentence(words: list[str], bare: list[str]) -> bool:
    """Whether words of a sentence stand among the words; "and" only between two names."""
    if any(word.islower() and word in _ONLY_CAPITAL for word in words):
        return True
    if any(
        word in _NEVER
        and not (len(word) == 1 and words[at].isupper() and len(words) > 1)
        and not (word == "and" and 0 < at < len(bare) - 1 and words[at - 1].istitle() and words[at + 1].istitle())
        for at, word in enumerate(bare)
    ):
        return True
    hardly = [at for at, word in enumerate(bare) if word in _HARDLY]
    if not hardly:
        return False
    names = [bare[at] for at in hardly if bare[at] in _IN_LOWER_CASE_TOO]
    if len(names) == len(hardly) and (len(bare) > len(hardly) or len(bare) <= 2):
        return False
    if len(bare) == 1:
        return (
            bare[0]
            in (
                "no",
                "yes",
                "do",
                "he",
                "she",
                "you",
                "so",
                "to",
                "go",
                "me",
                "hi",
                "my",
                "ok",
                "see",
                "say",
                "test",
                "male",
                "female",
            )
            or words[0].islower()
        )
    others = [words[at] for at in range(len(bare)) if at not in hardly or bare[at] in _IN_LOWER_CASE_TOO]
    if not others:
        return not all(word.istitle() for word in words) or len(bare) > 2
    first = bare[0] in _HARDLY and bare[0] not in _IN_LOWER_CASE_TOO
    return first and not all(word[:1].isupper() for word in words)


def _is_mash(text: str) -> bool:
    """Keyboard mashing: rows of the keyboard, no vowel in a long word, one letter or syllable again and again."""
    lowered = text.lower()
    if re.search(
        r"(.)\1{3,}|(..)\2{2,}|asdf|qwer|zxcv|sdfg|dfgh|fghj|ghjk|hjkl|xcvb|cvbn|vbnm|rtyu|poiu"
        r"|lkjh",
        lowered,
    ):
        return True
    words = re.findall(
        r"[a-z]+"
        r"[a-z]+",
        "".join(char for char in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(char)),
    )
    return any(
        (len(word) >= 5 and not _VOWEL.search(word))
        or (len(word) >= 9 and len(_VOWEL.findall(word)) / len(word) < 0.15)
        for word in words
    )


# --- case -------------------------------------------------------------------------------------------------------------


def _capital(word: str, *, first: bool) -> str:
    bare = word.strip(".,")
    if not first and bare in PARTICLES:
        return word
    if not first and bare in _SUFFIXES:
        return word.replace(bare, _SUFFIXES[bare])
    pieces = re.split(r"(['\"(-])", word)
    out = "".join(_capital_piece(piece, inner=at > 0 or not first) for at, piece in enumerate(pieces))
    return re.sub(r"^Mc(\w)", lambda m: "Mc" + m[1].upper(), out)


def _capital_piece(piece: str, *, inner: bool) -> str:
    """The first letter as in a title, unless it is a particle ("al-Sayed") or a possessive ("Reilly's")."""
    if inner and piece in ("al", "el", "ul", "ud", "ad", "s"):
        return piece
    head = piece[:1].title()
    return head + piece[1:] if len(head) == 1 else piece
