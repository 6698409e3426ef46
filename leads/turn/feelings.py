"""How visitors say that they feel: despair comes before everything; who is sad or ashamed hears a kind word first."""

import re
from dataclasses import replace

from leads.reading import CONCERNS, is_question
from leads.reading.concerns import mentions_concern
from leads.turn.talk import Talk, joined
from leads.turn.urgent import flag_urgent
from leads.understanding import Segment

_DESPAIR = re.compile(
    r"\b(?:kill(?:ing)? my ?self|suicid\w*|end(?:ing)? (?:my|it) (?:life|all)|(?:hurt|harm)(?:ing)? myself"
    r"|self[- ]?harm\w*|(?:don'?t|do not|not) want(?:ing)? to (?:live|be alive|be here any ?more|exist"
    r"|wake up(?! (?:bald|with|to|at|early))|go on(?=\s*$|\s*[.,!?]| like| any ?more| living))"
    r"|want(?:ed)? to die|better off (?:dead|without me)|started cutting|no (?:reason|will) to (?:live|go on)"
    r"|take my (?:own )?life|take an overdose|given? up on life|not worth living"
    r"|(?:no|any|the|a) point (?:in|of|to) (?:living|life|anything|being (?:here|alive)"
    r"|going on(?! (?:a|an|the|with|to)\b))"
    r"|(?:can'?t|cannot|can not) go on(?: like this| any ?more| living| much longer)?(?=\s*$|\s*[.,!?])"
    r"|wish i (?:was|were) (?:dead|never born|not here)|wish i (?:wasn'?t|weren'?t) (?:here|alive|born)"
    r"|(?:tired|sick) of (?:living|being alive|life))\b",
    re.I,
)
"""Words of somebody who may hurt themselves; rather once too often."""

_SELF = r"\b(?:i|i'?m|i'?ve|my|me|feel|feeling)\b"
_SADNESS = (
    r"(?:depress(?:ed|ing)|miserable|devastated|heart ?broken|hopeless|desperate(?! to)|worthless|lonely|ugly|gutted"
    r"|distraught|at my wit'?s end|so (?:low|sad)|(?:really|very|feel|feeling) (?:(?:so|really|very) )?(?:low|down|sad)"
    r"|(?:feel|feeling|makes me feel) (?:(?:so|really|just|absolutely) )?(?:awful|terrible|horrible|rubbish|shit|crap)"
    r"|in tears|like a freak"
    r"|self[- ]conscious|embarrassed|ashamed|mortified|humiliated|mental health|anxiety|panic attacks?"
    r"|(?:no|lost (?:all )?(?:my )?|losing (?:my )?) ?(?:self[- ])?(?:confidence|esteem)"
    r"|(?:can'?t|cannot|can not) (?:cope|bear|stand it|take it|look at myself)|cry(?:ing)?|cried|sobbing"
    r"|hat(?:e|ing) (?:how i look|the way i look|myself|my (?:head|hair|scalp|looks?|reflection|body)|mirrors|looking)"
    r"|(?:ruin|destroy|wreck|kill|knock|crush)(?:s|ed|ing)?(?= (?:my|me)\b)"
    r"|(?:don'?t|never|not|stopped) (?:want to )?(?:leav(?:e|ing)|go(?:ing)? out of) the house"
    r"|bull(?:ied|y(?:ing)?|ies)|teas(?:ed?|ing)|pick(?:ed|ing)? on|laugh(?:ed|ing)? at"
    r"|(?:bad|rough|hard) (?:day|time|year)|(?:see|feel like|be|recogni[sz]e|look like) (?:me|myself) again"
    r"|(?:don'?t|can'?t|no longer) recogni[sz]e myself)\b"
)
_SAD = re.compile(rf"{_SELF}.{{0,60}}?\b{_SADNESS}|\b{_SADNESS}.{{0,20}}?{_SELF}", re.I | re.S)
_LOSS = re.compile(
    r"\b(?:los(?:ing|t)|loosing) (?:\w+ ){0,4}hair\b|\b(?:going|gone|went|getting|almost|nearly|pretty much) bald\b"
    r"|\bbalding\b|\bhair'?s?\b.{0,20}\b(?:falling|dropping|coming) out\b"
    r"|\bhair (?:has |have |is |'s )?(?:started to go|going|gone)\b"
    r"|\bhair\b.{0,30}\b(?:so|too|very|really) thin\b|\b(?:i have|i'?ve(?: got)?|with|suffer from) (?:\w+ )?"
    r"(?:alopecia|hair loss)\b|\bno hair (?:left|any ?more)\b|\bchemo(?:therapy)?\b",
    re.I | re.S,
)
_OWN_LOSS = re.compile(r"\b(?:i|i'?m|i'?ve|my|me)\b", re.I)
_HAIR = re.compile(r"\b(?:hair|head|scalp|smp)\b", re.I)
_SAD_FACES = re.compile(r"[😢😭😞😔😟😥😿🥺😩😫💔☹🙁]")
_SHY = re.compile(
    r"\b(?:embarrass(?:ed|ing)|ashamed|awkward|silly|stupid|daft|dumb|shy|nervous)\b.{0,15}"
    r"\b(?:to (?:ask|say|talk|admit|write)|asking|saying|question)\b|\bembarrassing\b",
    re.I,
)
_NOT_MEANT = re.compile(
    r"\b(?:not|isn'?t|ain'?t|don'?t feel|never) (?:\w+ )?(?:embarrass|ashamed|depress|sad\b|self|mortif|ugly)", re.I
)


