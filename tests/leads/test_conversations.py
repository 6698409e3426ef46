"""Conversations in the store: order, idempotency, choices, erasure."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from leads import conversations
from leads.conversations import ChoiceNotOffered, KeyReused, Opened, Posted, Said
from leads.records import AuditEntry, Conversation, Message
from leads.replies import Choice, Reply
from leads.store import Store, utc_now
from leads.texts import clean


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def opened(store: Store) -> Opened:
    with store.transaction() as session:
        begun = conversations.open_conversation(session, "https://clinic.example/smp")
        offer = (Choice("book", "Book"), Choice("topic:price", "What it costs", "price"))
        conversations.add_reply(session, begun.conversation, Reply("Hello", offer))
        return begun


def post(store: Store, opened: Opened, said: Said) -> Posted:
    with store.transaction() as session:
        talk = conversations.find_locked(session, opened.conversation.id, opened.token)
        assert talk is not None
        return conversations.post(session, talk, said, opened.token)


def answer(store: Store, opened: Opened, message_id: str, reply: Reply) -> None:
    """What the front desk does in its transaction."""
    with store.transaction() as session:
        talk = conversations.locked(session, opened.conversation.id)
        message = conversations.find_message(session, opened.conversation.id, message_id)
        assert talk is not None
        assert message is not None
        conversations.add_reply(session, talk, reply, message_id)
        conversations.mark_answered(message)


def give_up(store: Store, posted: Posted) -> None:
    with store.transaction() as session:
        conversations.give_up_turn(session, posted.message)


def has_its_turn(store: Store, posted: Posted) -> bool:
    with store.transaction() as session:
        return conversations.keep_place(session, posted.message)


def texts(store: Store, opened: Opened) -> list[str]:
    with store.reading() as session:
        return [message.text for message in conversations.list_messages(session, opened.conversation.id)]


def test_a_conversation_is_found_by_its_own_token_only(store: Store, opened: Opened) -> None:
    with store.transaction() as session:
        other = conversations.open_conversation(session, None)
    with store.reading() as session:
        here = opened.conversation.id
        assert conversations.find_conversation(session, here, opened.token) is not None
        for token in ("", other.token, opened.token[:-1], opened.token + "x", opened.conversation.token_hash):
            assert conversations.find_conversation(session, here, token) is None
        assert conversations.find_conversation(session, "c_nowhere", opened.token) is None


def test_the_token_itself_is_not_kept(store: Store, opened: Opened) -> None:
    with store.reading() as session:
        kept = session.get(Conversation, opened.conversation.id)
        assert kept is not None
        assert opened.token not in str(vars(kept))


def test_a_key_is_one_message_and_its_turn_is_wanted_until_it_is_answered(store: Store, opened: Opened) -> None:
    first = post(store, opened, Said("text", "Does it hurt?", "key"))
    again = post(store, opened, Said("text", "Does it hurt?", "key"))
    assert first.needs_turn
    assert again.needs_turn
    assert again.message.id == first.message.id
    answer(store, opened, first.message.id, Reply("No."))
    assert not post(store, opened, Said("text", "Does it hurt?", "key")).needs_turn
    assert texts(store, opened) == ["Hello", "Does it hurt?", "No."]


def test_a_key_cannot_carry_anything_else(store: Store, opened: Opened) -> None:
    post(store, opened, Said("text", "book", "key"))
    for other in (Said("text", "Book", "key"), Said("choice", "book", "key"), Said("text", "", "key")):
        with pytest.raises(KeyReused):
            post(store, opened, other)


def test_a_repetition_is_recognised_after_its_words_were_erased(store: Store, opened: Opened) -> None:
    first = post(store, opened, Said("text", "I am Zoë", "key"))
    with store.transaction() as session:
        message = session.scalars(select(Message).where(Message.id == first.message.id)).one()
        message.text, message.answered = "(erased)", True
    assert post(store, opened, Said("text", "I am Zoë", "key")).message.id == first.message.id
    with pytest.raises(KeyReused):
        post(store, opened, Said("text", "(erased)", "key"))


def test_the_same_key_in_two_conversations_is_two_messages(store: Store, opened: Opened) -> None:
    with store.transaction() as session:
        other = conversations.open_conversation(session, None)
    assert (
        post(store, opened, Said("text", "a", "key")).message.id
        != post(store, other, Said("text", "b", "key")).message.id
    )


def test_many_at_once_with_one_key_are_one_message(store: Store, opened: Opened) -> None:
    begin = threading.Barrier(6)

    def try_it(_: int) -> str:
        begin.wait()
        return post(store, opened, Said("text", "yes", "key")).message.id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(try_it, range(6)))) == 1
    assert texts(store, opened) == ["Hello", "yes"]


def test_only_what_is_on_offer_can_be_chosen(store: Store, opened: Opened) -> None:
    with pytest.raises(ChoiceNotOffered):
        post(store, opened, Said("choice", "erase:yes"))
    chosen = post(store, opened, Said("choice", "topic:price"))
    assert (chosen.message.text, chosen.message.choice) == ("What it costs", "topic:price")
    answer(store, opened, chosen.message.id, Reply("It depends.", (Choice("yes", "Yes"),)))
    with pytest.raises(ChoiceNotOffered):
        post(store, opened, Said("choice", "topic:price"))
    assert post(store, opened, Said("choice", "yes")).message.text == "Yes"


def test_an_unanswered_message_takes_no_choice_away(store: Store, opened: Opened) -> None:
    unanswered = post(store, opened, Said("text", "hello?"))
    give_up(store, unanswered)
    assert post(store, opened, Said("choice", "book")).message.choice == "book"


def test_a_choice_is_off_the_table_while_the_message_before_it_is_being_answered(store: Store, opened: Opened) -> None:
    post(store, opened, Said("choice", "book"))
    with pytest.raises(ChoiceNotOffered):
        post(store, opened, Said("choice", "book"))


def test_messages_wait_for_those_before_them_whichever_process_took_them(store: Store, opened: Opened) -> None:
    first, second, third = (post(store, opened, Said("text", words)) for words in ("one", "two", "three"))
    assert [posted.waits for posted in (first, second, third)] == [False, True, True]
    assert not has_its_turn(store, second)
    answer(store, opened, first.message.id, Reply("1"))
    assert has_its_turn(store, second)
    assert not has_its_turn(store, third)
    give_up(store, second)
    assert has_its_turn(store, third)


def test_what_another_process_answered_meanwhile_holds_no_place(store: Store, opened: Opened) -> None:
    repeated = post(store, opened, Said("text", "one", "key"))
    answer(store, opened, repeated.message.id, Reply("1"))
    assert has_its_turn(store, repeated)
    with store.reading() as session:
        kept = conversations.find_message(session, opened.conversation.id, repeated.message.id)
        assert kept is not None
        assert kept.turn_until is None


def test_nobody_waits_for_a_process_that_died(store: Store, opened: Opened) -> None:
    dead, waiting = (post(store, opened, Said("text", words)) for words in ("one", "two"))
    assert not has_its_turn(store, waiting)
    with store.transaction() as session:
        ended = update(Message).where(Message.id == dead.message.id)
        session.execute(ended.values(turn_until=utc_now() - timedelta(seconds=1)))
    assert has_its_turn(store, waiting)


def test_other_conversations_are_not_waited_for(store: Store, opened: Opened) -> None:
    post(store, opened, Said("text", "one"))
    with store.transaction() as session:
        other = conversations.open_conversation(session, None)
    assert not post(store, other, Said("text", "one")).waits


def test_what_is_said_to_a_person_needs_no_turn(store: Store, opened: Opened) -> None:
    with store.transaction() as session:
        talk = conversations.locked(session, opened.conversation.id)
        assert talk is not None
        talk.state = "person"
    assert not post(store, opened, Said("text", "hello", "key")).needs_turn


def test_messages_come_in_the_order_of_their_commits(store: Store, opened: Opened) -> None:
    committed: list[str] = []

    def write(number: int) -> None:
        with store.transaction() as session:
            talk = conversations.locked(session, opened.conversation.id)
            assert talk is not None
            conversations.add_message(session, talk, "bot", f"{number}")
            committed.append(f"{number}")  # before the lock is let go with the commit

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(24)))
    assert texts(store, opened)[1:] == committed


def test_marks_tell_whether_there_is_something_new(store: Store, opened: Opened) -> None:
    here = opened.conversation.id
    with store.reading() as session:
        before = conversations.marks(session, [here, "c_nowhere"])
    assert set(before) == {here}
    post(store, opened, Said("text", "hello"))
    with store.reading() as session:
        after = conversations.marks(session, [here])
        assert after[here].last > before[here].last
        assert conversations.marks(session, []) == {}


def test_erasing_leaves_nothing_but_that_it_happened(store: Store, opened: Opened) -> None:
    here = opened.conversation.id
    post(store, opened, Said("text", "I am Zoë"))
    with store.transaction() as session:
        assert conversations.erase_conversation(session, here, "visitor")
    with store.transaction() as session:
        assert not conversations.erase_conversation(session, here, "visitor")
    with store.reading() as session:
        assert session.get(Conversation, here) is None
        assert session.scalars(select(Message).where(Message.conversation_id == here)).all() == []
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.subject == here)).all()) == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  hello ", "hello"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("a\x00b\x1bc\x7fd\x9fe", "a b c d e"),
        ("tab\there", "tab\there"),
        ("\x00\x01", ""),
        ("Zoë 👩‍🦲 שלום \u202e", "Zoë 👩‍🦲 שלום \u202e"),
        ("", ""),
    ],
)
def test_texts_are_kept_without_what_nobody_types(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("typed", ["\ud800", "a\udfffb"])
def test_half_a_character_is_no_text(typed: str) -> None:
    with pytest.raises(ValueError, match="half a character"):
        clean(typed)
