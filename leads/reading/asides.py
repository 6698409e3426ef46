"""What is said about the talk itself: why something is asked, what was noted, "one moment", in which language."""

import re

from leads.reading.forms import is_question

_HESITATES = (
    r"h+m+|u+m+|u+h+m*|e+r+m*|brb|(?:please )?bear with(?: me)?|hang on|hold on|let'?s see"
    r"|(?:(?:wait|give me|gimme|just|in)\s+)*(?:an?|one|\d+|two|half an?|a few|a couple of)\s+"
    r"(?:secs?|seconds?|minutes?|mins?|moments?|mo|ticks?)"
    r"|(?:let me|(?:i|i'?ll|i will)(?: need to| have to| must|'?ve got to)|i'?ll|i will|need to|gotta)\s+(?:just\s+)?"
    r"(?:(?:think|check|have a (?:think|look)|find|sleep on|consider|ask (?:my|him|her|the)"
    r"|(?:get|grab) (?:my|the|it))\b[^,.;!?\n]*"
    r"|(?:see|look)(?: (?:if|when|what|whether|(?:at |in )?my|at the|in the|it up)\b[^,.;!?\n]*)?)"
    r"|(?:can|could|may) i\s+(?:just\s+)?(?:think|have a think|sleep on|consider|check (?:my|with))\b[^,.;!?\n]*"
    r"|(?:i(?:'?ll| will) )?(?:come|be|get) (?:right )?back(?: to (?:you|this|it))?"
    r"(?: (?:later|soon|shortly|tomorrow))?"
    r"|(?:i'?m )?(?:still )?thinking(?: about it)?|(?:i'?ll|i will|i can|(?:i'?m )?happy to)(?: just)? wait(?: then)?"
)
_BESIDE_IT = r"ok|okay|and|but|so|well|oh|sorry|please|pls|thanks|sure|then|first|(?:i'?m )?not sure(?: yet)?"
_ASKS_FOR_TIME = re.compile(
    rf"\W*(?:(?:{_BESIDE_IT})\W+)*(?:{_HESITATES})(?:\W+(?:{_HESITATES}|{_BESIDE_IT}))*\W*", re.I
)


_CALLED_AWAY = re.compile(
    rf"\W*(?:(?:{_BESIDE_IT})\W+)*(?:hold on|hang on|brb|wait|(?:please )?bear with me"
    r"|(?:just |give me )?(?:an?|one|two) (?:secs?|seconds?|minutes?|mins?|moments?|mo))\W+(?:(?:sorry|cos|coz"
    r"|because|just)\W+)*"
    r"(?:(?:my|the|a|our)\s+[\w']+(?:'s|\s(?:is|are|has|have|just|needs?|wants?|calls?|rings?|came|comes|here"
    r"|crying))\b"
    r"|(?:some(?:one|body)|there)(?:'?s| is| has| just| at)\b"
    r"|(?:i'?m|i am|i'?ve|i have|i|we|we'?re)\s+(?:(?:got|have|need|must|going|off|about) to|gotta|gonna|in|on|at"
    r"|driving|just)\b"
    r"|(?:got|have|need) to\b|gotta\b|(?:phone|door|bell|kids?|baby|dog|bus|train|boss|work|dinner|kettle)\b)[^?\d@]*",
    re.I,
)
_MENDS = re.compile(
    r"\b(?:names?|numbers?|e-?mails?|mails?|wrong|chang\w*|called|spel\w+|instead|mistake|typo|hair|head|scalp"
    r"|crown|scars?"
    r"|bald\w*|thin\w*|reced\w*|yes|no|agree\w*|consent|send|free|book\w*)\b",
    re.I,
)


def asks_for_time(text: str) -> bool:
    """Whether words say no more than that somebody needs a moment: "hmm", "one sec", "let me check, I'll be back".

    Also where it is said what calls them away ("hold on, my bus is here"), if that is nothing for a booking.
    """
    return bool(_ASKS_FOR_TIME.fullmatch(text) or (_CALLED_AWAY.fullmatch(text) and not _MENDS.search(text)))