def is_despair(text: str) -> bool:
    """Whether these may be the words of somebody who hurts themselves."""
    return bool(_DESPAIR.search(text.replace("’", "'")))


def feeling(text: str) -> str | None:
    """What a visitor says of how they feel: "sad", "shy" (to ask) or None."""
    text = text.replace("’", "'")
    if _NOT_MEANT.search(text):
        return None
    if _SHY.search(text):
        return "shy"
    wordless = not re.search(r"[^\W\d_]", text)
    return "sad" if _SAD.search(text) or (wordless and _SAD_FACES.search(text)) else None


def tells_loss(text: str) -> bool:
    """Whether a visitor tells of losing hair, their own or a relative's: not only asks about it."""
    sentences = re.split(r"(?<=[.!?\n])\s+", text.replace("’", "'"))
    told = [one for one in sentences if _LOSS.search(one) and _OWN_LOSS.search(one) and not is_question(one)]
    return bool(told) and not _NOT_MEANT.search(text)


def is_only_felt(segment: Segment) -> bool:
    """Whether a segment that the engine took for a question tells a feeling and asks nothing ("it makes me so sad").

    Whoever says how they feel and "is there anything you can do?" does not ask what a chat can do.
    """
    if segment.topic in ("capabilities", "age_limit"):
        return segment.topic == "capabilities"
    tells = feeling(segment.text) is not None and not is_question(segment.text)
    return tells and not (segment.is_sure and segment.topic in CONCERNS)


def answer_despair(talk: Talk) -> None:
    """Numbers of people who can help, and a flag so that staff see it; nothing else is offered with it."""
    flag_urgent(talk)
    flagged = talk.voice.text("utter_urgent_flagged")
    talk.say("utter_despair", topics=("urgent_problem",), flagged=flagged)


def comfort(talk: Talk, text: str, felt: str) -> None:
    """What can be done for somebody who is sad or shy and said nothing else that can be answered; each thing once."""
    if mentions_concern(text) or talk.draft.concern_text or _HAIR.search(text):
        key = "utter_comfort_hair"
    else:
        key = "utter_comfort_ask" if felt == "shy" else "utter_comfort_other"
    said = talk.memory.get("comforted", [])
    if key in said or (key == "utter_comfort_other" and "utter_comfort_hair" in said):
        return talk.say("utter_comfort_again", talk.choices("person", "book"))
    talk.memory["comforted"] = [*said, key]
    talk.memory["pending"] = {"kind": "offer", "offers": "book_consultation"}
    return talk.say(key, talk.choices("book"))


def say_kind_word(talk: Talk, felt: str) -> None:
    """The first thing in the answer, once in a conversation: that it was heard how the visitor feels."""
    said = talk.memory.get("comforted", [])
    if "kind_word" in said or not talk.replies or talk.forget:
        return
    talk.memory["comforted"] = [*said, "kind_word"]
    first = talk.replies[0]
    talk.replies[0] = replace(first, text=joined(talk.voice.text(f"utter_feels_{felt}"), first.text))
