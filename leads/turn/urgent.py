"""Something is wrong after treatment: that comes first, whatever else is going on."""

from sqlalchemy import select

from leads import handoff
from leads.intake import last_lead
from leads.outbox import announce, announce_conversation
from leads.reading import Reading
from leads.records import Lead
from leads.replies import Reply
from leads.turn.answering import answer
from leads.turn.request import ask_again, book_on
from leads.turn.talk import Talk, joined, strong_details


def report_urgent(talk: Talk, reading: Reading) -> None:
    """Something is wrong after treatment: numbers to call first, then a flag that staff see, then the rest."""
    flagged = flag_urgent(talk)
    said = talk.voice.text("utter_urgent", flagged=talk.voice.text("utter_urgent_flagged") if flagged else "")
    talk.put(Reply(said, topics=("urgent_problem",)))
    others = [segment for segment in reading.questions if segment.is_sure]
    answer(talk, others)
    if talk.draft.is_open:
        if reading.phones or reading.emails or reading.name:
            talk.booking.hear(reading)
            return book_on(talk)
        return ask_again(talk)
    talk.booking.take_details(strong_details(reading))
    talk.draft.asked, talk.booking.again = None, None
    talk.memory["pending"] = {"kind": "offer", "offers": "book_consultation"}
    last = talk.replies[-1]
    text = joined(last.text, talk.voice.text("utter_urgent_follow_up"))
    talk.replies[-1] = Reply(text, talk.choices("book"), None, last.topics, last.sources)
    return None


def flag_urgent(talk: Talk) -> bool:
    """Mark the conversation and its leads as urgent and tell staff, once per conversation."""
    first = not talk.memory.get("urgent")
    talk.memory["urgent"] = talk.now.isoformat()
    handoff.flag_urgent(talk.conversation, talk.now)
    for lead in talk.session.scalars(select(Lead).where(Lead.conversation_id == talk.conversation.id)):
        if not lead.urgent:
            lead.urgent, lead.updated_at = True, talk.now
            announce(talk.session, lead, "lead.urgent", talk.channels, talk.now)
    if first and not last_lead(talk.session, talk.conversation.id):
        announce_conversation(talk.session, talk.conversation.id, "handoff.waiting", talk.channels, talk.now)
    return True