_ASKS_FOR_NUMBER = re.compile(
    r"\b(?:what(?:'?s| is)?|wh?at?s|which|give me|tell me|do you have|have you got|is there|need"
    r"|can i have)\s+(?:(?:the|your"
    r"|ur|their|a|an|clinic'?s?|phone|telephone|contact|office|shop'?s?)\s+)*(?:number|phone)\b(?! (?:do|did|have|i"
    r"|format|shall))"
    r"|\b(?:a |the |your |what )?number (?:to|i can|can i) (?:call|ring|phone)\b",
    re.I,
)
_ASKS_IF_THERE = re.compile(
    r"\b(?:is|are) (?:any ?(?:one|body)|some(?:one|body)|they|you|u|the (?:clinic|team|shop|office|place)) (?:\w+ )?"
    r"(?:there|in|around|about|open|available|free|closed|shut)\b(?: (?:right|just))? (?:now|today|tonight"
    r"|currently|at the moment)\b"
    r"|^\W*(?:is|are) (?:any|some)(?:one|body) (?:there|in|around)\W*$"
    r"|\b(?:open|close|closing|shut)\b.{0,25}\b(?:now|today|tonight|at the moment|currently)\b|\bstill open\b",
    re.I,
)


def asks_if_open_now(text: str) -> bool:
    """Whether somebody would know now how to reach the clinic: its number, whether anybody is there, until when."""
    asks = is_question(text) or re.search(r"\b(?:what|when|is|are|how) ", text, re.I)
    return bool(_ASKS_FOR_NUMBER.search(text) or (asks and _ASKS_IF_THERE.search(text)))


ASKS_WHY = re.compile(
    r"\bwhy (?:do|would|are|is|does|should)? ?(?:you|u|they|i|that|this|it|the clinic)?\b.{0,25}\b(?:need|want"
    r"|ask\w*|know|required?|necessary|give|tell|say|have to|for)\b|^\W*(?:but |and )?why\W*$"
    r"|\bwhat (?:do|would|will) (?:you|they) (?:do with|need|want|use)\b.{0,25}\b(?:it|that|this|my|name|number"
    r"|phone|e-?mail|details|for)\b|\b(?:do i (?:have|need) to|must i)(?: (?:tell|say|give|answer|agree|consent"
    r"|share)\b|\W*$)"
    r"|\bif i (?:say|agree|consent|send|don'?t|do not|refuse)\b.{0,30}\bwhat(?: happens| then| will| would|'s next)\b"
    r"|\b(?:agree\w*|consent\w*) (?:to|with) what\b|\b(?:is|are) (?:it|that|this) (?:optional|compulsory|mandatory"
    r"|required|necessary)\b"
    r"|\bwhat (?:if|happens (?:if|when)) i (?:don'?t|do not|do|refuse|agree|say|send|consent)\b"
    r"|\bwhat (?:exactly |precisely )?(?:am|do|would|will|did) i (?:be )?(?:agree|consent|sign)\w*",
    re.I,
)
ASKS_WHO = re.compile(
    r"\bwho(?:'s| is| else| will| can| all|m)? (?:going to )?(?:gets?|see(?:s|ing)?|read(?:s|ing)?|ha(?:s|ve)"
    r"|look(?:s|ing)?|know(?:s)?|you share|access\w*)\b.{0,30}|\bis (?:this|it|that) (?:private|confidential|secure)\b"
    r"|\bwho (?:do|will) you (?:share|give|pass|send|show|tell)\b",
    re.I,
)
ASKS_KEPT = re.compile(
    r"\bhow long (?:do|will|would|does|are|is) (?:you|they|the clinic|it|my \w+|that)\b.{0,20}\b(?:keep|kept|store"
    r"|stored|hold|held|have|save|saved)\b",
    re.I,
)


def asks_about_the_question(text: str) -> bool:
    """ "Why do you need that?", "who sees this?": about what was just asked, and what becomes of the answer."""
    return any(pattern.search(text) for pattern in (ASKS_WHY, ASKS_WHO, ASKS_KEPT))


