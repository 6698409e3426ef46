"""An offline copy of advisories in OSV's schema about PyPI's packages, served on loopback as OSV does.

Three shapes are read: OSV's export (`all.zip`), a checkout of the PyPA advisory database, and its git directory without
a work tree. JSON and YAML are taken in each.
"""

import io
import json
import re
import subprocess
import tarfile
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

Advisory = dict[str, Any]

FOLDER = "vulns"
"""Where the PyPA advisory database keeps its advisories: what stands elsewhere in it is none."""


@dataclass(frozen=True)
class Copy:
    """What a copy says, and what it cannot know."""

    by_package: dict[str, list[Advisory]]
    """The advisories that were not withdrawn, by the packages they are about."""
    newest: date
    """When its newest advisory was published: holes published later are not known to it."""
    prefixes: frozenset[str]
    """Whose numbers it carries (PYSEC, GHSA)."""

    def could_know(self, hole: str, published: date) -> bool:
        """Whether a hole that the copy does not report would be in it if it were still one."""
        return published <= self.newest and hole.partition("-")[0] in self.prefixes


def name_of(package: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def read_copy(source: Path) -> Copy:
    """The advisories of an export, a checkout or a git directory. Raises ValueError where there are none."""
    found: dict[str, list[Advisory]] = defaultdict(list)
    published, prefixes = list[str](), set[str]()
    for advisory in _advisories(source):
        if "published" in advisory:  # a few of PyPA's lack it; `modified` says nothing of how new a copy is
            published.append(advisory["published"][:10])
        prefixes.add(advisory["id"].partition("-")[0])
        if "withdrawn" in advisory:
            continue
        packages = {name_of(it["package"]["name"]) for it in advisory.get("affected", []) if _of_pypi(it)}
        for package in packages:
            found[package].append(advisory)
    if not published:
        raise ValueError(f"{source} holds no advisories: neither OSV's all.zip nor a PyPA advisory database")
    return Copy(dict(found), date.fromisoformat(max(published)), frozenset(prefixes))


def _advisories(source: Path) -> Iterator[Advisory]:
    for name, content in _files(source):
        if name.endswith(".json"):
            yield json.loads(content)
        elif name.endswith((".yaml", ".yml")):
            # Without guesses: 2.10 is a version and not a number, a date stays as it is written.
            yield yaml.load(content, Loader=yaml.CBaseLoader)  # noqa: S506 - makes nothing but strings, lists and dicts


def _files(source: Path) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as export:
            for name in export.namelist():
                yield name, export.read(name)
    elif (source / FOLDER).is_dir():
        for path in sorted((source / FOLDER).rglob("*.*")):
            yield path.name, path.read_bytes()
    else:
        git = ("git", f"--git-dir={source}", "archive", "--format=tar", "HEAD", FOLDER)
        ended = subprocess.run(git, capture_output=True, check=False)
        if ended.returncode != 0:
            return
        with tarfile.open(fileobj=io.BytesIO(ended.stdout)) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is not None:
                    yield member.name, content.read()


def known(copy: Copy, package: str, version: str) -> list[Advisory]:
    """The advisories about a version: those that name it, and those with a range that it lies in.

    One that is newer than an advisory's last change is not named in it, but lies in a range that was never closed.
    """
    wanted = name_of(package)
    return [
        advisory
        for advisory in copy.by_package.get(wanted, [])
        if any(
            _of_pypi(it) and name_of(it["package"]["name"]) == wanted and _affects(it, version)
            for it in advisory["affected"]
        )
    ]


def _affects(affected: dict[str, Any], version: str) -> bool:
    return version in affected.get("versions", ()) or any(
        _within(it["events"], Version(version)) for it in affected.get("ranges", ()) if it["type"] == "ECOSYSTEM"
    )


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """Whether a version lies between an `introduced` and what ends it. A limit that is no version ends nothing."""
    limits = sorted(
        (limit, kind) for event in events for kind, text in event.items() if (limit := _limit(kind, text)) is not None
    )
    inside = False
    for limit, kind in limits:
        if kind == "introduced":
            inside = inside or version >= limit
        elif kind in ("fixed", "limit"):
            inside = inside and version < limit
        elif kind == "last_affected":
            inside = inside and version <= limit
    return inside


def _limit(kind: str, text: str) -> Version | None:
    before_all = Version("0.dev0")
    if text == "0":
        return before_all
    try:
        return Version(text)
    except InvalidVersion:
        return before_all if kind == "introduced" else None


def _of_pypi(affected: dict[str, Any]) -> bool:
    return bool(affected.get("package", {}).get("ecosystem") == "PyPI")


@contextmanager
def serving(copy: Copy) -> Iterator[str]:
    """The address under which pip-audit may ask the copy."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"vulns": known(copy, asked["package"]["name"], asked["version"])}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nothing: pip-audit says what it finds."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
