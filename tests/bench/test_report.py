"""The report tells the last figures of every part, and says what was not measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.report import Book
from bench.usage import descendants, usage, usage_by_name
from tests.system import wait_until

SPREAD = {"p50": 20.0, "p95": 40.0, "p99": 50.0, "number": 100, "failed": 2}
LATENCY = {"question": SPREAD, "booking": SPREAD, "all": SPREAD, "memory": {"web": 90.4, "rasa": 300.0}, "cpu": {}}


def test_a_part_measured_again_replaces_its_own_figures_only(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.keep("start", {"hairline": {"ready": 12.34, "memory": {"web": 90.0, "rasa": 300.0}}})
    book.keep("start", {"stock": {"ready": 50.0, "memory": {"rasa": 900.0}}})
    again = Book(tmp_path)
    again.keep("start", {"hairline": {"ready": 9.87, "memory": {"web": 80.0, "rasa": 300.0}}})
    told = again.report.read_text()
    assert "| ready after, s | 9.9 | 50.0 |" in told
    assert "| memory when ready, MB | 380 | 900 |" in told
    assert "12.3" not in told
    assert "PARTS=growth`: not measured" in told
    assert set(json.loads((tmp_path / "performance.json").read_text())) == {"start"}


def test_latencies_stand_beside_those_of_the_stock_bot(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.keep("latency", {"hairline": LATENCY})
    assert "| a question, p50, ms | 20.0 | not measured |  | at most 25, 3 times |" in book.report.read_text()
    slower = {**LATENCY, "question": {**SPREAD, "p50": 80.0}}
    book.keep("latency", {"stock": slower})
    told = book.report.read_text()
    assert "| a question, p50, ms | 20.0 | 80.0 | 4.0 times | at most 25, 3 times |" in told
    assert "| of these without an answer | 2 | 2 |" in told
    assert "| memory after them, MB | 390 | 390 |" in told


def test_usage_sees_a_process_with_all_that_it_started() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as parent:
        assert wait_until(lambda: len(descendants(parent.pid)) == 2, 20)
        both = usage_by_name({}, parent.pid)["others"].memory
        alone = usage(parent.pid).memory
        named = usage_by_name({"it": parent.pid}, parent.pid)
        parent.communicate(b"\n")
    assert both > alone > 1
    assert named["it"].memory > alone
    assert named["others"].memory == 0
    assert usage(parent.pid).memory == 0


def test_cpu_is_what_was_used() -> None:
    before = usage(os.getpid()).cpu
    assert wait_until(lambda: sum(range(100_000)) > 0 and usage(os.getpid()).cpu >= before + 0.05, 20)


def test_a_store_tells_what_missed_the_goal_and_what_it_costs_a_visitor(tmp_path: Path) -> None:
    quick, slow = ({"p50": 10.0, "p95": p95, "longest": 300.0} for p95 in (99.9, 100.0))
    visitors = {"empty": {**LATENCY, "cpu": {"web": 4.0, "rasa": 8.1}}, "full": {**LATENCY, "cpu": {"web": 5.0}}}
    asked = {"list, newest": quick, "search: surname": slow, "desk: insights": slow}
    book = Book(tmp_path)
    book.keep("store", {"sqlite": {"leads": 1_000_000, "rounds": 40, "asked": asked, "visitors": visitors}})
    told = book.report.read_text()
    assert "| search: surname | 10 | 100 |" in told
    assert "p95 not below: search: surname (sqlite)." in told
    assert "| sqlite, no leads | 20.0 | 40.0 | 12.1 |" in told
    assert "| sqlite, 1,000,000 leads | 20.0 | 40.0 | 5.0 |" in told


def test_a_store_that_was_not_measured_names_its_command(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.write()
    assert "`make benchmark-store`: not measured" in book.report.read_text()