_CALLS_OFF = re.compile(
    r"\b(?:cancel|withdraw|scrap|call off)\b|\b(?:don'?t|do not) (?:send|submit) (?:it|that|this)\b|\bcall (?:it"
    r"|this|that|the whole thing) off\b"
    r"|\b(?:don'?t|do not|no longer) (?:want|need) (?:it|this|to come"
    r"|(?:the|my|an?) (?:appointment|consultation|booking|request|call))(?: any ?more)?\W*$",
    re.I,
)
_MAY_I = re.compile(
    r"\b(?:can|could|would|will|may) (?:you|u|i|we)\b(?: \w+){0,2} (?:cancel|withdraw|call)"
    r"(?: (?:it|that|this|off|my|the|request|appointment|consultation|booking|please|pls|now|then))*\W*$",
    re.I,
)


def calls_off(text: str) -> bool:
    """Whether words call off what was asked for: "I need to cancel", "can you cancel it"; not "what if I cancel?"."""
    return bool(_CALLS_OFF.search(text)) and (not is_question(text) or bool(_MAY_I.search(text)))


_ASKS_WHAT_IS_NOTED = re.compile(
    r"\bwhat (?:have|did|do|has) (?:you|u) (?:\w+ )?(?:note[ds]?|(?:write|written|put|take[n]?) down|record(?:ed)?"
    r"|have (?:for me|on me|down|noted|so far))\b"
    r"|\b(?:what|which)(?: \w+){0,3} (?:did|have) i (?:just )?(?:pick|choose|chosen|say|said|give|given|gave|tell|told"
    r"|type|typed|enter|entered|put|send|sent)\b"
    r"|\bwhat(?:'?s| is| was) my (?:name|number|phone|e-?mail|time|request|reference)\b"
    r"|\bwhat (?:name|number|phone number|e-?mail(?: address)?) do (?:you|u) have\b"
    r"|\b(?:show|tell|read|repeat|remind) (?:me )?(?:back )?(?:what (?:you|u|i) (?:have |'ve )?(?:noted|got|said|told"
    r"|gave|wrote|typed|put)|my (?:details|request|answers))\b|\bread (?:it|that) back\b"
    r"|\b(?:is|was) my (?:request|booking) (?:with (?:you|them|the clinic)|in|sent|saved|through)\b"
    r"|\bdid (?:it|that|my (?:request|booking)) (?:go|get) through\b"
    r"|\bdo (?:you|u) (?:still )?have my (?:name|number|phone|e-?mail|details|request)\b"
    r"|\bdid (?:you|u) (?:get|note|catch|write down) (?:my|that|all)\b",
    re.I,
)


def asks_what_is_noted(text: str) -> bool:
    """Whether somebody wants to hear what was taken down: "what time did I pick?", "read that back to me"."""
    return bool(_ASKS_WHAT_IS_NOTED.search(text))


_ASKS_FOR_LANGUAGE = re.compile(
    r"\b(?:speak|talk|understand|answer|reply|do (?:it|this)|chat)\b.{0,20}\b(?:spanish|french|german|italian|polish"
    r"|portuguese|urdu|hindi|punjabi|arabic|turkish|romanian|russian|ukrainian|chinese|mandarin|cantonese|bengali"
    r"|gujarati|welsh|dutch|greek|(?:an)?other languages?|my language)\b",
    re.I,
)
_CHANNEL = r"(?:whats ?app|text|sms|message|telegram|dm|facetime|video ?call)"
_OTHER_CHANNEL = re.compile(
    rf"\b{_CHANNEL}(?:ing)?\s+(?:me|us|him|her|them)\b"
    r"|\b(?:contact|reach|reply|answer|get in touch|call|prefer)\b.{0,20}\b(?:by|on|via|over|through|an?)"
    rf"\s+{_CHANNEL}\b",
    re.I,
)
_NO_CALLS = re.compile(
    r"\b(?:no|don'?t|do not|never|not|without|stop)\s+(?:\w+\s+){0,3}?(?:calls?(?! (?:it|this|that)\b)|calling"
    r"|phoning|ring(?:ing)?|voice ?mails?)\b"
    r"|\b(?:deaf|hard of hearing|hearing impaired)\b|\bcan'?t (?:hear|(?:talk|speak) on the phone)\b",
    re.I,
)


