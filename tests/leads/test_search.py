"""Leads are found by whatever staff remember of them, new ones and old ones, and only as long as they are kept."""

import random
import string
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import event, insert, inspect, select, text
from sqlalchemy.engine import make_url

from leads import requests
from leads.records import Lead, SearchDebt
from leads.requests import LeadFilter
from leads.search import find_matching, search_text, sought
from leads.store import Store, _alembic_config, utc_now
from tests.delivery.leads import emptied_store, new_lead

ZOE = {
    "name": "Zoë O'Neill-Baker",
    "phone": "+447700900123",
    "email": "zoe.baker@visitor.example",
    "concern_category": "receding_hairline",
    "concern_text": "My temples, since the winter",
}
TOM = {
    "name": "Tom Li",
    "phone": "+12125550199",
    "email": None,
    "concern_category": "scars_and_patches",
    "concern_text": "a scar",
}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    yield from emptied_store(store_url)


@pytest.fixture(params=["among the newest", "in the index"])
def distance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a lead is found: read one by one, or looked up."""
    if request.param == "in the index":
        monkeypatch.setattr("leads.search.LOOKED_THROUGH", 0)
        monkeypatch.setattr("leads.search.AT_ONCE", 2)


def put(store: Store, **changes: object) -> str:
    lead = new_lead(**changes)
    lead.search = search_text(lead)
    with store.transaction() as session:
        session.add(lead)
    return lead.reference


def found(store: Store, words: str, **narrowed: str) -> list[str]:
    with store.reading() as session:
        return [lead.reference for lead in requests.list_leads(session, LeadFilter(words=words, **narrowed))]


@pytest.mark.usefixtures("distance")
@pytest.mark.parametrize(
    "words",
    [
        "Zoë O'Neill-Baker", "zoe", "ZOË", "zo", "z", "neill", "bak", "baker zoe", "  zoe   o'n ",
        "+44 7700 900123", "07700 900123", "(07700) 900-123", "+44 (0)7700 900 123", "0044 7700 900123",
        "tel:+447700900123", "07700\u2011900\u2011123", "０７７００ 900123", "900123", "zoe 07700 900", "zoe +44",
        "zoe.baker@visitor.example", "ZOE.BAKER@", "baker@vis", "@visitor.example",
        "receding hairline", "hairline", "temples winter", "temp", "my",
    ],
)  # fmt: skip
def test_a_lead_is_found_by_any_part_of_what_is_known_of_it(store: Store, words: str) -> None:
    reference = put(store, **ZOE)
    put(store, **TOM)
    assert found(store, words) == [reference]


@pytest.mark.usefixtures("distance")
@pytest.mark.parametrize(
    "words", ["zoe tom", "aker zz", "%", "_", "z_e", "100%", '"', "'; --", "zoe\\", "*", "NEAR", "-x"]
)
def test_what_stands_nowhere_finds_nothing(store: Store, words: str) -> None:
    put(store, **ZOE)
    put(store, **TOM)
    assert found(store, words) == []


@pytest.mark.usefixtures("distance")
def test_a_reference_is_found_as_it_is_read_out(store: Store) -> None:
    reference = put(store, **{**ZOE, "reference": "SMP-K7Q2ZD"})
    for words in (reference, reference.lower(), reference[4:], reference.replace("-", " "), reference[5:8]):
        assert found(store, words) == [reference]


@pytest.mark.usefixtures("distance")
def test_what_is_changed_is_found_as_it_is_now(store: Store) -> None:
    reference = put(store, **ZOE)
    put(store, **TOM)
    with store.transaction() as session:
        lead = session.scalars(select(Lead).where(Lead.reference == reference)).one()
        lead.name, lead.status = "Chloé", "contacted"
        lead.search = search_text(lead)
    assert found(store, "chloe") == [reference]
    assert found(store, "neill") == []
    assert found(store, "chloe", status="contacted") == [reference]
    assert found(store, "chloe", status="new") == []


def test_the_index_gives_what_reading_everything_gives(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    letters = "abé" + string.digits[:2]
    with store.transaction() as session:
        for _ in range(150):
            name = "".join(chance.choices(letters + " ", k=12)).strip() or "a"
            lead = new_lead(name=name, status=chance.choice(["new", "closed"]))
            lead.search = search_text(lead)
            session.add(lead)
    monkeypatch.setattr("leads.search.AT_ONCE", 7)
    with store.reading() as session:
        every = session.scalars(select(Lead).order_by(Lead.seq.desc())).all()
        for _ in range(150):
            words = "".join(chance.choices(letters + " ", k=chance.randint(1, 6))).strip()
            if not words:
                continue
            monkeypatch.setattr("leads.search.LOOKED_THROUGH", chance.randint(0, 160))
            status, before, limit = chance.choice(["new", "closed"]), chance.choice(every).seq, chance.randint(1, 30)
            parts = sought(words)
            right = [
                it for it in every if it.status == status and it.seq < before and all(p in it.search for p in parts)
            ]
            got = find_matching(session, select(Lead).where(Lead.status == status), parts, before, limit)
            assert got == right[:limit], words


def test_what_fills_the_page_among_the_newest_does_not_ask_the_index(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    references = [put(store, **ZOE) for _ in range(5)]
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    monkeypatch.setattr("leads.search.LOOKED_THROUGH", 3)
    with store.reading() as session:
        found_now = find_matching(session, select(Lead), sought("zoe"), None, 2)
    assert [lead.reference for lead in found_now] == references[:-3:-1]
    assert not [statement for statement in asked if "MATCH" in statement or "hits" in statement]
    assert len(found(store, "zoe")) == 5
    assert [statement for statement in asked if "MATCH" in statement or "hits" in statement]


def test_both_databases_have_their_index(store: Store) -> None:
    with store.engine.connect() as connection:
        if store.url.startswith("sqlite"):
            assert "leads_search" in inspect(connection).get_table_names()
        else:
            assert "ix_leads_search" in {index["name"] for index in inspect(connection).get_indexes("leads")}


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")
def test_an_erased_lead_leaves_no_letters_in_the_index(store: Store) -> None:
    put(store, **TOM)
    store.scrub(60.0)
    reference = put(store, **{**ZOE, "name": "漢字仮"})
    canary = "漢字仮".encode()
    assert canary in on_disk(store)
    with store.transaction() as session:
        requests.erase_lead(session, reference, "Maya")
    assert canary not in on_disk(store)
    assert "漢字仮" not in trigrams(store)
    assert "tom" in trigrams(store), "the others are still found"
    with store.reading() as session:
        assert session.scalars(select(SearchDebt)).all() == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")
def test_what_there_is_no_time_to_scrub_is_left_for_the_job(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = put(store, **{**ZOE, "name": "漢字仮"})
    put(store, **TOM)
    monkeypatch.setattr("leads.store.SCRUB_S", 0.0)
    with store.transaction() as session:
        requests.erase_lead(session, reference, "Maya")
    assert not store.scrub(0.0)
    assert store.scrub(60.0)
    assert "漢字仮".encode() not in on_disk(store)


def on_disk(store: Store) -> bytes:
    """The raw bytes of an SQLite store: the file and its log."""
    assert store.engine.url.database
    path = Path(store.engine.url.database)
    return b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))


def trigrams(store: Store) -> set[str]:
    """All that SQLite's index holds."""
    with store.engine.begin() as connection:
        connection.execute(text("CREATE VIRTUAL TABLE temp.held USING fts5vocab('main', 'leads_search', 'row')"))
        held = set(connection.execute(text("SELECT term FROM temp.held")).scalars())
        connection.execute(text("DROP TABLE temp.held"))
        return held


