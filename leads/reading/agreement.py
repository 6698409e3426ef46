"""What counts as a yes to "Do you agree?" and "Shall I send it?": only a plain one.

A consent that was never given and a request that nobody wanted sent are the worst that can happen here. So the words of
a yes are a closed vocabulary: details and pleasantries taken away, nothing may be left but agreement. Whatever stands
beside it that nobody foresaw makes it no yes, and the question is asked again. One thing may be added: how to be
contacted ("yes, but only by e-mail"), which goes to the clinic in the visitor's words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from re import Pattern

MOST_WORDS = 60
"""More words than that are no plain yes, whatever they are."""

_THAT = r"(?:it|that|this|these|those|them|all|everything|(?:it|that|this) all|all (?:of )?(?:it|that|this|the above)"
_THAT += r"|all of the above|the above|(?:the|your|that|this) (?:terms|text|statement|agreement|wording|conditions))"
_MINE = r"(?:my|the|these|those|all my) (?:details|data|info|information|number|contact details|personal details)"
_CLINIC = r"(?:you|u|them|they|the clinic|your clinic|the team|you guys|you lot)"
_GOOD = (
    r"(?:ok|okay|fine|good|great|right|correct|perfect|lovely|brilliant|brill|excellent|cool|alright|all right|grand"
    r"|spot on|bang on|accurate|true|acceptable|agreeable|fab|super|sound|wonderful|as it should be|in order)"
)
_TO_ME = r"(?: (?:by|with|for|to) (?:me|us))?"
_VERY = r"(?:all|just|absolutely|totally|completely|perfectly|really|very|quite|so|definitely|fully|happily|gladly)"
_IT_IS = (
    r"(?:thats|that is|that|its|it is|it|this is|thats all|that is all|its all|it is all|it all|all|all is|alls"
    r"|everythings|everything is|everything|those are|they are|theyre|details are|the details are|everything there is"
    r"|all of (?:it|that) is)"
)

_SURELY = (
    r"yes|yeah|yea|yep|yup|ye|y|ya|yh|yas|yus|yeh|yip|aye|yessir|yes sir|yes maam|mhm|mm+ hm+|uh huh|si|oui|ja|haan|ji"
    r"|yesh|yez|yarp",
    r"(?:yes|yeah|yep|yup) (?:it is|it does|it all is|they are|i am|i would|i can|i have|i did|that is|you can"
    r"|you may)",
    r"👍",
    rf"(?:(?:i|we)(?: (?:do|can|hereby|will gladly|{_VERY}))* )?(?:agree|consent)(?: (?:to|with|on) {_THAT})?",
    rf"(?:i|we) (?:do )?(?:agree|consent) (?:to|that|for) {_CLINIC} (?:may |can )?"
    rf"(?:keep|keeping|keeps|store|storing|stores|hold|holding|using|use|uses|having|have) {_MINE}",
    r"agreed(?: (?:to|on|with) " + _THAT + r")?|(?:i am|im|we are|were) agreed|in agreement|(?:im|i am) in agreement",
    r"(?:i |we )?accept(?:ed)?(?: " + _THAT + r")?|(?:i |we )?approved?|consented|consent (?:is )?(?:given|granted)"
    r"|(?:permission )?granted|i give (?:my |you my )?(?:consent|permission|agreement|ok|okay)|i hereby consent",
    r"(?:you|they|u) (?:have|got|ve got) my (?:consent|permission|agreement|ok|okay|blessing|go ahead|yes)",
    r"i do|we do|i (?:already |just |have )?said (?:yes|ok|okay|i agree|agreed)",
    r"(?:its|thats|it is|that is|thatll be|thats definitely)? ?(?:a )?(?:big |definite |clear |hard |firm )?yes from me"
    r"|(?:its|thats|it is|that is) a (?:big |definite |clear |firm )?(?:yes|deal)|deal",
    rf"{_IT_IS} (?:{_VERY} )*{_GOOD}{_TO_ME}|all {_GOOD}{_TO_ME}",
    rf"(?:(?:it|that|this|it all|that all|all|everything|all of it|yes it) )?(?:looks|sounds|seems|reads|is looking)"
    rf"(?: (?:{_VERY}))* {_GOOD}{_TO_ME}",
    rf"{_GOOD} (?:by|with|for) (?:me|us)|(?:im|i am|we are|id be) (?:{_VERY} )*(?:fine|ok|okay|happy|cool|good"
    rf"|comfortable|alright|satisfied|content) with {_THAT}|(?:{_VERY} )?happy with {_THAT}|happy to(?: agree"
    rf"| do (?:so|that))?"
    r"|(?:im|i am) (?:happy|glad|willing) to(?: agree| do (?:so|that))?",
    r"nothing (?:wrong with|against) (?:it|that|this)",
    r"(?:that |it |this )?works for (?:me|us)|(?:that|it|this) works|(?:that )?suits me(?: fine)?|(?:thatll"
    r"|that will) do"
    r"(?: nicely| fine)?",
    r"correct|exactly|precisely|indeed|spot on|bang on|affirmative|roger(?: that)?|(?:yes )?that is so|confirm(?:ed)?"
    r"|i (?:can )?confirm(?: " + _THAT + r")?|100|(?:100|hundred|a hundred) percent",
    r"absolutely|definitely|defo|deffo|def|certainly|totally|of course|ofc|course|for sure|fo sho|sure thing|surely"
    r"|naturally|by all means|with pleasure|my pleasure|gladly|happily|with all my heart|you bet|you got it|too right",
    r"no (?:problem|problems|probs|prob|worries|objection|objections|issue|issues|bother|complaints)|not a problem|np"
    r"|(?:i|we) have no objections?|(?:i )?(?:dont|do not) (?:mind|object)(?: (?:it|that|at all))?"
    r"|(?:i )?(?:dont|do not|cant|cannot|can not) see why not|(?:i )?(?:see )?no reason why not|why not|why ever not",
    r"go ahead|go for it|go on then|go on|crack on|lets go|lets do (?:it|this|that)|do it|please do|do so|do that"
    r"|by all means do|make it so|proceed|fire away|(?:you|u) (?:can|may) (?:go ahead|do (?:it|that|so))|count me in"
    r"|(?:im|i am) (?:in|up for (?:it|that))|up for (?:it|that)|green light|good to go|all systems go",
)
"""Agreement that cannot be anything else."""
_HALF = (
    r"ok|okay|okey|okie|oki|k|kk|okey dokey|okie dokie|okie doke|okey doke|okeydokey|sure|right|right then|righto"
    r"|rightio|righty ho|right you are|alrighty|fair enough|fine|good|great|perfect|lovely|brilliant|brill|excellent"
    r"|fab|fabulous|cool|grand|super|superb|awesome|wonderful|fantastic|ace|alright|all right|amazing|ideal|champion"
    r"|jolly good|very good|very well|sweet|nice",
)
"""Agreement as well, but also what is said before something else: "ok, friday then"."""
_SENDING = (
    r"(?:(?:can|could|would) you )?(?:just |do |go ahead and |lets |to )*(?:send|submit|forward|file|ship|book)"
    r"(?: (?:it|that|this|them|away|off|on|now|over|through|in|me in|my request|the request|request|the lot|my details"
    r"|to (?:them|the clinic)|for me|as it is|as is))*",
    r"(?:you |u )?(?:can|may) (?:now )?(?:send|submit) (?:it|that|this)(?: (?:off|now|over))?|get it (?:sent|booked"
    r"|off)"
    r"|put it through|(?:id|i would) like (?:you to|to|it to be)? ?(?:send|submit|sent)(?: it| that| this)?"
    r"|i want (?:you to|to) send (?:it|that|this)|ready to (?:send|go)|good to send|sign me up",
)
"""What says yes to "Shall I send it?"; beside a yes it may stand anywhere, but it is no consent."""
_PLEASANT = (
    r"oh|ah|aha|well|um+|uh|er+m*|hm+|so|then|and|now|just|actually|really|very|indeed|please|pls|plz|plse|thanks"
    r"|thank (?:you|u)|(?:very|so) much|a lot|a (?:million|bunch)|thanx|thx|ty|tysm|tyvm|cheers|ta|nice one|bless"
    r"|much appreciated|(?:i )?appreciate (?:it|that)|sorry|oops|too|also|again|already|lol|haha|hehe|x+|xoxo"
    r"|kind regards",
    r"mate|bro|bruv|bruh|pal|love|luv|hun|hon|dear|darling|sir|madam|maam|miss|boss|buddy|man|dude|fella|chief|duck|lad"
    r"|innit|friend|hello|hi|hey|hiya|(?:good )?(?:morning|afternoon|evening)|have a (?:good|nice|great"
    r"|lovely) (?:day|one)",
    r"for me|to me|from me|by me|with me|(?:(?:leave|keep) (?:it|that|everything) )?(?:just )?as it"
    r" (?:is|was|stands)|as is|like that|as you say|my answer is|the answer is"
    r"|i say"
    r"|thats it|thats me|thats all|thats everything|its me|ready|im ready|i am ready",
    r"(?:(?:i )?(?:have |ve )?|ive )(?:read|understood|understand)(?: (?:and|" + _THAT + r"))*",
    rf"{_CLINIC} (?:can|may) (?:keep|store|hold|use|have) {_MINE}|{_CLINIC} (?:can|may) (?:contact|call|ring|phone"
    r"|email|text|message|reach) me(?: (?:about (?:it|this|that|my request)))?",
)
"""Beside an agreement it changes nothing."""
_BESIDE_A_DETAIL = (
    r"my|the|his|her|is|are|its|it|was|to|on|at|by|for|in|a|with|of|and|except|number|phone|mobile|cell|e|mail"
    r"|email|address|name|surname|time|day|date|slot|appointment|change|changed|make|should|be|can|could|you|use"
    r"|add|new"
    r"|is now|heres|here|spelt|spelled|spelling|btw|by the way|correct|instead|actually|as|well|i am|im|meant|mean|say"
)
"""What a detail that was taken is told with."""
_WOULD = (
    r"(?:id|i would|ill|i will|we would|wed)(?: (?:only|gladly|happily|just))? (?:agree|consent|accept)(?: to (?:it"
    r"|that))?",
    r"(?:id|i would|ill|i will) (?:only )?be (?:ok|okay|fine|happy|comfortable|good)(?: (?:with|to agree to) (?:it"
    r"|that))?",
)
"""An agreement where a condition about how to be contacted follows."""

_MISSPELT = [
    "agree",
    "agreed",
    "absolutely",
    "definitely",
    "certainly",
    "correct",
    "perfect",
    "please",
    "thanks",
    "brilliant",
    "consent",
    "confirm",
    "lovely",
    "yes",
]
"""What may be a letter off; shorter words are too near to others."""


def _form(*lines: str) -> Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines))


_BEFORE_A_QUESTION = r"but|and|also|though|just|so|or"
"""What joins a yes to a question."""

_STRONG, _WEAK, _SEND = _form(*_SURELY), _form(*_HALF), _form(*_SENDING)
_NICE, _LINKS, _CONDITIONAL = _form(*_PLEASANT), _form(_BESIDE_A_DETAIL), _form(*_WOULD)
_JOINS = _form(_BEFORE_A_QUESTION)
_LONGEST = 12
"""Words of the longest phrase above."""
_SARCASTIC = re.compile(r"\b(?:yeah|yh|aye|ya) right\b")

# --- conditions -------------------------------------------------------------------------------------------------------

_OPENS = re.compile(
    r"(?:(?:and|but|also|though|however)\W+)*(?:but|only|as long as|so long as|long as|providing|provided"
    r"|on (?:the |one )?condition|if|unless|except|just|don'?t|do not|never|no|not|nobody|without|though|please|by|via"
    r"|e-?mail|text|whats ?app|call|phone|ring|keep|i'?d (?:rather|prefer)|i prefer|preferably|ideally)\b",
    re.I,
)
_ALONE = re.compile(r"\W*(?:as long as|so long as|providing|provided|on (?:the |one )?condition)\b", re.I)
_OF_CONTACT = re.compile(
    r"\b(?:call(?:s|ed|ing)?|(?:tele)?phon(?:e|es|ed|ing)|ring(?:s|ing)?|rung|e-?mail(?:s|ed|ing)?|text(?:s|ed"
    r"|ing)?|sms"
    r"|whats ?app|messag(?:e|es|ed|ing)|voice ?mails?|letters?|post(?:ed)?|mail(?:s|ed|ing)?|contact(?:s|ed|ing)?"
    r"|in touch|marketing|spam|newsletters?|adverts?|landline|mobile|(?:my|at) (?:work|home|house|office|workplace)"
    r"|confidential\w*|private(?:ly)?|discreet(?:ly)?|between us|secret|third part(?:y|ies)"
    r"|(?:share|sell|pass|give|tell|show)\w*\b.{0,30}\b(?:anyone|anybody|others?|no ?one|nobody|else|wife|husband"
    r"|partner|family|work|boss|mum|dad))\b",
    re.I,
)
_NOT_OF_CONTACT = re.compile(
    r"\b(?:once|first|yet|until|till|(?:before|after|when|unless) (?:i|we|my|the|it)\b|ask\w*|think\w*|thought|check\w*"
    r"|decid\w*|wait\w*|later|maybe|perhaps|might|what|why|how|who|where|which|free|cost\w*|pric\w*|pay\w*|paid"
    r"|cheap\w*"
    r"|discount\w*|guarantee\w*|agree\w*|consent\w*|refus\w*|nothing|send(?! me\b| us\b)\w*|sent|cancel\w*|stop"
    r"|i'?ll|i (?:will|need to|have to|want to|must|can)|let me|i'?d (?:like to|rather|prefer to) (?:call|ring"
    r"|phone|speak|talk))\b"
    r"|\bif (?!(?:you|u|they|the clinic|nobody|no ?one|no one|some(?:one|body)|any(?:one|body)|it'?s by|it is by"
    r"|that'?s by|by)\b)"
    r"|\b(?:don'?t|do not|never|not|nobody|no ?one)(?: \w+){0,3} contact\w*(?: (?:me|us))?\W*$|\?",
    re.I | re.M,
)


@dataclass(frozen=True)
class Answer:
    """Whether it is a yes, and what about being contacted was made a condition of it."""

    yes: bool
    condition: str | None = None


def read_answer(
    words: str,
    asked: str,
    *,
    detailed: bool = False,
    questioned: bool = False,
    affirmed: bool = False,
    conditions: bool = True,
) -> Answer:
    """Read the answer to the consent question or the summary.

    `words`: what was told, with blanks for details and for questions; `detailed`, `questioned`: there were some;
    `affirmed`: the language engine takes it for a yes, which a misspelt one needs that stands alone.
    """
    words = WHY_NOT.sub(r"\1 ", words.replace("’", "'").replace("`", "'"))
    tokens = list(_tokens(words))
    beside = [form for form, there in ((_LINKS, detailed), (_JOINS, questioned)) if there]
    if _agrees(tokens, asked, beside, affirmed=affirmed):
        return Answer(yes=True)
    found = next(_conditional(words, tokens, asked), None) if conditions else None
    return Answer(found is not None, found)


@dataclass(frozen=True)
class _Token:
    word: str
    start: int


def _conditional(words: str, tokens: Sequence[_Token], asked: str) -> Iterator[str]:
    """The conditions about how to be contacted that a yes is told with, the shortest first."""
    for index in range(len(tokens) - 1, -1, -1):
        tail = words[tokens[index].start :].strip(" .,!;\n")
        if not _OPENS.match(tail) or not _OF_CONTACT.search(tail) or _NOT_OF_CONTACT.search(tail):
            continue
        head = [token for token in tokens[:index] if token.word != ","]
        while head and head[-1].word in ("but", "and", "though", "only"):
            head, tail = head[:-1], words[head[-1].start :].strip(" .,!;\n")
        would = bool(head) and _CONDITIONAL.fullmatch(" ".join(token.word for token in head))
        alone = asked == "consent" and not head and _ALONE.match(tail)
        if would or alone or _agrees(head, asked):
            yield tail


def _agrees(
    tokens: Sequence[_Token], asked: str, links: Sequence[Pattern[str]] = (), *, affirmed: bool = False
) -> bool:
    """Whether the words are agreement and nothing else; `links`: what joins it to what stands beside it."""
    words = [token.word for token in tokens]
    if not words or len(words) > MOST_WORDS or _SARCASTIC.search(" ".join(words)):
        return False
    plain = _covered(words, asked, links)
    if plain is not None:
        return plain
    mended = [_mended(word) for word in words]
    exact = [word for word, mend in zip(words, mended, strict=True) if word == mend]
    beside = any(_STRONG.fullmatch(word) or _WEAK.fullmatch(word) for word in exact)
    return (affirmed or beside) and bool(_covered(mended, asked, links))


def _covered(words: Sequence[str], asked: str, links: Sequence[Pattern[str]]) -> bool | None:
    """Whether phrases of the vocabulary cover all words and one of them agrees; None where they do not cover them.

    Beside a detail or a question "ok" alone is only the word before it.
    """
    agreeing = [_STRONG] if links else [_STRONG, _WEAK]
    beside = [_NICE, _WEAK, _SEND, *links]
    if asked == "confirm":
        agreeing.append(_SEND)
    ways: list[set[bool]] = [{False}, *(set() for _ in words)]  # at each place: whether something agreed on the way
    for start in range(len(words)):
        if not ways[start]:
            continue
        for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
            phrase = " ".join(words[start:end])
            if any(form.fullmatch(phrase) for form in agreeing):
                ways[end].add(True)
            elif any(form.fullmatch(phrase) for form in beside):
                ways[end] |= ways[start]
    return True in ways[-1] if ways[-1] else None


# --- words ------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
WHY_NOT = re.compile(r"(\bwhy (?:ever )?not)\s*\?*\s*(?=$|[.,!]|\W+(?:then|thanks|please))", re.I)
"""No question where it answers one."""
_SMILEY = re.compile(r"[:;=8]-?[)DPp\]]+(?!\w)|\bxD\b")
_YES_SIGNS = "👍👌✅✔☑🆗💯"
_KIND_SIGNS = re.compile(
    r"SMIL|GRINN|(?<!BROKEN )\bHEART\b|FOLDED HANDS|CLAPPING|PARTY|SPARKL|HUGGING|RAISING|WINK|TEARS OF JOY|WAVING"
)


def _tokens(text: str) -> Iterator[_Token]:
    """The words without apostrophes, and signs that say something; a sign that is not known stays as it is."""
    text = _SMILEY.sub(lambda found: " " * len(found[0]), text)
    for found in _WORD.finditer(text):
        word = unicodedata.normalize("NFKC", found[0]).casefold().replace("'", "") or found[0]
        if found[0][0] in _YES_SIGNS:
            yield _Token("👍", found.start())
        elif word == "?" or (not word.isalnum() and unicodedata.category(word[0]) == "So"):
            if not _KIND_SIGNS.search(unicodedata.name(word[0], "")):
                yield _Token(word, found.start())
        elif word[0].isalnum():
            yield _Token(_unstretched(word), found.start())


@cache
def _known() -> frozenset[str]:
    """The single words of the vocabulary."""
    return frozenset(re.findall(r"[a-z]+", " ".join((*_SURELY, *_HALF, *_SENDING, *_PLEASANT))))


def _unstretched(word: str) -> str:
    """ "yesss" as "yes", where that is a word that says yes."""
    if word in _known():
        return word
    shorter = (re.sub(r"(\w)\1+", keep, word) for keep in (r"\1", r"\1\1"))
    return next((one for one in shorter if one in _known()), word)


def _mended(word: str) -> str:
    """The word that was meant where one letter is wrong, missing, too many, or two are swapped."""
    if word in _known() or len(word) < 3:
        return word
    return next((meant for meant in _MISSPELT if _one_off(word, meant)), word)


def _one_off(word: str, meant: str) -> bool:
    if len(meant) == 3:  # of so short a word only the order of its letters
        return sorted(word) == sorted(meant) and word[0] == meant[0]
    if word[0] != meant[0] or abs(len(word) - len(meant)) > 1:
        return False
    same = next((at for at, pair in enumerate(zip(word, meant, strict=False)) if pair[0] != pair[1]), -1)
    if same < 0:
        return True
    rest, goal = word[same:], meant[same:]
    swapped = rest[:2] == goal[1::-1] and rest[2:] == goal[2:]
    return swapped or rest[1:] == goal[1:] or rest[1:] == goal or rest == goal[1:]


# --- neither yes nor no -----------------------------------------------------------------------------------------------

_SEND_IT = r"(?:send|submit|book|forward|do|file)"
_LATER = re.compile(
    r"\bnot (?:just |quite |right )?(?:yet|now|today|ready|decided)\b|\blater\b|\bundecided\b|\b(?:have|has)(?:n'?t"
    r"| not)\b.{0,20}"
    r"\b(?:decided|made (?:up )?my mind|made my mind up)\b|\bhold (?:off|fire)\b|\b(?:do not|don'?t) rush\b"
    rf"|\b(?:do not|don'?t|dont|never|not)(?: (?:want|wish|like)(?: \w+)? to(?: be)?| you| ever| please"
    rf"| just)* (?:{_SEND_IT}|sent|submitted)\b"
    r"(?! (?:me|us)\b)"
    r"|\b(?:don'?t|do not|dont) want (?:it|this|that|anything) (?:to be )?(?:sent|submitted)\b"
    r"|\b(?:think (?:about|on|over)|think it over|sleep on|mull)\b|\b(?:once|when|after|until|till|before"
    r"|unless) (?:i|i'?ve|we|my)\b"
    r"|\b(?:ask|check with|speak to|talk to|tell) (?:my|him|her|them|the)\b.{0,20}\bfirst\b"
    r"|(?<!i )(?<!we )\b(?:don'?t|do not)\W*$|\bi'?(?:ll|m going to| will) (?:\w+ )?(?:wait|decide|let you know"
    r"|say when)\b"
    r"|\bfirst\W*$",
    re.I,
)
_NEVER_AGREED = re.compile(
    r"\b(?:have ?n'?t|havent|have not|never|did ?n'?t|didnt|did not)\s+(?:\w+\s+){0,2}?(?:agreed?|consent(?:ed)?"
    r"|say yes|said yes"
    r"|given (?:you )?(?:my|any) (?:consent|permission|agreement))\b|\bwhen did i (?:agree|consent|say)\b",
    re.I,
)
_NO_ALONE = re.compile(
    r"^\W*(?:(?:oh|ok|well|um|sorry|hmm)[\s,]+)*(?:no+|nope|nah|na)\s*(?:thanks?|thank you)?\s*[,.;!\n-]+", re.I
)
_ABOUT_THE_YES = re.compile(
    r"\b(?:agree\w*|consent\w*|yes|say no|send\w*|sent|think|wait|later|first|before|until|once|unless|ask (?:my"
    r"|him|her)"
    r"|check with|decid\w*|change|instead|stop|cancel|delete|undo|take (?:it|that) back|not|don'?t|if (?:i|we|my|it'?s)"
    r"|sure|really|(?:when|after|as soon as) (?:i|i'?ve|we|we'?ve|my)|so what)\b"
    r"|^\W*(?:(?:but|and|so|ok) )*(?:why|what|what for|how|how come|who|when|where|what now|what then)\W*$",
    re.I,
)


_REFUSES = re.compile(
    r"\b(?:(?:rather|prefer) not|not comfortable|(?:won'?t|refuse to|don'?t want to|do not want to"
    r"|not going to) (?:say|tell|give|agree|share)"
    r"|no comment|none of your|(?:agree|consent) (?:to|with) (?:nothing|none)|keep (?:it|that) (?:to myself|private)"
    r"|that'?s private|i decline|decline[ds]?)\b",
    re.I,
)


def refuses(text: str) -> bool:
    """Whether words refuse without a "no": "I'd rather not", "I agree to nothing"."""
    return bool(_REFUSES.search(text.replace("’", "'")))


def is_put_off(text: str) -> bool:
    """Whether words say "not now": "not yet", "don't send it", "once I've asked my wife", "I haven't decided"."""
    return bool(_LATER.search(text.replace("’", "'")))


def denies_agreement(text: str) -> bool:
    """Whether somebody says that there was no agreement so far: "I haven't agreed to anything"."""
    return bool(_NEVER_AGREED.search(text.replace("’", "'")))


def begins_with_a_no(text: str) -> bool:
    """Whether a "no" stands for itself before whatever else is said: "no, don't call me"; not "no calls please"."""
    return bool(_NO_ALONE.match(text))


def holds_back(question: str) -> bool:
    """Whether a question asked beside a yes is about that yes: "but can I think about it?"."""
    return bool(_ABOUT_THE_YES.search(question.replace("’", "'")))