_REACH = r"(?:call|ring|phone|telephone|text|e-?mail|mail|write to|contact|message|speak to|talk to|ask for)"
_PERSON = (
    r"(?:me|us|him|her|them|my \w+|the (?:house|home|office|landline|shop)|home|work|my (?:house|home|work|office))"
)
_HOURS = (
    r"(?:(?:before|after|between|until|till|from) (?:\w+ )?(?:\d|noon|midday|lunch|school|work)"
    r"|(?:on|at|during|in|outside)(?: the)? (?:\w+ )?(?:work|hours|lunch\w*|mornings?|afternoons?|evenings?|nights?"
    r"|weekends?|weekdays?|\w+days)\b)"
)
_HOW_TO_REACH = re.compile(
    rf"\b(?:don'?t|do not|never|not|no|without|stop)\s+(?:\w+\s+){{0,2}}?{_REACH}(?:ing)?\s+{_PERSON}\b"
    rf"|\b{_REACH}\s+{_PERSON}\b.{{0,12}}\b(?:not|instead of|rather than|and not)\s+\w+"
    rf"|\b(?:only|just)\s+{_REACH}\b|\b{_REACH}\s+{_PERSON}\b.{{0,40}}\bonly\b"
    rf"|\b{_REACH}(?: {_PERSON})?\s+(?:only\s+)?{_HOURS}"
    r"|\bmy (?:insta(?:gram)?|snap(?:chat)?|telegram|facebook|fb|messenger|signal|skype|whats ?app|twitter|tiktok)\b"
    r"(?: handle| name| is|:)+\s*@?\w+",
    re.I,
)
"""Whom to ask for, where, and when: "don't phone the house", "call me not him", "ring me before 10 only"."""
_NOT_ME = re.compile(rf"(?:\w+['’]?t|do not|never|no|stop|without) (?:\w+ ){{0,2}}?{_REACH}(?:ing)? (?:me|us)", re.I)
_TELLS_CLINIC = re.compile(
    r"\b(?:tell|let|inform|warn|remind|pass (?:it|this|that)? ?on to|mention to)\s+(?:the |your |my )?"
    r"(?:practitioner|clinic|team|doctor|nurse|staff|therapist|specialist|consultant|person|people|them|him|her)\b"
    r"\s*(?:know|that|about|i\b|i'?m|my\b|he\b|she\b).{3,}"
    r"|\b(?:make a note|note|mention|put down|write down|add(?: a note)?|let it be known)\s+(?:that|:)\s*.{3,}"
    r"|^\W*(?:please )?note\s*:.{3,}",
    re.I | re.S,
)


def read_remark(text: str) -> str | None:
    """The sentence that is to be passed on to the clinic: "could you tell the practitioner that I'm on tamoxifen"."""
    sentences = (one.strip(" .,!?") for one in re.split(r"(?<=[.!?])\s+|\n", text))
    return next((one for one in sentences if _TELLS_CLINIC.search(one)), None)


_CONTACTS = r"(?:e-?mail|mail|call|ring|phone|text|message|whats ?app|contact|reach|get in touch|get hold of)"
_LIMITS_CONTACT = re.compile(
    rf"\b(?:only|just|never|not|don'?t|do not|always|best|better|easiest)\s+(?:to\s+|ever\s+|please\s+"
    rf"|be\s+){{0,2}}{_CONTACTS}(?:ed)?\b"
    rf"|\b{_CONTACTS}(?: me| us)?\b[^,.;!?]*\b(?:only|best)\W*$|\bno (?:calls|texts|phone calls|e-?mails)\b",
    re.I,
)


def limits_contact(text: str) -> bool:
    """Whether a clause says when to get in touch, and when not: "only ring me after 6", "no calls before noon"."""
    return bool(_LIMITS_CONTACT.search(text))


def asks_for_language(text: str) -> bool:
    """Whether somebody asks for another language than English: "do you speak Spanish?"."""
    return is_question(text) and bool(_ASKS_FOR_LANGUAGE.search(text))


