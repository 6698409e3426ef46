"""A visitor's data is erased at the visitor's wish."""

from sqlalchemy import delete, select

from leads.audit import VISITOR, note_action
from leads.conversations import mark_answered
from leads.draft import Draft
from leads.handoff import stop_waiting
from leads.outbox import erase_deliveries
from leads.questions import erase_questions
from leads.records import Lead, Message, Tracker
from leads.store import ERASED
from leads.turn.request import ask_again
from leads.turn.talk import Talk


def erase_everything(talk: Talk) -> None:
    """Erase everything that came from this conversation; the empty conversation stays so that this can be said."""
    here = talk.conversation.id
    for reference in talk.session.scalars(select(Lead.reference).where(Lead.conversation_id == here)).all():
        erase_deliveries(talk.session, lead_reference=reference)
    erase_deliveries(talk.session, conversation_id=here)
    talk.session.execute(delete(Lead).where(Lead.conversation_id == here))
    talk.session.info[ERASED] = True
    stop_waiting(talk.conversation)
    erase_questions(talk.session, here)
    talk.session.execute(delete(Message).where(Message.conversation_id == here, Message.id != talk.message.id))
    talk.message.text, talk.message.understood = talk.voice.text("utter_words_removed"), []
    mark_answered(talk.message)
    talk.session.execute(delete(Tracker).where(Tracker.conversation_id == here))
    talk.conversation.draft, talk.conversation.memory, talk.conversation.page = {}, {}, None
    talk.draft, talk.memory, talk.forget = Draft(), {}, True
    note_action(talk.session, VISITOR, "conversation.emptied", here)
    talk.say("utter_erased", topics=("privacy",))


def keep_everything(talk: Talk) -> None:
    """The visitor thought better of it."""
    talk.say("utter_erase_kept", topics=("privacy",))
    ask_again(talk)
