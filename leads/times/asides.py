"""Clauses that tell of a time and wish for none: "I work mornings", "Thursday is my mum's birthday".

What takes up the visitor's own time rules it out; what somebody else does then says nothing about the visitor. A clause
that speaks of being able, free or willing is a wish whoever does it ("my wife can do Tuesday"), and so is everything
that no rule here recognises.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from leads.times.phrases import TAKEN_CLOCK, TAKEN_DAY

Role = Literal["wish", "taken", "aside"]
"""`taken`: the visitor's time is not free then. `aside`: told, and neither wished for nor ruled out."""

_TIME = f"[{TAKEN_DAY}{TAKEN_CLOCK}]"
_SOMEBODY = r"(?:i|we|he|she|they|you|it)"
_OWNER = r"(?:my|our|his|her|their|your)"
_BREAK = re.compile(
    rf"[,;.!?()]+(?!\d)| - |\b(?:because|cos|cuz|coz|but|so|while|whilst|although|though|whereas|unless"
    r"|(?<!is )(?<!are )when|if)\b|\band\b(?= (?:would|could|can|want|we?'d))"
    rf"|\b(?:as|since|and|then)\b(?= (?:{_SOMEBODY}|{_OWNER}|the|that'?s|there'?s)(?:'\w+)?\b)"
)
_REASON = re.compile(r"(?:because|cos|cuz|coz|as|since|while|whilst|although|though|whereas)")
_WILLING = re.compile(
    r"\b(?:can|could|might|able|will|would)\b(?!'t)|'(?:d|ll)\b|\b(?:free|available|off|flexible|open|suits?|suited"
    r"|prefer\w*|ideal\w*|best|better|good|fine|ok|okay|great|perfect|happy|easier|easiest|possible|convenient"
    r"|hop(?:e|ing)|think(?:ing)?|book\w*|appointment|appt|consult\w*|slot|finish\w*|(?:i'm|we're|am|be"
    r"|get) done|get off|get out|get back"
    r"|home by|back by|back from|from home|choice|favou?rite|shall|let'?s|put me|any ?time|any ?day|rather)\b"
    r"|\b(?:i|we)(?: \w+ly| also| just)? (?:want|need|like|wish|fancy|meant?|said|say|choose|chose|have to"
    r" (?:leave|go|be|finish))\b|\b(?:to|i|we|i'm|we're) (?:come|coming|visit|be seen)\b|\bcom(?:e|ing) (?:in"
    r"|over|down)\b"
    r"|\b(?:not|never|no|nothing|can'?t|cannot|couldn'?t|won'?t|unable|don'?t|doesn'?t|isn'?t|aren'?t|busy|away"
    rf"|unavailable|except)\b|\b(?:wants?|needs?|wishes|wanted) (?:it |a |the )?{_TIME}"
    r"|\b(?:works?|does|do|fits?|is|are) (?:it )?(?:well |really )?for (?:me|us|him|her|them)\b|@"
)
_OFTEN = r"(?: (?:always|usually|normally|often|generally|only|also|already|mostly|still|just|both|then))*"
_PLANS = (
    r"(?:meetings?|dentist\w*|doctors?|gp|physio\w*|hospital|surgery|football|rugby|cricket|tennis|golf|swimming|gym"
    r"|yoga|pilates|choir|church|mosque|temple|rehearsals?|practice|training|match|game|class(?:es)?|lessons?"
    r"|lectures?|course|college|uni|school|exams?|interviews?|court|shifts?|work|job|wedding|funeral|party|christening"
    r"|birthday|visitors|guests|friends|family|in-laws|kids?|children|grand\w+|baby|delivery|builders?|plumber"
    r"|electrician|mot|flight|train|trip|plans|commitments?|errands|stuff|things|something|calls?|deadline"
    r"|night shifts?)"
)
_ENGAGED = re.compile(
    rf"\b(?:{_SOMEBODY}|{_OWNER} \w+)(?:'m|'re|'s| am| are| is)?{_OFTEN} (?:work|works|teach|teaches|study|studies"
    r"|volunteer|volunteers|commute|commutes|teaching|studying|volunteering|commuting)\b(?! (?:best|well|out"
    r"|from home))"
    rf"|\b(?:i|we)(?:'m|'re| am| are){_OFTEN} (?:at (?:work|school|college|uni|the \w+)|on (?:nights|call|shift|duty"
    r"|earlies|lates))\b"
    rf"|\b(?:i|we)(?:'ve got|'ve|{_OFTEN} have got|{_OFTEN} have|{_OFTEN} got) (?:[\w'-]+ ){{0,3}}?{_PLANS}\b"
    rf"|\b(?:i|we)(?:'ve| have)?{_OFTEN} (?:got|have|need) to (?:work|pick|collect|take|drive|look after|go to"
    rf"|see|visit"
    r"|attend|help|be (?:at|in)|mind|drop)\b"
    rf"|\b(?:i|we){_OFTEN} go to (?:the |my )?{_PLANS}\b"
    rf"|\b(?:i|we){_OFTEN} (?:pick|drop|collect|take|mind|babysit|look after|play|attend|do)\b"
    rf"(?! (?:it|that|this|not|have|forward|{_TIME}))(?= )"
)
"""What the visitor says they do at a time of theirs."""
_UNDER_WAY = re.compile(
    rf"\b(?:i|we|he|she|they)(?:'m|'re|'s| am| are| is){_OFTEN} (?:flying|travell?ing|driving|visiting|meeting|seeing"
    r"|picking|dropping|collecting|minding|babysitting|looking after|playing|going|moving|having|taking|getting)\b"
    rf"|\b(?:i|we){_OFTEN} (?:see|visit|meet|fly|travel)\b"
)
"""What may take the visitor away, or bring them near: nobody can tell which."""
_PURPOSE = re.compile(
    rf"^ ?(?:that )?{_SOMEBODY} (?:can|could|will|don'?t have to|do not have to) (?!do\b|make\b|come\b|manage\b|only\b"
    r"|attend\b|fit\b|visit\b|see you|be (?:free|there|available|with you))\w+"
)
"""After "so": what the time is chosen for ("so I can be at work by 2")."""
_GONE_BY = re.compile(
    r"\b(?:saw|heard|spoke|rang|phoned|e-?mailed|visited|met|recommended|told|noticed|washed|missed|attended|travelled"
    r"|arrived|returned)\b"
)
_KIN = r"(?:mum|mom|dad|gran|grandma|grandad|nan|hubby|the wife|the kids|the missus)"
_HAS_A_NAME = re.compile(
    rf"^\W*[a-z][\w'-]+ (?!(?:is|was|says|wants|likes|suits)\b)\w+(?:s|es) (?:the|a|an|{_OWNER}|me|us|him"
    rf"|them|it|to)\b"
)
_DETAIL = (
    r"(?:name|surname|number|phone|mobile|tel|telephone|landline|e-?mail|address|concern|problem|issue|hair\w*|crown"
    r"|scars?|beard|head|temples|scalp|patch\w*|time|times|day|days|slot|availability|schedule|preference|lunch"
    r"|break|consultation|appointment|request|booking|earliest|latest|first|only|clinic)"
)
_OTHERS_DO = re.compile(
    rf"(?:^|\b(?:and|that|then) )\W*(?:{_OWNER}|the|a|an) (?!{_DETAIL}\b)(?:[\w'-]+ ){{1,3}}?"
    r"(?!(?:wants|likes|says|wishes|suits)\b)(?:is|are|has|have|had|was|were|need|come|go|get|start|stay|leave"
    r"|\w+(?<!s)s)\b"
    rf"|(?:^|\b(?:and|that|then) )\W*(?:he|she|they|{_KIN})(?:'s|'re| is| are| has| have| \w+s)\b(?! (?:for|about)\b)"
)
_DAY_IS = re.compile(
    rf"{_TIME}+ ?(?:'s|is|was|are)(?: also| already| actually)? (?:{_OWNER}|the|a|an|for|when(?! (?:i|we) can))"
    r" (?!§|(?:only|one|day|time|best|free|first|second|preferred|favou?rite|ideal|usual|good|great|better|bit"
    r"|possibility"
    r"|option|must|me|us|date|earliest|latest|last)\b)"
)
_IT_IS = re.compile(rf"^\W*(?:it'?s|that'?s|it is|that is|there'?s|there is) (?:{_OWNER}|a|an|the) ")


