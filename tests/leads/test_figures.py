"""How things stand, in numbers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from leads.figures import take_figures
from leads.records import Conversation, Delivery
from leads.store import Store, new_id, utc_now


@pytest.fixture
def store(empty_store_url: str) -> Iterator[Store]:
    made = Store(empty_store_url)
    made.migrate()
    yield made
    made.close()


def test_an_empty_store_has_nothing_to_tell(store: Store) -> None:
    with store.reading() as session:
        figures = take_figures(session, utc_now())
    assert set(figures.leads.values()) == {0}
    assert (figures.newest_lead, figures.deliveries, figures.oldest_undelivered) == (None, {}, {})
    assert (figures.waiting, figures.urgent, figures.open_questions) == (0, 0, 0)


def test_what_waits_is_counted_by_channel_and_the_oldest_tells_how_long(store: Store) -> None:
    now = utc_now()

    def delivery(state: str, minutes: int) -> Delivery:
        since = now - timedelta(minutes=minutes)
        return Delivery(
            id=new_id("dlv"),
            channel="webhook",
            event="lead.created",
            payload={},
            state=state,
            attempts_allowed=1,
            created_at=since,
            next_at=since,
            give_up_at=since,
        )

    with store.transaction() as session:
        session.add_all([delivery("pending", 5), delivery("sending", 7), delivery("failed", 90), delivery("sent", 900)])
        for state, urgent in (("waiting", None), ("bot", now)):
            moments = {"created_at": now, "updated_at": now, "urgent_at": urgent}
            session.add(Conversation(id=new_id("c"), token_hash="", state=state, draft={}, memory={}, **moments))
    with store.reading() as session:
        figures = take_figures(session, now)
    assert figures.deliveries == {("webhook", "pending"): 1, ("webhook", "sending"): 1, ("webhook", "failed"): 1}
    assert figures.oldest_undelivered == {"webhook": pytest.approx(420, abs=1)}
    assert (figures.waiting, figures.urgent) == (1, 1)