def asks_for_other_channel(text: str) -> bool:
    """Whether somebody would be reached in another way than by phone or e-mail: "can u whatsapp me"."""
    return bool(_OTHER_CHANNEL.search(text))


def read_contact_wish(text: str) -> str | None:
    """The sentence that says how to get in touch, and how not: "please text me", "I'm deaf, so no calls"."""
    sentences = (one.strip(" .,!?") for one in re.split(r"(?<=[.!?])\s+|\n", text))
    return next((one for one in sentences if any(form.search(one) for form in _CONTACT_WISHES)), None)


_CONTACT_WISHES = (_OTHER_CHANNEL, _NO_CALLS, _HOW_TO_REACH)


def restricts_contact(text: str) -> bool:
    """Whether words say whom to ask for, where or when, and so do not only choose between phone and e-mail."""
    found = _HOW_TO_REACH.search(text)
    return bool(found) and not _NOT_ME.fullmatch(found[0] if found else "")


_ASKS_HOW_IT_STANDS = re.compile(
    r"\b(?:is|has|was|are) (?:it|that|this|everything|my (?:\w+ )?(?:booking|request|appointment|appt|consultation|slot"
    r"|time)|we|i)\s+(?:\w+ )?(?:been )?(?:confirmed|booked(?: in)?|definite|accepted|agreed|fixed|set|all set)\b"
    r"|\bwhen (?:will|do|can|should|would|am) (?:i|you|they|some(?:one|body)|the clinic|we)\b.{0,20}\b(?:hear|ring|call"
    r"|contact(?:ed)?|get in touch|be in touch|get back|know|answer|reply|phone|e-?mail|expect)\b"
    r"|\bhow (?:soon|long) (?:will|until|till|before|do)\b.{0,30}\b(?:hear|ring|call|contact|touch|reply"
    r"|answer|back)\b",
    re.I,
)


def asks_how_it_stands(text: str) -> bool:
    """Whether somebody who has sent a request asks what has become of it: "is it confirmed?"."""
    return bool(_ASKS_HOW_IT_STANDS.search(text))


_CONSULTATION = re.compile(
    r"\b(?:consult\w*|appointment|appt|book(?:ed|ing)?|come in|slot|be seen"
    r"|see (?:me|us|him|her|my|somebody|someone))\b",
    re.I,
)
_NONE = (
    r"\b(?:don'?t|do not|not|no|without|rather than|instead of)\b(?:\s+\w+){0,4}?\s+(?:consult(?:ation)?|appointment)\b"
)
_ONLY = r"\b(?:just|only)\b.{0,40}\b(?:question|quote|answer|ask|article|story)\b"
_NO_CONSULTATION = re.compile(rf"{_NONE}.*{_ONLY}|{_ONLY}.*{_NONE}", re.I | re.S)
_OTHER_MATTER = re.compile(
    r"\b(?:journalist|reporter|press (?:person|office\w*|enquir\w*|inquir\w*|team|contact)"
    r"|(?:from|for|with) the (?:press|paper|radio)"
    r"|for (?:an?|my|our) (?:article|story|newspaper|magazine|podcast|documentary)|(?:a|your|the|an unpaid) invoice"
    r"|(?:make|have|got|with|put in|about) a complaint|(?:i want|i'd like|i would like|wish) to complain"
    r"|(?:a|my) refund|lost property|job (?:application|vacanc\w+|opening\w*)|vacanc(?:y|ies)|work experience)\b",
    re.I,
)


def names_consultation(text: str) -> bool:
    """Whether words name a consultation or a visit, not only a call."""
    return bool(_CONSULTATION.search(text))


def declines_consultation(text: str) -> bool:
    """Whether somebody wants no consultation but an answer: "no appointment, I just have a question"."""
    return not is_question(text) and bool(_NO_CONSULTATION.search(text))


def is_other_matter(text: str) -> bool:
    """Whether the clinic is wanted for something else than treatment: press, an invoice, a complaint, a job."""
    return bool(_OTHER_MATTER.search(text)) or declines_consultation(text)
