"""An index of what leads are searched for, and those that keep the desk quick with a million of them."""

import logging

import sqlalchemy as sa
from alembic import op

from leads.records import Lead
from leads.search import search_text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

log = logging.getLogger(__name__)

AT_ONCE = 1000
NO_TRIGRAMS = (
    "this PostgreSQL does not let Hairline have the extension pg_trgm: searching many leads will be slow. "
    "docs/operations.md says what an administrator can do"
)
INDEXES = (
    ("ix_leads_assignee", "leads", ["assignee", "seq"], None),
    ("ix_leads_created_at", "leads", ["created_at"], None),
    ("ix_leads_updated_at", "leads", ["updated_at"], None),
    ("ix_conversations_created_at", "conversations", ["created_at", "id"], None),
    ("ix_conversations_unseen", "conversations", ["id"], "urgent_at IS NOT NULL AND urgent_seen_at IS NULL"),
)
FOR_SQLITE = (
    # No copy of the text and no positions: trigrams and the leads they are in.
    "CREATE VIRTUAL TABLE leads_search USING fts5(search, content='leads', content_rowid='seq', tokenize='trigram', "
    "detail=none, columnsize=0)",
    "INSERT INTO leads_search(leads_search) VALUES ('rebuild')",
    "CREATE TRIGGER leads_search_insert AFTER INSERT ON leads BEGIN "
    "INSERT INTO leads_search(rowid, search) VALUES (new.seq, new.search); END",
    "CREATE TRIGGER leads_search_update AFTER UPDATE OF search ON leads WHEN old.search != new.search BEGIN "
    "INSERT INTO leads_search(leads_search, rowid, search) VALUES ('delete', old.seq, old.search); "
    "INSERT INTO leads_search(rowid, search) VALUES (new.seq, new.search); END",
    "CREATE TRIGGER leads_search_delete AFTER DELETE ON leads BEGIN "
    "INSERT INTO leads_search(leads_search, rowid, search) VALUES ('delete', old.seq, old.search); "
    "INSERT INTO search_debt(id) VALUES (NULL); END",
)


def upgrade() -> None:
    """Write all search texts anew, then index them."""
    op.create_table(
        "search_debt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, of, columns, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(name, of, columns, sqlite_where=condition, postgresql_where=condition)
    _write_search_texts(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        for statement in FOR_SQLITE:
            op.execute(statement)
    elif _may_have_trigrams(op.get_bind()):
        # Without its list of pending entries: a search must not have to read through it.
        op.execute("CREATE INDEX ix_leads_search ON leads USING gin (search gin_trgm_ops) WITH (fastupdate = off)")
    else:
        log.warning(NO_TRIGRAMS)


def downgrade() -> None:
    """Take the indexes back; the search texts stay as they are."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER leads_search_{name}")
        op.execute("DROP TABLE leads_search")
    else:
        op.execute("DROP INDEX IF EXISTS ix_leads_search")
    for name, of, _, _ in INDEXES:
        op.drop_index(name, of)
    op.drop_table("search_debt")


def _write_search_texts(connection: sa.Connection) -> None:
    columns = (Lead.name, Lead.phone, Lead.email, Lead.reference, Lead.concern_category, Lead.concern_text)
    write = sa.update(Lead.__table__).where(Lead.__table__.c.seq == sa.bindparam("key"))  # type: ignore[arg-type]
    last = 0
    while True:
        query = sa.select(Lead.seq, *columns).where(Lead.seq > last).order_by(Lead.seq).limit(AT_ONCE)
        rows = connection.execute(query).all()
        if not rows:
            return
        texts = [(row.seq, search_text(Lead(**{it.key: getattr(row, it.key) for it in columns}))) for row in rows]
        connection.execute(
            write.values(search=sa.bindparam("text")), [{"key": key, "text": text} for key, text in texts]
        )
        last = rows[-1].seq


def _may_have_trigrams(connection: sa.Connection) -> bool:
    """Whether the extension is there or could be made: the database's owner may, where PostgreSQL has it at all."""
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError:
        return False
    return True
