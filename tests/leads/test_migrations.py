"""The tables that the migrations make are those that `leads.records` describes."""

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from leads.records import Record
from leads.store import Store

SEARCH = re.compile(r"leads_search\w*|ix_leads_search")  # no table or index that SQLAlchemy could describe
COMPARED = {
    "compare_type": True,
    "compare_server_default": True,
    "include_name": lambda name, kind, _: kind not in ("table", "index") or not SEARCH.fullmatch(name or ""),
}


def test_migrations_and_records_agree(empty_store_url: str) -> None:
    store = Store(empty_store_url)
    store.migrate()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARED)
        assert compare_metadata(context, Record.metadata) == []
    store.close()