@dataclass(frozen=True)
class Clause:
    """A piece of a message between its commas and conjunctions, and the conjunction before it."""

    begin: int
    end: int
    opener: str = ""


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a wording in which days and hours are taken."""
    begin, opener = 0, ""
    for found in _BREAK.finditer(text):
        if found.start() > begin:
            yield Clause(begin, found.start(), opener)
        begin, opener = found.end(), found[0].strip()
    if begin < len(text):
        yield Clause(begin, len(text), opener)


def role_of(clause: Clause, text: str) -> Role:
    """What the times in a clause are for."""
    words = text[clause.begin : clause.end]
    if _DAY_IS.search(words) or (clause.opener == "so" and _PURPOSE.match(words)) or clause.opener == "unless":
        return "aside"
    if _WILLING.search(words):
        return "wish"
    if _ENGAGED.search(words):
        return "taken"
    if (
        _GONE_BY.search(words)
        or _UNDER_WAY.search(words)
        or _OTHERS_DO.search(words)
        or _HAS_A_NAME.match(words)
        or _IT_IS.match(words)
    ):
        return "aside"
    told = re.sub(rf"{_TIME}|\W", "", words)
    return "aside" if _REASON.fullmatch(clause.opener) and len(told) > 3 else "wish"


def asides(text: str, places: Sequence[int]) -> list[tuple[Clause, Role]]:
    """The clauses with times that are no wish; `places` is where days and hours begin."""
    found: list[tuple[Clause, Role]] = []
    for clause in clauses(text):
        if any(clause.begin <= place < clause.end for place in places):
            role = role_of(clause, text)
            if role != "wish":
                found.append((clause, role))
    return found
