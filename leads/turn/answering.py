"""Questions are answered, once each and in the order asked; what nobody can answer is kept for the clinic."""

import base64
import re
from collections.abc import Iterator, Sequence

from leads.clinic import describe_time
from leads.facts import FAQ_TOPICS
from leads.handoff import WAITING, ask_for_person
from leads.questions import PERSONAL, Match, count_served, find_answer, near_answers
from leads.reading import Reading, is_question
from leads.reading.asides import (
    ASKS_KEPT,
    ASKS_WHO,
    asks_about_the_question,
    asks_for_language,
    asks_for_other_channel,
    asks_if_open_now,
)
from leads.records import ClinicAnswer
from leads.replies import Choice, Reply
from leads.turn.exactly import admit, answer_exactly, is_about_us
from leads.turn.talk import Talk, joined
from leads.understanding import Segment

MOST_ANSWERS = 5  # in one turn; nobody asks more than that and reads the replies
SUREST = 0.9  # cosine from which the clinic's own answer goes before the document's

OTHERS = re.compile(
    r"\b(?:other|another|somebody else'?s?|someone else'?s?|anyone else'?s?|all)\b.{0,20}\b(?:booking|request"
    r"|appointment|lead|visitor|customer|client|patient|people)s?\b"
    r"|\b(?:list|show|give)\b.{0,20}\b(?:bookings|leads|clients|customers|patients|appointments)\b",
    re.I,
)
ABUSE = re.compile(
    r"\b(?:fuck\w*|cunt|twat|wank\w*|bastard|bitch|shit\w*|arsehole|asshole|dickhead|piss off|idiot|moron"
    r"|stupid (?:bot|robot|machine))\b",
    re.I,
)


def answer(talk: Talk, questions: Sequence[Segment]) -> None:
    """Answer each question once, in the order asked."""
    done: set[str] = {topic for reply in talk.replies for topic in reply.topics}
    for segment in questions[:MOST_ANSWERS]:
        if segment.topic in done and segment.is_sure:
            continue
        done.add(segment.topic)
        learned = learned_answer(talk, segment)
        own_first = learned is not None and (learned.similarity >= SUREST or not segment.is_sure)
        if learned is not None and (own_first or is_declined(talk, segment)):
            talk.remember(segment.topic)
            say_learned(talk, learned.answer, segment)
        elif is_declined(talk, segment) and offer_answers(talk, segment):
            talk.remember(segment.topic)
        elif asks_if_open_now(segment.text):
            tell_clinic_now(talk)
        elif asks_for_language(segment.text):
            talk.say("utter_other_language", topics=("out_of_scope",))
        elif answer_exactly(talk, segment):
            continue
        elif asks_for_other_channel(segment.text):
            talk.say("utter_other_channel", talk.choices("book"))
        elif not segment.is_sure:
            offer_meanings(talk, segment)
        elif segment.is_faq:
            answer_faq(talk, segment)
        elif segment.topic == "human_handoff":
            hand_over(talk)
        elif segment.topic == "privacy":
            tell_privacy(talk, segment.text)
        else:
            talk.say(f"utter_{segment.topic}", topics=(segment.topic,))


def learned_answer(talk: Talk, segment: Segment) -> Match | None:
    """The clinic's own answer to a question, if it has given one. None about a visitor's own health, ever."""
    if segment.topic in PERSONAL:
        return None
    return find_answer(talk.session, segment.vector, segment.topic if segment.is_sure else None)


def say_learned(talk: Talk, answer: ClinicAnswer, segment: Segment | None = None) -> None:
    """The clinic's own answer, with the question it was given to: the visitor sees whether it is theirs."""
    count_served(talk.session, answer)
    topics = (segment.topic,) if segment and segment.is_faq and segment.decision != "refuse" else ()
    if not answer.question:
        said = talk.voice.text("utter_clinic_says", answer=answer.text)
    else:
        said = talk.voice.text("utter_clinic_says_to", question=answer.question, answer=answer.text)
    talk.put(Reply(said, topics=topics, sources=("clinic",)))


def offer_answers(talk: Talk, segment: Segment) -> bool:
    """ "Did you mean" with questions that the clinic has answered; False where none is near."""
    personal = segment.topic in PERSONAL or talk.draft.is_open
    near = [] if personal else near_answers(talk.session, segment.vector)
    if not near:
        return False
    question = talk.keep_question(segment)
    talk.memory["pending"] = {"kind": "near", "ids": [question.id], "answers": [match.answer.id for match in near]}
    titles = [joined(match.answer.question[:80], "") for match in near]
    choices = [Choice(f"answer:{match.answer.id}", title) for match, title in zip(near, titles, strict=True)]
    choices.append(Choice("none", talk.voice.text("utter_choice_none_of_these")))
    topics = (segment.topic,) if segment.is_faq and segment.is_sure else ("fallback",)
    talk.put(Reply(talk.voice.text("utter_did_you_mean"), tuple(choices), topics=topics))
    return True


