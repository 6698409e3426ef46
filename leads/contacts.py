"""Phones and e-mail addresses in what people write. `phonenumbers` and `email-validator` decide what is one.

Golden table: tests/leads/contacts.yml. Only the first 20,000 characters of a message are read.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import phonenumbers
from email_validator import EmailNotValidError, validate_email

LONGEST = 20_000
_MOST, _MOST_GROUPS = 20, 40

COMMON_DOMAINS = (
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "outlook.com", "live.co.uk", "live.com", "msn.com",
    "yahoo.com", "yahoo.co.uk", "yahoo.co.in", "icloud.com", "me.com", "aol.com", "btinternet.com", "sky.com",
    "virginmedia.com", "talktalk.net", "ntlworld.com", "protonmail.com", "proton.me", "gmx.com", "rediffmail.com",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A contact in a text. `value` is E.164 or a normalised address, None where it cannot be one.

    `span`: its place, in characters. `suggestion`: the address that was likely meant, where it looks mistyped.
    """

    value: str | None
    raw: str
    span: tuple[int, int]
    suggestion: str | None = None


# --- phones -----------------------------------------------------------------------------------------------------------

_UNITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905 - reads better
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_WORD_DIGITS = (
    {word: str(number) for number, word in enumerate(_UNITS)}
    | {word: str(number) for number, word in enumerate(_TEENS, 10)}
    | {word: str(number) for number, word in zip(range(20, 100, 10), _TENS, strict=True)}
    | {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "fourty": "40", "plus": "+"}
)
_TIMES = {"double": 2, "dbl": 2, "triple": 3, "treble": 3, "quadruple": 4}
_ZEROS = {"hundred": "00", "thousand": "000"}
_SPOKEN_WORD = rf"(?:{'|'.join((*_WORD_DIGITS, *_TIMES, *_ZEROS))})"
_PAUSE = r"(?:[\s,.–-]+(?:(?:dash|hyphen|space|then|pause)[\s,]+)?)"
_SPOKEN_RUN = re.compile(rf"(?<![\w'])(?:{_SPOKEN_WORD}|\+?\d+)(?:{_PAUSE}(?:{_SPOKEN_WORD}|\d+))+(?![\w'])", re.I)
_DIGIT_RUN = re.compile(
    r"(?<![\w@£$€₹])(?<!\d[.,:])(?:\+ ?)?\(?\d(?:[ \t().\-/]{0,4}\d){4,}(?:[ ,]{0,2}(?:x|ext\.?"
    r"|extension|#)[ .:]{0,2}\d{1,6}\b)?"
)
_EXTENSION = re.compile(r"[ ,]{0,2}(?:x|ext\.?|extension|#)[ .:]{0,2}\d{1,6}$")
_LETTERED_RUN = re.compile(r"(?<![A-Za-z\d])[\doOlI+](?:[ ().-]{0,2}[\doOlI]){8,14}(?![A-Za-z\d])")
_HINT = re.compile(
    r"\b(?:phone|tele\w*|tel|mob\w*|cell|call|ring|text|sms|whats ?app|number|contact|reach|landline"
    r"|no\.?|fone|num|nr)\b",
    re.I,
)
_OTHER_NUMBER = re.compile(
    r"\b(?:nhs|order|booking|ref\w*|invoice|policy|account|acct|card|visa|mastercard|amex|passport"
    r"|sort ?code|iban|national insurance|ni|aadhaar|ssn"
    r"|social security|pesel|post ?code|zip|pin ?code|pin|licen[cs]e|registration|gmc|id|serial"
    r"|model)(?: (?:number|no\.?|code|nr))?(?: is| was|:|'s)?[\s:#-]*$",
    re.I,
)
_COUNTED = re.compile(
    r"\s?(?:grafts?|hairs?|follicles?|pounds?|quid|gbp|usd|dollars?|euros?|eur|rupees?|inr|rs"
    r"|zł|pln|zloty|k\b|years?|yrs?|people|miles?|km|steps|%|mg|ml|hrs?|am\b|pm\b)",
    re.I,
)
_NO_PHONE = re.compile(
    r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}(?: +\d{1,2}[.:]?\d\d)?"  # dates
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|(?:(?:19|20)\d\d[ /-]*)+"  # years
    r"|\d{1,2}[.:]\d\d ?- ?\d{1,2}[.:]\d\d|[012]\d[0-5]\d ?- ?[012]\d[0-5]\d"  # times
    r"|\d{5}-\d{4}|\d\d-\d{3}"  # postcodes
    r"|\d{3}-\d\d-\d{4}|[2-9]\d{3} \d{4} \d{4}"  # social security, Aadhaar
    r"|\d+\.\d+"  # decimals
    r"|(?:\d{1,2}[ /.-]+){1,3}\d{1,2}"  # short lists: 10-11 12-13
    r"|\d{2,4}0 ?[-/] ?\d{2,4}0"  # ranges: 1500-2000
)
_CARD = re.compile(r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{4}[ -]?\d{6}[ -]?\d{4,5}|\d{13,19}")
_TRUNK_ZERO = frozenset(("GB", "IE", "AU", "NZ", "ZA", "DE", "FR", "NL", "BE", "SE", "CH", "AT", "FI"))
_FICTIONAL = re.compile(
    r"7700900\d{3}|1\d{2}4960\d{3}|2079460\d{3}|1632960\d{3}|2896496\d{3}|2920180\d{3}|3069990\d{3}"
    r"|8081570\d{3}|9098790\d{3}"
)


def parse_phone(text: str, region: str) -> str | None:
    """The E.164 form of a phone number written as people of `region` (ISO 3166, "GB") write it, or None."""
    text = re.sub(r"^\s*00(?=[1-9])", "+", _plain_digits(text)[:250])
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) and not _is_fictional(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def show_phone(e164: str) -> str:
    """A phone as a person reads it: "+44 161 496 0000"."""
    if not e164:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def find_phones(text: str, region: str) -> list[Found]:
    """Every number in `text` that was meant as a phone, in order, spoken ones too; half and wrong ones with value None.

    Card numbers, other people's reference numbers, dates, prices and the like are left out altogether.
    """
    plain = _mask(_plain_digits(text[:LONGEST]), [found.span for found in find_emails(text)])
    plain = re.sub(r"(?:https?://|www\.)\S+", lambda url: " " * len(url[0]), plain)
    plain = _LETTERED_RUN.sub(_unlettered, plain)
    out = [found for run in _SPOKEN_RUN.finditer(plain) if (found := _spoken_phone(run, text, region))]
    plain = _mask(plain, [found.span for found in out])
    for run in _DIGIT_RUN.finditer(plain):
        out.extend(_phones_in_run(run, text, region))
    return sorted(out, key=lambda found: found.span)[:_MOST]


def change_ending(phone: str, ending: str) -> str | None:
    """The phone with its last digits replaced, where that is still a possible number. `ending` may be spoken."""
    words = re.sub(
        r"\b(?:last|final) (?:\w+ )?(?:digits?|numbers?|figures?|ones?)\b", " ", _plain_digits(ending), flags=re.I
    )
    spoken = _SPOKEN_RUN.sub(lambda run: _digits_spoken(run[0]), words)
    digits = re.sub(r"\D", "", spoken)
    if not digits or len(digits) >= len(phone) - 3:
        return None
    return parse_phone(phone[: -len(digits)] + digits, "ZZ")


def _plain_digits(text: str) -> str:
    """The text, as long as before, with the digits of any script as 0 to 9 and plain spaces, dashes and plus signs."""
    return text if text.isascii() else "".join(map(_plain, text))


def _plain(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in "‐‑‒–—−－":
        return "-"
    if char in "＋﹢":
        return "+"
    return " " if char.isspace() or unicodedata.category(char) == "Cf" else char


def _unlettered(run: re.Match[str]) -> str:
    """ "O77OO 9OOl23": letters typed for the digits they look like."""
    if sum(char.isdigit() for char in run[0]) < 5:
        return run[0]
    return run[0].translate(str.maketrans("oOlI", "0011"))


def _phones_in_run(run: re.Match[str], text: str, region: str) -> Iterator[Found]:
    """The numbers in a run of digits: one, several side by side, one beside an age or a date, or a broken one."""
    begin, groups = run.start(), _groups(run[0])[:_MOST_GROUPS]
    if _is_something_else(run, text):
        return
    found, left = [], list[tuple[int, int]]()
    at = 0
    while at < len(groups):
        length = next(
            (n for n in range(min(len(groups) - at, 8), 0, -1) if _is_phone(run[0], groups[at : at + n], text, region)),
            0,
        )
        if length:
            low, high = groups[at][0], groups[at + length - 1][1]
            found.append(
                Found(
                    parse_phone(run[0][low:high], region), text[begin + low : begin + high], (begin + low, begin + high)
                )
            )
        else:
            left.append(groups[at])
        at += length or 1
    yield from found
    if not found and _was_meant_as_phone(run, text):
        yield Found(None, text[run.start() : run.end()].strip(), run.span())


def _groups(run: str) -> list[tuple[int, int]]:
    """Places of the groups of digits, a sign and brackets before them and an extension behind them included."""
    extension = _EXTENSION.search(run)
    end = extension.start() if extension else len(run)
    groups = [match.span() for match in re.finditer(r"(?:\+ ?)?\(?\d+\)?", run[:end])]
    if extension:
        groups[-1] = (groups[-1][0], len(run))
    return groups


def _is_phone(run: str, groups: list[tuple[int, int]], text: str, region: str) -> bool:
    written = run[groups[0][0] : groups[-1][1]]
    value = parse_phone(written, region)
    if value is None or sum(char.isdigit() for char in written) < 7:
        return False
    digits = re.sub(r"[^\d+]", "", written)
    if digits[0] in "+0" or region not in _TRUNK_ZERO:
        return True
    mobile = phonenumbers.number_type(phonenumbers.parse(value)) == phonenumbers.PhoneNumberType.MOBILE
    return mobile or value.endswith("7700900" + value[-3:]) or bool(_HINT.search(text)) or _is_alone(text)


def _is_something_else(run: re.Match[str], text: str) -> bool:
    """A card, a date, a price, a range, a number with another name."""
    written = run[0].strip()
    digits = re.sub(r"\D", "", written)
    if _OTHER_NUMBER.search(text[max(0, run.start() - 40) : run.start()]):
        return True
    if not written.startswith(("+", "00")) and (
        _CARD.fullmatch(written) and (len(digits) == 16 or _passes_luhn(digits))
    ):
        return True
    return bool(_NO_PHONE.fullmatch(written)) or (len(digits) < 9 and bool(_COUNTED.match(text, run.end())))


def _passes_luhn(digits: str) -> bool:
    """Whether the check digit of a payment card fits."""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _was_meant_as_phone(run: re.Match[str], text: str) -> bool:
    """A wrong number is only reported where it looks like one: long enough, or named so, or all there is."""
    digits = re.sub(r"\D", "", run[0])
    if len(digits) > 22:
        return False
    if len(digits) >= 9 or (len(digits) >= 6 and run[0].lstrip(" (")[0] in "+0"):
        return True
    return bool(_HINT.search(text)) or _is_alone(text)


def _is_alone(text: str) -> bool:
    """Whether a message holds a number and little else."""
    return len(re.findall(r"[^\W\d_]{2,}", text)) <= 1


def _digits_spoken(words: str) -> str:
    """ "double oh seven, nine hundred" as 007900."""
    digits, times, tens = "", 1, False
    for word in re.findall(r"[a-z]+|\+?\d+", words.lower()):
        if word in _TIMES:
            times = _TIMES[word]
        elif word in _ZEROS:
            digits += _ZEROS[word]
        elif word in _WORD_DIGITS or not word.isalpha():
            value = _WORD_DIGITS.get(word, word)
            if tens and len(value) == 1 and value in "123456789":  # "seventy seven" is 77
                digits = digits[:-1] + value
            else:
                digits += value[0] * (times - 1) + value
            tens = word in _TENS
            times = 1
    return digits


def _spoken_phone(run: re.Match[str], text: str, region: str) -> Found | None:
    words = re.findall(r"[a-z]+", run[0].lower())
    digits = _digits_spoken(run[0])
    count = sum(char.isdigit() for char in digits)
    if not words or count < 5:
        return None
    few = len(words) < 5 and digits[0] not in "+0"
    if (few and count < 9) or _OTHER_NUMBER.search(text[max(0, run.start() - 40) : run.start()]):
        return None
    if _COUNTED.match(text, run.end()) or (
        count < 7 and digits[0] not in "+0" and not _HINT.search(text) and not _only(run, text)
    ):
        return None
    return Found(parse_phone(digits, region), text[run.start() : run.end()], run.span())


def _only(run: re.Match[str], text: str) -> bool:
    return not re.search(r"\w{2,}", text[: run.start()] + text[run.end() :])


def _is_fictional(number: phonenumbers.PhoneNumber) -> bool:
    """Ofcom's numbers for drama pass, so that a demo clinic can be tried with numbers that ring nowhere."""
    national = phonenumbers.national_significant_number(number)
    return number.country_code == 44 and bool(_FICTIONAL.fullmatch(national))


# --- e-mail addresses -------------------------------------------------------------------------------------------------

_LOCAL = re.compile(r"[\w.!#$%&'*+/^{|}~-]{1,100}$")
_DOMAIN = re.compile(r"@{0,3}[\w.-]{0,255}(?:@[\w.-]{1,255})?")
_SPACED_DOMAIN = re.compile(r"@{0,3} ?[\w-]{1,63}(?: ?\. ?[\w-]{1,63}){1,4}")
_DICTATED_DOMAIN = re.compile(r"@{1,3} ?[\w-]{1,63}(?: dot [\w-]{1,63}){1,4}", re.I)
_COMMA_DOMAIN = re.compile(r"[\w-]{1,63},(?:com|co|net|org|uk)\b(?:[.,]uk\b)?", re.I)
_DOT = r"(?: ?\. ?| dot |\(dot\)|\[dot\]| \(dot\) | \[dot\] )"
_JOINT = rf"(?:{_DOT}| underscore | dash | hyphen | plus )"
_SPOKEN_ADDRESS = re.compile(
    rf"(?<![\w.@])([a-z0-9][a-z0-9_+-]{{0,40}}(?:(?:{_JOINT}[a-z0-9_+-]{{1,40}}){{1,5}}(?: \d{{1,6}})?)?)"
    rf"( at | ?\(at\) ?| ?\[at\] ?|@ ?| @ ?)([a-z0-9-]{{1,40}}(?:{_DOT}[a-z0-9-]{{1,20}}){{1,4}})(?![\w@])",
    re.I,
)
_NO_LOCAL = frozenset(
    [
        "look",
        "see",
        "saw",
        "it",
        "is",
        "me",
        "seen",
        "work",
        "found",
        "you",
        "available",
        "meet",
        "us",
        "here",
        "there",
        "be",
        "m",
        "are",
        "was",
        "live",
        "im",
    ]
)
_BEFORE_SPOKEN = re.compile(
    r"(?:^|[,.:;!?\n(/-]|\b(?:is|its|it'?s|it is|email|e-mail|mail|address|at|on|to|me|use|try"
    r"|and|or|that'?s|so|um|yes|yeah|ok|okay))\s*$",
    re.I,
)
_PROVIDERS = {
    "gmail": "com", "googlemail": "com", "hotmail": "", "outlook": "", "yahoo": "", "icloud": "com", "live": "",
    "aol": "", "msn": "com", "sky": "com", "me": "com", "btinternet": "com", "virginmedia": "com", "talktalk": "net",
    "ntlworld": "com", "protonmail": "", "rediffmail": "com",
}  # fmt: skip
"""Mail providers and, where there is only one, the ending of their addresses."""
_OWN_NAMES = frozenset(
    [
        "ymail",
        "email",
        "mail",
        "gmx",
        "cloud",
        "zoho",
        "fastmail",
        "inbox",
        "rocketmail",
        "hushmail",
        "tutamail",
        "mailbox",
        "web",
        "mac",
        "fmail",
        "jmail",
        "amail",
        "smail",
        "hotel",
        "hotels",
        "outlooks",
        "look",
    ]
)
_ALIASES = {
    "icould": "icloud",
    "icolud": "icloud",
    "gmial": "gmail",
    "gamil": "gmail",
    "gmali": "gmail",
    "g-mail": "gmail",
    "hotmai": "hotmail",
}
_MISTYPED_ENDING = re.compile(
    r"(?:con|cm|co|cmo|ocm|om|vom|xom|cim|ckm|cpm|comm|coom|comn|cok|c0m|c|clm|dom|don|conm|comon"
    r"|comcom|com\.com|c\.om|co\.com|con\.uk)$"
)
_MISTYPED_UK = re.compile(
    r"(?:co\.u|co\.k|cou\.k|co\.ku|co\.um|couk|uk|co\.ukk|co\.ul|co\.yk|co\.uj|c\.uk|co\.uuk|com\.uk|co\.iuk)$"
)
_MISTYPED_IN = re.compile(r"(?:coin|co\.i|co\.un|co\.on)$")


def parse_email(text: str) -> str | None:
    """The normalised address, or None. Nothing is looked up on the network."""
    if len(text) > 320:
        return None
    try:
        address = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        return None
    return address.normalized if len(address.domain.rpartition(".")[2]) > 1 else None


def find_emails(text: str) -> list[Found]:
    """Every address in `text`, the broken ones with value None; "tom at gmail dot com" is one."""
    text = _halfwidth(text[:LONGEST])
    out = list(_written_addresses(text))
    if len(out) < _MOST:
        masked = _mask(text, [found.span for found in out])
        out += [found for match in _SPOKEN_ADDRESS.finditer(masked) if (found := _spoken_address(match, text))]
    return sorted(out, key=lambda found: found.span)[:_MOST]


def _halfwidth(text: str) -> str:
    """The text, as long as before, with full-width letters and signs as plain ones."""
    return (
        text if text.isascii() else "".join(chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char for char in text)
    )


_CLOCK = re.compile(r"@*\s?\d{1,2}[.:]?(?:\d\d)?(?:am|pm|ish|h)?", re.I)
"""What stands behind the "@" of "tuesday @5.45pm"."""


def _written_addresses(text: str) -> Iterator[Found]:
    """Addresses around an "@": only so far to both sides as an address can reach."""
    done = found = 0
    for sign in re.finditer("@", text):
        if sign.start() < done or found >= _MOST:
            continue
        local = _LOCAL.search(text[max(done, sign.start() - 100) : sign.start()])
        name = local[0].lstrip(".'*/!#$%&^{|}~+-") if local else ""
        if not name:
            continue
        domain = _domain_after(text, sign.start())
        raw = (name + domain).rstrip(".!?…-_'")
        begin = sign.start() - len(name)
        done = begin + len(raw)
        if _CLOCK.fullmatch(domain.rstrip(".!?")):  # "tuesday @5.45pm"
            continue
        if re.match(r"@+ ?[^\W\d_]|@+\d[\w-]*\.|@+[.-]", raw[len(name) :]):  # not "fri@2pm"
            found += 1
            yield _written_address(raw, (begin, done))


def _domain_after(text: str, sign: int) -> str:
    """The "@" and what stands behind it: "@gmail.com", "@ gmail . com", "@gmail,com"."""
    plain = _DOMAIN.match(text, sign)
    comma = _COMMA_DOMAIN.match(text, sign + 1)
    if comma:
        return "@" + comma[0]
    domain = plain[0] if plain else "@"
    if "." in domain.strip("."):
        return domain
    dictated = _DICTATED_DOMAIN.match(text, sign)
    if dictated:
        return dictated[0]
    spaced = _SPACED_DOMAIN.match(text, sign)
    if spaced and re.search(r"\. ?(?:com|co|net|org|uk|in|ie|au|pl|edu|me|io|eu)\b", spaced[0], re.I):
        return spaced[0]
    return domain


def _written_address(raw: str, span: tuple[int, int]) -> Found:
    joined = _undotted(raw)
    value = parse_email(joined)
    return Found(value, raw, span, _meant(joined, value))


def _spoken_address(match: re.Match[str], text: str) -> Found | None:
    """ "tom at gmail dot com"; "look at boots.com" is none, unless it is all there is or a mail provider."""
    domain = _undotted(match[3])
    if _CLOCK.fullmatch(domain):
        return None
    provider = domain in COMMON_DOMAINS or _mended_domain(domain) is not None
    explicit = "dot" in match[3].lower() or match[2].strip().lower() != "at"
    alone = not re.search(r"\w", text[: match.start()] + text[match.end() :])
    if not (provider or explicit or alone) or match[1].lower() in _NO_LOCAL:
        return None
    address = f"{_undotted(match[1])}@{domain}"
    value = parse_email(address)
    if value is None:
        return None
    before = text[: match.start()]
    if not _BEFORE_SPOKEN.search(before):  # "tom smith at gmail dot com": perhaps both words
        word = re.search(r"([a-z0-9]+) $", before, re.I)
        both = parse_email(f"{word[1]}{address}") if word and match[2].strip().lower() == "at" else None
        if both:
            return Found(None, match[0], match.span(), both)
    return Found(value, match[0], match.span(), _meant(value, value))


def _undotted(words: str) -> str:
    out = re.sub(_DOT, ".", words, flags=re.I)
    for word, sign in (("underscore", "_"), ("dash", "-"), ("hyphen", "-"), ("plus", "+")):
        out = re.sub(rf" {word} ", sign, out, flags=re.I)
    return re.sub(r"\s", "", out)


def _meant(address: str, value: str | None) -> str | None:
    """The address that was likely meant, with a mistyped provider or a slip mended; None where nothing looks wrong."""
    tidied = re.sub(r"@+", "@", address).replace(",", ".")
    tidied = re.sub(r"\.{2,}", ".", tidied).replace(".@", "@").replace("@.", "@")
    local, _, domain = tidied.rpartition("@")
    if not local or "@" in local or not domain:
        return None
    mended = _mended_domain(domain.lower())
    meant = parse_email(f"{local}@{mended or domain}")
    return meant if meant and (mended or value is None) and meant != value else None


def _mended_domain(domain: str) -> str | None:
    """ "gmial.con" as "gmail.com"; None where the domain is none of a provider, or right."""
    name, _, ending = domain.partition(".")
    if domain in COMMON_DOMAINS or name in _OWN_NAMES:
        return None
    provider = _provider_of(name, ending)
    if provider is None:
        return None
    mended = f"{provider}.{_mended_ending(provider, ending)}"
    return mended if mended != domain else None


def _provider_of(name: str, ending: str) -> str | None:
    if name in _PROVIDERS:
        return name
    usual = (
        not ending
        or ending in ("com", "co.uk", "co.in", "net")
        or _MISTYPED_ENDING.match(ending)
        or _MISTYPED_UK.match(ending)
    )
    if name in _ALIASES or not usual:
        return _ALIASES.get(name)
    glued = re.fullmatch(r"(gmail|hotmail|yahoo|outlook|icloud)(?:com|co)", name)
    if glued and not ending:
        return glued[1]
    long_names = [provider for provider in _PROVIDERS if len(provider) >= 5]
    close = get_close_matches(name, long_names, n=1, cutoff=0.8) if len(name) >= 4 else []
    return close[0] if close else None


def _mended_ending(provider: str, ending: str) -> str:
    only = _PROVIDERS[provider]
    if only:
        return only
    if _MISTYPED_UK.match(ending):
        return "co.uk"
    if _MISTYPED_IN.match(ending):
        return "co.in"
    return "com" if not ending or _MISTYPED_ENDING.match(ending) else ending


def _mask(text: str, spans: list[tuple[int, int]]) -> str:
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text
