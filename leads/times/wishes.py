"""From days and hours to wishes: which hour belongs to which day, what is an alternative, ruled out or taken back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from leads.times.clocks import find_clocks, refine
from leads.times.dates import Span, Today
from leads.times.days import find_days
from leads.times.phrases import Clock, Days, Wish, Wishes

Part = Days | Clock

_CORRECTION = re.compile(
    r"\b(?:no,? (?:wait|sorry|make (?:that|it)|i mean(?:t)?|actually|rather)|oops|wait"
    r"|hang on|make (?:that|it)|i mean(?:t)?|sorry|(?:or )?actually"
    r"|scratch that|or rather|correction|on second thoughts?|change (?:that|it) to"
    r"|nope|no,|no (?=the \x01|the \x02|\x01|\x02)|instead(?! of)|better"
    r" still|even better)[\s,:.!]*|\*(?=[\x01\x02])"
)
_NOT = (
    r"(?:not|except(?: for)?|but not|just not|apart from|other than|never|no(?: to)?"
    r"|bar|excluding|besides|rather than|instead of|(?<!later )(?<!earlier )(?<!sooner )than"
    r"|anything but|aside from"
    r"|(?:any ?(?:day|time|thing)|every ?day|all(?: days| week)?|any ?weekday|anyday"
    r"|week ?days?|whenever) (?:but|save|other than|except(?: for)?|apart from|bar)(?: not)?"
    r"|(?:can'?t|cannot|can not|couldn'?t|won'?t|unable to|not able to) (?:do|make"
    r"|come(?: in)?|manage|attend|be there)(?: it)?"
    r"|(?:don'?t|do not|doesn'?t) (?:want|work|like|fancy|do|have)|(?:busy|away|unavailable"
    r"|not available|not free|not around|on holiday|working|at work|booked up))"
)
_RULED_OUT_BEFORE = re.compile(
    rf"\b(?<!if )(?P<neg>{_NOT})(?: (?:on|at|in|for|during|a|an|any|the|either|next"
    rf"|this))* ?$"
)
_RULED_OUT_AFTER = re.compile(
    r"^(?:s)? ?(?:(?:is|are|'s|'re)(?: really| just| also)? (?:no good|not (?:good"
    r"|great|possible|ok|okay|an option|an? \w+ day)|out|bad|impossible|difficult|no use"
    r"|hard|a no go|tricky)"
    r"|(?:doesn'?t|does not|won'?t|will not|don'?t|do not|wouldn'?t) (?:work|suit|do"
    r"|be)|no good|not possible|is a no)\b"
)
_BUT = re.compile(r"^,? ?(?:but|save|bar)(?: (?:on|a|the|any))? ?$")
_AND_NOT = re.compile(r"^,? ?(?:or|and|nor)(?: (?:on|a|the|any))? ?$")
_OR = re.compile(
    r"\b(?:or|otherwise|alternatively|failing that|if not|and|then|but|else|maybe|as well as"
    r"|plus|followed by)\b|[/&;]|,"
)
_FREE_OF_OR = re.compile(r"\b(?:or|otherwise|alternatively|failing|but)\b|;")
_SHARES = re.compile(r"^(?:[\s,/&]|or|and|the|on|maybe|even|also|possibly|perhaps|either)*$")
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
    versions = [_version(version, rest, start) for start, version in _versions(parts, rest)]
    result = versions[0]
    for later in versions[1:]:
        result = _corrected(result, later)
    return result


def _versions(parts: Sequence[Part], text: str) -> list[tuple[int, list[Part]]]:
    """The parts, cut where the visitor takes back what stands before; and where each version begins."""
    versions: list[tuple[int, list[Part]]] = [(0, [parts[0]])]
    for last, part in pairwise(parts):
        mark = _last_match(_CORRECTION, text, last.end, part.begin + 1)
        if mark:
            versions.append((mark.end(), []))
        elif _SWITCH.search(text[: part.begin]):
            versions.append((part.begin, []))
        versions[-1][1].append(part)
    return versions


def _last_match(pattern: re.Pattern[str], text: str, begin: int, end: int) -> re.Match[str] | None:
    matches = list(pattern.finditer(text, begin, end))
    return matches[-1] if matches else None


def _corrected(before: Wishes, after: Wishes) -> Wishes:
    """The later version, completed by the earlier."""
    begin, end = before.begin, after.end
    not_days, not_clocks = before.not_days + after.not_days, before.not_clocks + after.not_clocks
    if not after.wanted:
        return replace(before, not_days=not_days, not_clocks=not_clocks, end=end)
    days = before.wanted[-1].days if before.wanted else None
    clock = before.wanted[-1].clock if before.wanted else None
    has_days, has_clock = any(wish.days for wish in after.wanted), any(wish.clock for wish in after.wanted)
    if days and not has_days:
        return replace(after, wanted=tuple(replace(wish, days=days) for wish in after.wanted), begin=begin)
    if clock and not has_clock and not clock.impossible:
        return replace(after, wanted=tuple(replace(wish, clock=clock) for wish in after.wanted), begin=begin)
    return after


def _version(parts: Sequence[Part], text: str, start: int) -> Wishes:
    wanted, not_days, not_clocks, begin, finish = _sort_out(parts, text, start)
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
    wishes = _share_clock(_share_week(draft.done), text)
    if len(wishes) > 1 and contradiction and any(wish.days not in contradiction for wish in wishes):
        contradiction = None
    return Wishes(tuple(wishes), tuple(not_days), tuple(not_clocks), begin, finish, contradiction)


def _sort_out(parts: Sequence[Part], text: str, start: int) -> tuple[list[Part], list[Days], list[Clock], int, int]:
    """What is wanted and what is ruled out ("any day but Monday", "Friday is no good")."""
    wanted: list[Part] = []
    not_days: list[Days] = []
    not_clocks: list[Clock] = []
    begin = parts[0].begin
    ruled_out, end, finish = False, start, start
    for index, part in enumerate(parts):
        before, after = text[end : part.begin], text[part.end :]
        match = _RULED_OUT_BEFORE.search(before)
        again = ruled_out and type(part) is type(parts[index - 1]) and bool(_AND_NOT.match(before))
        verb = _RULED_OUT_AFTER.match(after)
        but_not = index > 0 and _leaves_out(parts[index - 1], part) and bool(_BUT.match(before))
        ruled_out = bool(match) or again or bool(verb) or but_not or _listed_out(parts, index, text)
        finish = part.end + (verb.end() if verb else 0)
        if match and index == 0:
            begin = end + match.start()
        if not ruled_out:
            wanted.append(part)
        elif isinstance(part, Days):
            not_days.append(part)
        else:
            not_clocks.append(part)
        end = part.end
    return wanted, not_days, not_clocks, begin, finish


def _leaves_out(before: Part, part: Part) -> bool:
    """ "Any weekday but Tuesday": the day is one of those named before it."""
    if not isinstance(before, Days) or not isinstance(part, Days):
        return False
    return before.kind == "recurring" and bool(part.weekdays) and part.weekdays < before.weekdays


def _listed_out(parts: Sequence[Part], index: int, text: str) -> bool:
    """ "Mondays and Tuesdays are out": the verb rules out the whole list."""
    here = index
    while here + 1 < len(parts) and _AND_NOT.match(text[parts[here].end : parts[here + 1].begin]):
        here += 1
    return here > index and bool(_RULED_OUT_AFTER.match(text[parts[here].end :]))


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


def _share_week(wishes: list[Wish]) -> list[Wish]:
    """ "Monday or Tuesday next week": the week counts for both."""
    out = list(wishes)
    for index, wish in enumerate(out):
        if not wish.days or wish.days.kind != "weekday":
            continue
        near = [
            other.days
            for other in (*out[index + 1 : index + 2], *out[max(0, index - 1) : index])
            if other.days and other.days.kind == "range"
        ]
        for other in near:
            week = replace(
                other,
                spans=((_monday(other.spans[0][0]), date.fromordinal(_monday(other.spans[0][0]).toordinal() + 6)),),
            )
            tied = (
                common_days(wish.days, week)
                if len(other.spans) == 1 and other.spans[0][0] == other.spans[0][1]
                else None
            )
            if tied:
                out[index] = replace(wish, days=replace(tied, kind="date", begin=wish.days.begin, end=wish.days.end))
                break
    return out


def _monday(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())


def _share_clock(wishes: list[Wish], text: str) -> list[Wish]:
    """ "Tuesday or Thursday at 2": the hour counts for both days."""
    out = list(wishes)
    for index in range(len(out) - 2, -1, -1):
        wish, following = out[index], out[index + 1]
        if wish.clock or not following.clock or not wish.days or not following.days or following.inherited:
            continue
        if following.clock.begin > following.days.begin and _SHARES.match(text[wish.days.end : following.days.begin]):
            out[index] = replace(wish, clock=following.clock)
    return out