def is_declined(talk: Talk, segment: Segment) -> bool:
    """Whether there is no answer to a question but the offer to ask the clinic."""
    return segment.is_faq and segment.is_sure and talk.voice.answer(segment.topic).declines


def answer_faq(talk: Talk, segment: Segment) -> None:
    """The document's answer, or the clinic's own; where neither has one the question is kept."""
    said = talk.voice.answer(segment.topic)
    talk.remember(segment.topic)
    talk.follow_up = said
    text = said.text
    if said.declines:
        if talk.pending.get("declined") == segment.topic:  # word for word the same again would sound deaf
            text = talk.voice.text("utter_declined_again")
        talk.last_declined = segment.topic
        question = talk.keep_question(segment)
        talk.declined.append(question.id)
        if talk.draft.is_open:
            text = joined(text, talk.voice.text("utter_question_kept"))
    if segment.topic == "clinic_info" and (days := talk.clinic.describe_closures(talk.now)):
        text = joined(text, talk.voice.text("utter_closures", days=days))
    talk.put(Reply(text, topics=(segment.topic,), sources=said.sources))


def offer_meanings(talk: Talk, segment: Segment) -> None:
    """ "Did you mean": two or three titles, never a guess; the second time in a row with a person, then only that."""
    meant = list(meanings(talk, segment))
    misses = int(talk.memory.get("misses", 0))
    if not meant or misses >= 2 or (misses and talk.draft.is_open):
        return miss(talk, [segment])
    talk.memory["misses"] = misses + 1
    topics = [choice.topic for choice in meant]
    talk.memory["pending"] = {"kind": "meant", "topics": topics, "segment": _as_json(segment)}
    none = Choice("none", talk.voice.text("utter_choice_none_of_these"))
    if misses:
        ways_on = () if any(choice.id == "person" for choice in meant) else talk.choices("person")
        said = talk.voice.text("utter_did_you_mean_again")
        return talk.put(Reply(said, (*meant, *ways_on, none), topics=("fallback",)))
    if len(meant) == 1:
        said = talk.voice.text("utter_did_you_mean_one", title=meant[0].title)
    else:
        said = talk.voice.text("utter_did_you_mean")
    return talk.put(Reply(said, (*meant, none), topics=("fallback",)))


def meanings(talk: Talk, segment: Segment) -> Iterator[Choice]:
    """What a question may have meant, as choices, the likeliest first."""
    ranking = [topic for topic, _ in segment.ranking] or [segment.topic]
    own = {"book_consultation": ("book", "book"), "human_handoff": ("person", "person")}
    shown = 0
    for topic in ranking:
        if topic in FAQ_TOPICS:
            yield Choice(f"topic:{topic}", talk.voice.title(topic), topic)
        elif topic in own:
            yield Choice(own[topic][0], talk.voice.text(f"utter_choice_{own[topic][1]}"), topic)
        else:
            continue
        shown += 1
        if shown == 3:
            return


def answer_unclear(talk: Talk, unclear: Sequence[Segment]) -> bool:
    """Segments that the engine did not place: the clinic's own answer, a "did you mean", or outside."""
    before = len(talk.replies)
    for segment in unclear:
        learned = learned_answer(talk, segment)
        if learned:
            say_learned(talk, learned.answer, segment)
        elif (is_question(segment.text) and offer_answers(talk, segment)) or answer_exactly(talk, segment):
            continue
        elif segment.topic == "out_of_scope" and is_about_us(segment) and not is_rude(segment.text):
            admit(talk, segment)
        elif segment.topic == "out_of_scope" and segment.is_sure:
            outside_scope(talk, segment)
        elif segment.decision == "offer":
            offer_meanings(talk, segment)
        elif talk.replies:
            talk.declined.append(talk.keep_question(segment).id)
    return len(talk.replies) > before or bool(before)


def matters(talk: Talk, segment: Segment, reading: Reading) -> bool:
    """Whether an unplaced segment needs a word, beside what was understood."""
    alone = not reading.questions and not (reading.topics - {"greet", "thanks", "goodbye", "out_of_scope"})
    return alone or (is_question(segment.text) and len(segment.text.split()) > 2)


def is_rude(text: str) -> bool:
    """Whether words abuse, or ask for what other people said here: that is no question for the clinic."""
    return bool(ABUSE.search(text) or OTHERS.search(text))


