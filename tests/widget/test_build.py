"""The one file that clinics load is what its sources make, and small."""

import gzip
import re

from widget.build import BUILT, integrity, script, snippets


def test_the_served_script_is_what_the_sources_make() -> None:
    assert BUILT.read_text(encoding="utf-8") == script(), "run python widget/build.py"


def test_the_whole_widget_is_at_most_25_kb_gzipped() -> None:
    assert len(gzip.compress(script().encode())) <= 25_000


def test_the_pinned_snippet_names_the_fingerprint_of_the_served_script() -> None:
    free, pinned = snippets("https://chat.example").splitlines()
    assert free == '<script src="https://chat.example/widget.js" async></script>'
    assert f'integrity="{integrity(BUILT.read_text(encoding="utf-8"))}" crossorigin="anonymous"' in pinned


def test_the_script_writes_no_markup_and_runs_no_text() -> None:
    risky = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.cookie|setAttribute\(.style"
    )
    assert re.findall(risky, script()) == []
