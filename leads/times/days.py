"""Days in regular wording: dates, weekdays, weeks, months, feasts, and what a library reads of the rest.

What people here mean otherwise than the library reads it ("the first week of December", "Friday week", "3/12") has its
own rule, tried before it.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from leads.times.dates import (
    Today,
    read_named_date,
    read_named_range,
    read_numeric,
    read_ordinal,
    read_ordinal_range,
    read_weekday_number,
)
from leads.times.library import recognised
from leads.times.phrases import TAKEN_DAY, Days
from leads.times.relations import related
from leads.times.weeks import (
    COUNT,
    days_ahead,
    make_recurring,
    read_after_that,
    read_bank_holiday,
    read_between_the_years,
    read_feast,
    read_few_days,
    read_midweek,
    read_month,
    read_months_ahead,
    read_named_week,
    read_new_year,
    read_season,
    read_week_of_month,
    read_week_on,
    read_weekday,
    read_weekday_of_month,
    read_weekday_range,
    read_weekend,
    read_weeks_ahead,
    read_within,
    read_years_ahead,
    read_yesterday,
)
from leads.times.words import MONTH, WEEKDAY

_AFTER_ORDINAL = (
    rf"(?= *(?:$|[,.;!?)/&-]|{TAKEN_DAY}|(?:or|and|at|to|in the|in|if|is|would|works?|please"
    rf"|pls|until|till|pm|am|morning|afternoon|evening|night|from"
    r"|after|before|between|around|about|any|noon|lunch|best|ideally|suits|will|for"
    r"|but|not|sorry|no|then|instead|thanks|first thing|actually"
    r"|make|i|can|rather|anytime|only|onwards?|half|\d{1,2}(?:[:.]\d\d)?(?:am|pm)?)\b))(?! ?(?:opinion"
    r"|time|session|treatment|visit|appointment|floor|one|street|ave))"
)
_YEAR = r"(?:,? ?(?P<year>20\d\d|19\d\d|'\d\d)(?!:))?"
_PARTS = (
    r"(?P<part>(?:the )?(?:early|mid|middle|late|later|beginning|start|end|back end"
    r"|first half|second half|rest|remainder|top|begining)[ -]?(?:on )?"
    r"(?:in |of )?(?:the )?)?"
)
_N = r"(?P<n>first|second|third|fourth|fifth|last|final|[1-5](?:st|nd|rd|th))"
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Today], Days | None]]


def _rules(*rules: tuple[str, Callable[[re.Match[str], Today], Days | None]]) -> list[Rule]:
    return [(re.compile(pattern), build) for pattern, build in rules]


_RULES = _rules(
    (r"\b(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)(?P<which> (?:of )?(?:next|this|the(?: next)?) month)\b", read_ordinal),
    (
        rf"\b{_N}(?: full)? week (?:of|in) (?:(?P<month>{MONTH})|(?P<rel>the (?:next )?month"
        rf"|next month|this month|the new year))\b",
        read_week_of_month,
    ),
    (
        rf"\b(?:the )?{_N} (?P<weekday>{WEEKDAY}) (?:of|in) (?:(?P<month>{MONTH})|(?P<rel>the (?:next )?month"
        rf"|next month|this month))\b",
        read_weekday_of_month,
    ),
    (
        rf"\b(?:between |from )?(?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?(?: (?P<month1>{MONTH}))?"
        rf"(?: ?- ?| to | and | until | till | through )(?:the )?"
        rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{MONTH}){_YEAR}",
        read_named_range,
    ),
    (
        rf"\b(?:between |from )?(?P<month1>{MONTH}) (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd"
        rf"|th)?(?: ?- ?| to | through | and )(?:(?P<month>{MONTH}) )?(?:the )?"
        rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![:\d]|[ap]m| ?[ap]m\b){_YEAR}",
        read_named_range,
    ),
    (
        rf"\b(?:the )?(?P<d>\d{{1,3}})(?:st|nd|rd|th)?(?: of| day of)? (?P<month>{MONTH}){_YEAR}\b(?! \d{{1,2}}"
        rf"(?:st|nd|rd|th))",
        read_named_date,
    ),
    (rf"\b(?P<month>{MONTH})(?: the)? (?P<d>\d{{1,3}})(?:st|nd|rd|th)?(?![:\d]|[ap]m){_YEAR}\b", read_named_date),
    (
        r"(?<![\d/.-])(?:(?P<iso>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})|(?P<one>\d{1,2})(?P<sep>[/.-])"
        r"(?P<two>\d{1,2})(?P=sep)(?P<year>20\d\d|19\d\d|\d\d))(?![\d/.-]*\d)",
        read_numeric,
    ),
    (
        r"(?<![\d/.:-])(?P<iso>(?!))?(?P<one>\d{1,2})/(?P<two>\d{1,2})(?P<year>(?!))?(?![\d/:]"
        r"|[ap]m| ?(?:of|hour|inch|price|scale))",
        read_numeric,
    ),
    (
        r"(?:(?<=\bon )|(?<=\bthe )|(?<=day ))(?P<iso>(?!))?(?P<one>\d{1,2})\.(?P<two>\d{1,2})(?P<year>"
        r"(?!))?\b(?![\d:]|[ap]m)\.?",
        read_numeric,
    ),
    (
        r"(?P<iso>(?!))?(?<![\d.,:])(?P<one>\d{1,2})\.(?P<two>1[0-2]|0?[1-9])\.(?P<year>(?!))?(?= "
        r"|$)(?! ?\d{3})",
        read_numeric,
    ),
    (
        r"\b(?:in )?(?:between |(?:from |the days? between ))?(?:the )?christmas(?: day)? (?:and|to|until) (?:the )?new"
        r" year'?s?(?: day| eve)?\b|\bbetween the years\b",
        read_between_the_years,
    ),
    (
        r"\b(?:the )?(?P<feast>christmas eve(?:ning)?|christmas(?: day)?|boxing day|easter(?: sunday"
        r"| monday)?|good friday|may day)\b",
        read_feast,
    ),
    (r"\bbank holiday\b(?: (?:monday|friday|weekend))?|\b(?:public|national) holiday\b", read_bank_holiday),
    (
        rf"\b(?:any ?day |any ?time )?(?:between |from )?(?P<w1>{WEEKDAY})(?: ?- ?| to "
        rf"| through | thru | until | till |(?<=between \w{{6}}) and )(?P<w2>{WEEKDAY})(?P<week>(?: of)? "
        rf"(?:next|this) week)?\b",
        read_weekday_range,
    ),
    (rf"\bbetween (?P<w1>{WEEKDAY}) and (?P<w2>{WEEKDAY})(?P<week>(?: of)? (?:next|this) week)?\b", read_weekday_range),
    (
        rf"\b(?:(?P<day>{WEEKDAY}|tomorrow|today) (?P<span>week|fortnight)|(?<!next )(?<!this )(?<!of )"
        rf"(?<!every )(?P<span2>(?:a |one |two |three |[2-9] )?weeks?|(?:a )?fortnight)(?: on"
        rf"| from| this)? (?P<day2>{WEEKDAY}|tomorrow|today))\b",
        read_week_on,
    ),
    (
        r"\b(?:the )?(?P<what>week|day) after (?:that|this) one\b|\b(?:the )?(?P<what2>day) after that\b",
        read_after_that,
    ),
    (r"\b(?:the )?day after tomorrow\b|\bovermorrow\b|\btomorrow next day\b", days_ahead(2)),
    (r"\b(?:the )?day before yesterday\b|\byesterday\b|\blast night\b", read_yesterday),
    (r"\btomorrow\b", days_ahead(1)),
    (
        r"\b(?:later |sometime )?today\b|\btonight\b|\bthis (?=(?:late |early )?(?:morning"
        r"|afternoon|evening|lunch|night|very))",
        days_ahead(0),
    ),
    (
        rf"(?:\b(?P<before>this coming|this|next|coming|the coming|upcoming|the following"
        rf"|following|last|every|any|most|a|the) )?\b(?<!black )(?<!cyber )(?P<weekday>{WEEKDAY})(?P<s>s)?"
        r"(?P<after> (?:coming|after next|of next week|in next week|next week|next|after that(?: one)?)\b)?",
        read_weekday,
    ),
    (
        rf"(?<={TAKEN_DAY} )(?:the )?(?P<d>1[3-9]|2\d|3\d)\b(?![:.\d]|st|nd|rd|th| ?(?:years"
        rf"|grafts|{MONTH}))",
        read_weekday_number,
    ),
    (
        rf"\bin (?:about |around |approx |another )?(?P<span>(?:{COUNT} )?weeks?|a fortnight)(?:'s)?(?:' time"
        rf"| time)?\b",
        read_weeks_ahead,
    ),
    (
        rf"\b(?:(?:with)?in |over |during )?(?:the )?(?:next|coming) (?P<count>{COUNT}) ?(?P<unit>days"
        rf"|weeks|months)\b",
        read_within,
    ),
    (rf"\bin (?:about |around )?(?P<count>{COUNT}) months?(?:'s)?(?:' time| time)?\b", read_months_ahead),
    (
        rf"\bwithin (?:the |an? )?(?:next )?(?P<count>{COUNT})? ?(?P<unit>days?|weeks?"
        rf"|months?|fortnight)\b",
        read_within,
    ),
    (rf"\bin (?:about |around )?(?P<count>{COUNT}) years?(?:'s)?(?:' time| time)?\b", read_years_ahead),
    (r"\b(?:(?:with)?in |over |during )(?:the |a )?(?:next |coming )?(?P<count>)(?P<unit>fortnight)\b", read_within),
    (r"\bin (?:a |the next )?(?:few|couple(?: of)?) days\b", read_few_days),
    (
        r"\b(?:the )?(?P<which>week after next|week after that|next to next week|next but one)\b"
        r"(?P<part>)",
        read_named_week,
    ),
    (
        rf"\b{_PARTS}(?:(?<=of )|(?<=the )|\b)(?P<which>next week|coming week|this week"
        rf"|this coming week|last week|following week)\b",
        read_named_week,
    ),
    (
        r"\b(?P<part>(?:the )?(?:early|mid|middle|late|later|beginning|start|end|rest|remainder"
        r"|back end|begining) ?(?:in |of )?)(?P<which>the (?:next )?week)\b",
        read_named_week,
    ),
    (r"\bmid[ -]?week\b", read_midweek),
    (
        r"\b(?:(?:in |at |early (?:in )?|after |start of |beginning of |come )*(?:the )?)new year(?:(?P<eve>'?s'?"
        r" eve(?:ning)?| eve(?:ning)?)|(?P<day>'?s'? day| day)|'?s'?)?\b"
        r"|\b(?:early |in |start of |the |beginning of )*next year\b",
        read_new_year,
    ),
    (
        rf"\b(?:in |sometime in |during |for )?{_PARTS}(?P<rel>)(?P<month>{MONTH})(?:,? (?P<year>20\d\d))?\b"
        rf"(?! ?\d)(?! (?:i|we|you|they|he|she|not|be|have|need|want|come|in place)\b)",
        read_month,
    ),
    (
        rf"\b(?:in |sometime |during )?{_PARTS}(?P<rel>next month|this month|the month|(?<=of )month"
        rf"|following month|last month)(?P<month>(?!))?(?P<year>(?!))?\b",
        read_month,
    ),
    (
        r"\b(?P<before>(?:on |at |over |during |in )?(?:the |this coming |this |next |last "
        r"|coming |any |every |a |either )?)?(?P<only>only )?week ?end(?P<s>s)?\b(?P<after> after next)?"
        r"(?: only)?(?: days?)?",
        read_weekend,
    ),
    (
        r"\b(?:on |during |in )?(?:the |any |a )?(?:week ?days?|work(?:ing)? ?days?|business days?)\b"
        r"|\b(?:during|in) the week\b",
        lambda m, t: make_recurring(0, 1, 2, 3, 4),
    ),
    (
        r"\b(?:in (?:the )?|this |next |during (?:the )?)(?P<season>spring|summer|autumn"
        r"|fall|winter)(?P<rel>(?!))?\b(?! (?:sun|heat|holidays?))",
        read_season,
    ),
    (
        rf"(?:(?<=^)|(?<=[,;(] )|(?<=[,;(/&-])|(?<=\bthe )|(?<=\bon )|(?<=\bor )|(?<=\band )"
        rf"|(?<=\bno )|(?<={TAKEN_DAY} )|(?<=\bnot )|(?<=\bmaybe )|(?<=\bfor )|(?<=\bto )|(?<=\bafter )"
        rf"|(?<=\bbefore )|(?<=\bby )|(?<=\bfrom )|(?<=\bbetween ))"
        rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: ?- ?| to | and | until )(?:the )?(?P<d2>\d{{1,2}})(?:st"
        rf"|nd|rd|th){_AFTER_ORDINAL}",
        read_ordinal_range,
    ),
    (
        rf"(?<!\ba )(?<!\bmy )(?<!\bhis )(?<!\bher )(?<!\byour )(?<!\bour )(?<!\d)\b(?P<d>\d{{1,2}})(?:st"
        rf"|nd|rd|th)(?P<which> (?:of )?(?:next|this|the) month)?\b{_AFTER_ORDINAL}",
        read_ordinal,
    ),
)


def find_days(text: str, today: Today) -> tuple[list[Days], str]:
    """Every day or stretch of days in `text`, in order, and the text with these places marked as taken."""
    found: list[Days] = []
    for pattern, build in _RULES:
        for match in pattern.finditer(text):
            days = build(match, today) if TAKEN_DAY not in match[0].strip(TAKEN_DAY) else None
            if days is None:
                continue
            days = replace(days, begin=match.start(), end=match.end())
            found = [one for one in found if not (match.start() <= one.begin and one.end <= match.end())] + [days]
            text = text[: match.start()] + TAKEN_DAY * len(match[0]) + text[match.end() :]
    for days in recognised(text, today):
        found.append(days)
        text = text[: days.begin] + TAKEN_DAY * (days.end - days.begin) + text[days.end :]
    found.sort(key=lambda one: one.begin)
    return related(found, text, today), text