def outside_scope(talk: Talk, segment: Segment) -> None:
    """What is none of our business, once a turn; the second time in a row a person is offered."""
    if any("out_of_scope" in reply.topics for reply in talk.replies):
        return
    text = segment.text
    misses = int(talk.memory.get("misses", 0))
    talk.memory["misses"] = misses + 1
    ways_on = talk.choices("person", "book") if misses else talk.choices("book")
    choices = () if talk.draft.is_open else ways_on
    key = "utter_abuse" if ABUSE.search(text) else "utter_others_data" if OTHERS.search(text) else None
    if key is None and is_question(text):
        key = "utter_near_miss"
        talk.memory["pending"] = {"kind": "outside", "segment": _as_json(segment)}
    talk.say(key or "utter_out_of_scope", choices, ("out_of_scope",))


def miss(talk: Talk, segments: Sequence[Segment]) -> None:
    """Not understood: other words first, then a person. The question goes to the clinic's list."""
    misses = int(talk.memory.get("misses", 0))
    talk.memory["misses"] = misses + 1
    for segment in segments:
        if len(segment.text.split()) >= 3:
            talk.declined.append(talk.keep_question(segment).id)
    key = "utter_not_understood" if misses == 0 else "utter_not_understood_again"
    choices = talk.choices("book") if misses == 0 else talk.choices("person", "book")
    talk.say(key, choices, ("fallback",))


def _as_json(segment: Segment) -> dict[str, str]:
    """What `unmet_question` reads in the next turn."""
    return {"text": segment.text, "topic": segment.topic, "vector": base64.b64encode(segment.vector).decode()}


def unmet_question(talk: Talk) -> Segment | None:
    """What the visitor asked when the last turn answered "did you mean ...?" or that it is outside our scope."""
    kept = talk.pending.get("segment")
    if not kept or len(str(kept.get("text", "")).split()) < 2:
        return None
    vector = base64.b64decode(kept.get("vector", ""))
    return Segment(str(kept["text"]), 0, 0, str(kept.get("topic", "out_of_scope")), 0.0, "refuse", (), vector)


def keep_unmet(talk: Talk) -> None:
    """A question that was not settled by "did you mean" is the clinic's to answer."""
    segment = unmet_question(talk)
    if segment is not None:
        talk.keep_question(segment)


def keep_for_clinic(talk: Talk, segments: Sequence[Segment]) -> bool:
    """Keep questions that nobody can place for the clinic, and say so; False where there are none."""
    for segment in segments:
        talk.declined.append(talk.keep_question(segment).id)
    if segments:
        talk.say("utter_question_not_known", topics=("fallback",))
    return bool(segments)


def tell_privacy(talk: Talk, text: str) -> None:
    """What becomes of data; in a booking, of the one that is asked for."""
    asked = talk.draft.asked if talk.draft.is_open else None
    if asked and asks_about_the_question(text) and not ASKS_KEPT.search(text) and len(text) < 120:
        key = "utter_privacy_who_sees" if ASKS_WHO.search(text) else f"utter_privacy_why_{asked}"
        if talk.draft.urgent and key == "utter_privacy_why_contact":
            key = "utter_call_back_explain"
        return talk.say(key, topics=("privacy",))
    return talk.say("utter_privacy", topics=("privacy",))


def hand_over(talk: Talk) -> None:
    """A person: told that the visitor waits, or, while the clinic is closed, when somebody reads this."""
    topics = ("human_handoff",)
    if talk.conversation.state == WAITING:
        return talk.say("utter_still_waiting", talk.choices("stop_waiting"), topics)
    if talk.clinic.is_open(talk.now):
        ask_for_person(talk.session, talk.conversation, talk.channels, talk.now)
        return talk.say("utter_waiting", talk.choices("stop_waiting"), topics)
    if talk.draft.is_open:
        return talk.say("utter_handoff_in_booking", topics=topics)
    talk.memory["pending"] = {"kind": "leave_question"}
    again = talk.pending.get("kind") == "leave_question"  # word for word the same again would sound deaf
    key = "utter_handoff_closed_again" if again else "utter_handoff_closed"
    return talk.say(key, talk.choices("book"), topics, when=_opens(talk))


def _opens(talk: Talk) -> str:
    """When the clinic opens next, in words."""
    opening = talk.clinic.next_opening(talk.now)
    return talk.clinic.describe_moment(opening) if opening else talk.clinic.describe_hours()


def tell_clinic_now(talk: Talk) -> None:
    """Whether the clinic can be reached now, until or from when, and its number; what was asked for stays open."""
    if talk.pending.get("kind") == "leave_question":
        talk.memory["pending"] = talk.pending
    today = talk.clinic.opening_ranges(talk.clinic.local(talk.now).date())
    until = next((one.end for one in today if one.start <= talk.clinic.local(talk.now) < one.end), None)
    if until:
        talk.say("utter_clinic_open_now", topics=("clinic_info",), until=describe_time(until.time()))
    else:
        talk.say("utter_clinic_closed_now", topics=("clinic_info",), when=_opens(talk))