def test_leads_of_before_are_found_after_the_update(empty_store_url: str) -> None:
    store = Store(empty_store_url)
    config = _alembic_config(store.url)
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    lead = new_lead(**ZOE)
    lead.search = "zoë o'neill-baker +447700900123"
    lead.created_at = lead.updated_at = utc_now()
    columns = {column["name"] for column in inspect(store.engine).get_columns("leads")}  # those that there were
    with store.transaction() as session:
        values = {name: getattr(lead, name) for name in columns}
        session.execute(insert(Lead).values({name: value for name, value in values.items() if value is not None}))
    store.migrate()
    assert found(store, "temples") == [lead.reference]
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
    assert found(store, "temples") == [lead.reference]
    store.close()


@pytest.mark.parametrize("empty_store_url", ["postgresql"], indirect=True)
def test_without_the_extension_everything_is_found_all_the_same(empty_store_url: str) -> None:
    url = make_url(empty_store_url).set(drivername="postgresql")
    role = url.database or ""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
        connection.execute(f"GRANT ALL ON SCHEMA public TO {role}")
    store = Store(url.set(username=role, password="secret").render_as_string(hide_password=False))
    try:
        store.migrate()
        reference = put(store, **ZOE)
        assert found(store, "temples") == [reference]
        with store.engine.connect() as connection:
            assert "ix_leads_search" not in {index["name"] for index in inspect(connection).get_indexes("leads")}
    finally:
        store.close()
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {role} CASCADE")
            connection.execute(f"DROP ROLE {role}")
