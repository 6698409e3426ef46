"""From days and hours to wishes: which hour belongs to which day, what is an alternative, ruled out or taken back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from leads.times.asides import asides
from leads.times.clocks import find_clocks, refine
from leads.times.dates import Span, Today
from leads.times.days import find_days
from leads.times.phrases import MIDNIGHT, Clock, Days, Wish, Wishes

Part = Days | Clock

_CORRECTION = re.compile(
    r"\b(?:no,? (?:wait|sorry|make (?:that|it)|i mean(?:t)?|actually|rather)|oops|wait"
    r"|hang on|make (?:that|it)|i mean(?:t)?|sorry|(?:or )?actually"
    r"|scratch that|or rather|correction|on second thoughts?|change (?:that|it) to"
    r"|(?<!or )(?<!not )(?<!even )so(?! (?:i|we|he|she|they|that|as to|far|on)\b)"
    r"|nope|no,|no (?=the \x01|the \x02|\x01|\x02)|instead(?! of)|better"
    r" still|even better)[\s,:.!]*|\*(?=[\x01\x02])"
)
_NOT = (
    r"(?:not|neither|no good|not (?:good|great|possible|ideal|convenient|free|available)(?: for me)?"
    r"|except(?: for)?|but not|just not|nothing|apart from|other than|never|no(?: to)?"
    r"|bar|excluding|besides|rather than|instead of|(?<!later )(?<!earlier )(?<!sooner )than"
    r"|anything but|aside from"
    r"|(?:any ?(?:day|time|thing)|every ?(?:day|thing)|all(?: days| week)?|any ?weekday|anyday"
    r"|week ?days?|whenever) (?:but|save|other than|except(?: for)?|apart from|bar)(?: not)?"
    r"|(?:can'?t|cannot|can not|couldn'?t|won'?t|unable to|not able to) (?:do|make"
    r"|come(?: in)?|manage|attend|be there)(?: it)?"
    r"|(?:don'?t|do not|doesn'?t) (?:want|like|fancy|do|have(?: got)?(?: (?:any |the |much )?(?:time"
    r"|availability|anything))?)|haven'?t (?:got )?(?:any )?"
    r"(?:time|availability|anything)|(?:doesn'?t|does not|that don'?t) work"
    r"|(?<!not )(?<!n't )(?<!be )(?<!back )(?:busy|away|unavailable"
    r"|not available|not free|not around|on holiday|working|at work|booked up))"
)
_RULED_OUT_BEFORE = re.compile(
    rf"\b(?<!if )(?P<neg>{_NOT})(?: (?:on|at|in|for|during|a|an|any|the|either|next"
    rf"|this))* ?$"
)
_RULED_OUT_AFTER = re.compile(
    r"^(?:s)? ?(?:(?:is|are|'s|'re)(?: really| just| also)? (?:no good|not (?:good"
    r"|great|possible|ok|okay|an option|an? \w+ day)|out|bad|impossible|difficult|awkward|hopeless|a problem"
    r"|busy|full|terrible|no use"
    r"|hard|a no go|tricky)"
    r"|(?:doesn'?t|does not|won'?t|will not|don'?t|do not|wouldn'?t) (?:work|suit|do"
    r"|be)|no good|not possible|is a no)\b"
)
_BUT = re.compile(r"^,? ?(?:but|save|bar)(?: (?:on|a|the|any))? ?$")
_CANNOT = re.compile(
    r"\b(?:can'?t|cannot|can not|couldn'?t|won'?t|don'?t|doesn'?t|unable"
    r"|never)\b[^,.;!?\x01\x02]{0,40}$"
)
_ALL_OF = re.compile(r"\b(?:any|every|each|all)\b[^.;!?]*$")
_ENDS = re.compile(r"^\s*(?:$|[,.;!?]|(?:or|and|please|pls|thanks|if|would|is fine|ok)\b)")
_BESIDE = re.compile(r"^ (?:on |in |at )?$")
_AND_NOT = re.compile(r"^,? ?(?:or|and|nor)(?: (?:on|a|the|any))? ?$")
_OR = re.compile(
    r"\b(?:or|otherwise|alternatively|failing that|if not|and|then|but|else|maybe|as well as"
    r"|plus|followed by)\b|[/&;]|,"
)
_FREE_OF_OR = re.compile(r"\b(?:or|otherwise|alternatively|failing|but)\b|;")
_SHARES = re.compile(r"^(?:[\s,/&]|or|and|the|on|maybe|even|also|possibly|perhaps|either)*$")
_THEN = re.compile(r"\b(before|after) (?:then|that|this)\b")
_NEAR = 12
"""Characters between a wish and a clause beside it that is quoted with it."""
_PAST_TALK = re.compile(
    r"\b(?:was|were|had|lost|started|began|went|did|been|ago|saw|got|noticed|shaved"
    r"|last time|happened|came|called|phoned|rang|spoke|booked|missed)\b"
)
_SWITCH = re.compile(
    r"\b(?:change|move|switch|swap|rearrange)\b[^\x01\x02]*(?:[\x01\x02]+[^\x01\x02]*?)+\b(?:to"
    r"|for|with|until)\b[ \w]{0,12}$"
)


@dataclass
class _Draft:
    """The wish being read, and those read before it."""

    done: list[Wish]
    days: Days | None = None
    clock: Clock | None = None
    inherited: bool = False

    def close(self) -> None:
        if self.days or self.clock:
            self.done.append(Wish(self.days, self.clock, self.inherited))
        self.days, self.clock, self.inherited = None, None, False


def read_wishes(text: str, today: Today) -> Wishes | None:
    """Every wish in regular wording; None where it names no day and no hour.

    Where somebody corrects himself the last version counts, completed by the day or the hour of the one before.
    """
    days, rest = find_days(text, today)
    clocks, rest = find_clocks(rest)
    if _PAST_TALK.search(text) and any(one.kind == "past" for one in days):
        days = [one for one in days if one.kind != "past"]
        clocks = clocks if days else []
    parts: list[Part] = sorted([*days, *clocks], key=lambda part: part.begin)
    if not parts:
        return None
    taken, told, places = _set_aside(parts, rest)
    wished: list[Part] = [part for part in parts if part not in told]
    wished += _then(told, rest)
    parts = sorted(wished, key=lambda part: part.begin)
    if not parts:
        return Wishes((), tuple(taken), places[0][0], places[-1][1]) if taken else None
    versions = [_version(version, rest, start) for start, version in _versions(parts, rest)]
    result = versions[0]
    for later in versions[1:]:
        result = corrected(result, later)
    begin, end = result.begin, result.end
    for first, last in places:
        if -_NEAR <= begin - last <= _NEAR or -_NEAR <= first - end <= _NEAR:
            begin, end = min(begin, first), max(end, last)
    return replace(result, ruled_out=result.ruled_out + tuple(taken), begin=begin, end=end)


def clauses_aside(text: str, today: Today) -> list[tuple[int, int]]:
    """Where regular wording tells of a time that is no wish."""
    days, rest = find_days(text, today)
    clocks, rest = find_clocks(rest)
    parts: list[Part] = [*days, *clocks]
    return [(one.begin, one.end) for one, _ in asides(rest, [part.begin for part in parts])]


def _set_aside(parts: Sequence[Part], text: str) -> tuple[list[Wish], list[Part], list[tuple[int, int]]]:
    """What the visitor's own time is taken up with, as ruled out; all parts of clauses without a wish; and the places
    of the clauses that rule something out.
    """
    taken: list[Wish] = []
    told: list[Part] = []
    places = []
    for clause, role in asides(text, [part.begin for part in parts]):
        inside = [part for part in parts if clause.begin <= part.begin < clause.end]
        told += inside
        if role == "taken":
            places.append((clause.begin, max(clause.end, inside[-1].end)))
            days = [part for part in inside if isinstance(part, Days)]
            hours = [part for part in inside if isinstance(part, Clock)]
            taken += _all_of(days, hours)
    return taken, told, places


def _all_of(days: Sequence[Days], hours: Sequence[Clock]) -> list[Wish]:
    """Each hour on each day; days or hours alone where the others are not named."""
    if days and hours:
        return [Wish(day, hour) for day in days for hour in hours]
    return [*(Wish(days=day) for day in days), *(Wish(clock=hour) for hour in hours)]


def _then(told: Sequence[Part], text: str) -> list[Part]:
    """ "I pick them up at 3, so before then": the time told, as a limit of the one wished for."""
    found: list[Part] = []
    for match in _THEN.finditer(text):
        told_before = [part for part in told if part.end <= match.start()]
        if not told_before:
            continue
        last, before = told_before[-1], match[1] == "before"
        if isinstance(last, Days) and last.spans:
            first, end = last.spans[0]
            spans = ((date.min, date.fromordinal(first.toordinal() - 1)),) if before else ((end, end),)
            found.append(Days("range" if before else "since", *match.span(), spans))
        elif isinstance(last, Clock) and last.options:
            low, high = last.options[0]
            found.append(Clock(*match.span(), options=((0, low) if before else (high, MIDNIGHT),)))
    return found


def _versions(parts: Sequence[Part], text: str) -> list[tuple[int, list[Part]]]:
    """The parts, cut where the visitor takes back what stands before; and where each version begins."""
    versions: list[tuple[int, list[Part]]] = [(0, [parts[0]])]
    for last, part in pairwise(parts):
        mark = _last_match(_CORRECTION, text, last.end, part.begin + 1)
        if mark and not _is_no(mark, part):
            versions.append((mark.end(), []))
        elif _SWITCH.search(text[: part.begin]):
            versions.append((part.begin, []))
        versions[-1][1].append(part)
    return versions


def _is_no(mark: re.Match[str], part: Part) -> bool:
    """ "Next week, no Fridays" leaves Fridays out; "Tuesday, no, Wednesday" corrects."""
    several = part.kind == "recurring" if isinstance(part, Days) else part.plural or part.manner
    return several and mark[0].strip(" ,") == "no"


def _last_match(pattern: re.Pattern[str], text: str, begin: int, end: int) -> re.Match[str] | None:
    matches = list(pattern.finditer(text, begin, end))
    return matches[-1] if matches else None


def corrected(before: Wishes, after: Wishes) -> Wishes:
    """The later version, completed by the earlier."""
    begin, end = before.begin, after.end
    ruled_out = before.ruled_out + after.ruled_out
    if not after.wanted:
        return replace(before, ruled_out=ruled_out, end=end)
    clock = before.wanted[-1].clock if before.wanted else None
    has_days, has_clock = any(wish.days for wish in after.wanted), any(wish.clock for wish in after.wanted)
    days = _days_of(before)
    if days and not has_days:
        wanted = tuple(replace(wish, days=day) for day in days for wish in after.wanted)
        return replace(after, wanted=wanted, ruled_out=_only_days(before.ruled_out) + after.ruled_out, begin=begin)
    if clock and not has_clock and not clock.impossible:
        return replace(after, wanted=tuple(replace(wish, clock=clock) for wish in after.wanted), begin=begin)
    return after


def _days_of(wishes: Wishes) -> list[Days]:
    """The days another hour is for: all of a list, but the last one where each had an hour of its own."""
    clocks = {(wish.clock.begin, wish.clock.end) for wish in wishes.wanted if wish.clock}
    wanted = wishes.wanted if len(clocks) < 2 else wishes.wanted[-1:]
    return list(dict.fromkeys(wish.days for wish in wanted if wish.days))


def _only_days(ruled_out: tuple[Wish, ...]) -> tuple[Wish, ...]:
    return tuple(wish for wish in ruled_out if wish.days)


def _version(parts: Sequence[Part], text: str, start: int) -> Wishes:
    wanted, ruled_out, begin, finish = _sort_out(parts, text, start)
    draft = _Draft([])
    contradiction = None
    end = parts[0].begin
    for part in wanted:
        gap = text[end : part.begin] if end <= part.begin else ""
        if isinstance(part, Days):
            if draft.days and not draft.inherited and _contradict(draft.days, part, gap):
                contradiction = (draft.days, part)
            _add_days(draft, part, gap)
        else:
            _add_clock(draft, part, gap)
        end = part.end
    draft.close()
    wishes = _share_clock(_share_week(draft.done, text), text)
    if len(wishes) > 1 and contradiction and any(wish.days not in contradiction for wish in wishes):
        contradiction = None
    return Wishes(tuple(wishes), tuple(ruled_out), begin, finish, contradiction)


def _sort_out(parts: Sequence[Part], text: str, start: int) -> tuple[list[Part], list[Wish], int, int]:
    """What is wanted and what is ruled out ("any day but Monday", "Friday is no good", "not Friday afternoon")."""
    wanted: list[Part] = []
    out: list[Wish] = []
    begin = parts[0].begin
    end, finish = start, start
    units = _units(parts, text)
    ruled_out = False
    for index, unit in enumerate(units):
        before, after = text[max(end, finish) : unit[0].begin], text[unit[-1].end :]
        match = _RULED_OUT_BEFORE.search(before) or (_cannot_before(unit) and _CANNOT.search(before))
        again = ruled_out and type(unit[0]) is type(units[index - 1][0]) and bool(_AND_NOT.match(before))
        verb = _RULED_OUT_AFTER.match(after)
        but_not = index > 0 and bool(_BUT.match(before)) and _leaves_out(units[index - 1][-1], unit[0], text)
        ruled_out = bool(match) or again or bool(verb) or but_not or _listed_out(units, index, text)
        finish = unit[-1].end + (verb.end() if verb else 0)
        if match and index == 0:
            begin = end + match.start()
        if ruled_out:
            out.append(_together(unit))
        else:
            wanted += unit
        end = unit[-1].end
    return wanted, out, begin, finish


def _cannot_before(unit: Sequence[Part]) -> bool:
    """Whether it is a limit such as "before 4", which a "can't" turns round."""
    clock = unit[0]
    return isinstance(clock, Clock) and _is_limit(clock) and not clock.options[0][0]


def _is_limit(clock: Clock) -> bool:
    """ "Before 4", "after 5"."""
    open_ended = bool(clock.options) and (not clock.options[0][0] or clock.options[0][1] == MIDNIGHT)
    return open_ended and not (clock.part or clock.point)


def _units(parts: Sequence[Part], text: str) -> list[list[Part]]:
    """A day and the hour beside it belong together ("except Friday afternoon"), everything else stands alone."""
    units: list[list[Part]] = [[parts[0]]]
    for last, part in pairwise(parts):
        manner = isinstance(last, Clock) and (last.manner or _is_limit(last))
        if (
            len(units[-1]) == 1
            and type(last) is not type(part)
            and not manner
            and _BESIDE.match(text[last.end : part.begin])
        ):
            units[-1].append(part)
        else:
            units.append([part])
    return units


def _together(unit: Sequence[Part]) -> Wish:
    days = next((part for part in unit if isinstance(part, Days)), None)
    return Wish(days, next((part for part in unit if isinstance(part, Clock)), None))


def _leaves_out(before: Part, part: Part, text: str) -> bool:
    """ "Any weekday but Tuesday", "any morning but Wednesday": the day is left out of all that was named before it."""
    if isinstance(part, Days) and _ALL_OF.search(text[: before.begin]) and _ENDS.match(text[part.end :]):
        return True
    if not isinstance(before, Days) or not isinstance(part, Days):
        return False
    return before.kind == "recurring" and bool(part.weekdays) and part.weekdays < before.weekdays


def _listed_out(units: Sequence[Sequence[Part]], index: int, text: str) -> bool:
    """ "Mondays and Tuesdays are out": the verb rules out the whole list."""
    here = index
    while here + 1 < len(units) and _AND_NOT.match(text[units[here][-1].end : units[here + 1][0].begin]):
        here += 1
    return here > index and bool(_RULED_OUT_AFTER.match(text[units[here][-1].end :]))


def _contradict(first: Days, second: Days, gap: str) -> bool:
    """ "Monday 4 December" where the 4th is a Friday."""
    if not re.match(r"^[\s,(]*(?:the |on the |on )?$", gap) or {first.kind, second.kind} != {"weekday", "date"}:
        return False
    weekday, dated = (first, second) if first.kind == "weekday" else (second, first)
    return dated.spans[0][0].weekday() not in weekday.weekdays and dated.end > dated.begin


def _add_days(draft: _Draft, part: Days, gap: str) -> None:
    if draft.days is None or draft.inherited:
        if draft.clock and _FREE_OF_OR.search(gap) and not draft.inherited:
            draft.close()
        draft.days, draft.inherited = part, False
        return
    both = None if _FREE_OF_OR.search(gap) else common_days(draft.days, part)
    if both:
        draft.days = both
        return
    draft.close()
    draft.days = part


def _add_clock(draft: _Draft, part: Clock, gap: str) -> None:
    if draft.clock is None:
        draft.clock = part
        return
    free = re.search(r"\bor\b", gap) if not (draft.clock.point or part.point) else _FREE_OF_OR.search(gap)
    both = None if free else refine(draft.clock, part)
    if both:
        draft.clock = both
        return
    days = draft.days
    draft.close()
    draft.days, draft.clock, draft.inherited = days, part, days is not None


def common_days(first: Days, second: Days) -> Days | None:
    """The days two phrases share: "Tuesday" of "next week"; None where they are different wishes."""
    begin, end = min(first.begin, second.begin), max(first.end, second.end)
    loose, stretch = (first, second) if second.kind in ("range", "since") else (second, first)
    if first.spans and first.spans == second.spans:
        return replace(first if first.kind == "date" else second, begin=begin, end=end)
    if stretch.kind not in ("range", "since") or loose.kind not in ("weekday", "recurring", "date", "range"):
        return None
    if loose.kind == "date" or (loose.kind == "range" and not loose.weekdays):
        return _smaller(loose, stretch, begin, end)
    numbers = loose.weekdays
    if stretch.kind == "since":
        return Days("recurring", begin, end, stretch.spans, numbers)
    spans = tuple((day, day) for day in _each(stretch.spans[0]) if day.weekday() in numbers)
    return Days("range", begin, end, spans, frozenset()) if spans else None


def _smaller(first: Days, second: Days, begin: int, end: int) -> Days | None:
    low, high = max(first.spans[0][0], second.spans[0][0]), min(first.spans[0][1], second.spans[0][1])
    return (
        replace(first, spans=((low, high),), begin=begin, end=end) if low <= high and second.kind == "range" else None
    )


def _each(span: Span) -> list[date]:
    last = min(span[1].toordinal(), span[0].toordinal() + 400)
    return [date.fromordinal(number) for number in range(span[0].toordinal(), last + 1)]


def _share_week(wishes: list[Wish], text: str) -> list[Wish]:
    """ "Monday or Tuesday next week", "next Tuesday or Wednesday": the week counts for both."""
    out = list(wishes)
    for index, wish in enumerate(out):
        if not wish.days or wish.days.kind != "weekday":
            continue
        before, after = out[max(0, index - 1) : index], out[index + 1 : index + 2]
        weeks = [other.days for other in (*after, *before) if other.days and other.days.kind == "range"]
        weeks += [other.days for other in before if other.days and _is_next(other.days, wish.days, text)]
        for other in weeks:
            if len(other.spans) != 1 or other.spans[0][0] != other.spans[0][1]:
                continue
            monday = _monday(other.spans[0][0])
            week = replace(other, kind="range", spans=((monday, date.fromordinal(monday.toordinal() + 6)),))
            tied = common_days(wish.days, week)
            if tied:
                numbers = wish.days.weekdays
                out[index] = replace(
                    wish, days=replace(tied, kind="date", begin=wish.days.begin, end=wish.days.end, weekdays=numbers)
                )
                break
    return out


def _is_next(named: Days, following: Days, text: str) -> bool:
    """Whether a plain weekday follows "next Tuesday" in one list with it."""
    gap = re.sub("[\x01\x02]", "", text[named.end : following.begin])
    return named.kind == "date" and bool(named.weekdays) and bool(_SHARES.match(gap)) and bool(gap.strip())


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


def _share_clock(wishes: list[Wish], text: str) -> list[Wish]:
    """ "Tuesday or Thursday at 2", "2pm on Tuesday or Thursday": the hour counts for both days."""
    out = list(wishes)
    for index in range(len(out) - 2, -1, -1):
        wish, following = out[index], out[index + 1]
        if wish.clock or not following.clock or not wish.days or not following.days or following.inherited:
            continue
        if following.clock.begin > following.days.begin and _SHARES.match(text[wish.days.end : following.days.begin]):
            out[index] = replace(wish, clock=following.clock)
    for index in range(1, len(out)):
        before, wish = out[index - 1], out[index]
        if wish.clock or not before.clock or not wish.days or not before.days:
            continue
        if before.clock.begin < before.days.begin and _SHARES.match(text[before.days.end : wish.days.begin]):
            out[index] = replace(wish, clock=before.clock)
    return out
