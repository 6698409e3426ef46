"""An offline copy of OSV's advisories for PyPI (`all.zip`, a JSON file for each), served on loopback as OSV does."""

import json
import re
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Advisory = dict[str, Any]


def name_of(package: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def read_copy(file: Path) -> dict[str, list[Advisory]]:
    """The advisories by package; withdrawn ones are left out."""
    found: dict[str, list[Advisory]] = defaultdict(list)
    with zipfile.ZipFile(file) as copy:
        for name in copy.namelist():
            advisory = json.loads(copy.read(name))
            if "withdrawn" in advisory:
                continue
            packages = {name_of(it["package"]["name"]) for it in advisory.get("affected", []) if _of_pypi(it)}
            for package in packages:
                found[package].append(advisory)
    return found


def known(copy: dict[str, list[Advisory]], package: str, version: str) -> list[Advisory]:
    """The advisories about a version. OSV's export names every affected version of PyPI's packages one by one."""
    wanted = name_of(package)
    return [
        advisory
        for advisory in copy.get(wanted, [])
        if any(
            _of_pypi(it) and name_of(it["package"]["name"]) == wanted and version in it.get("versions", ())
            for it in advisory["affected"]
        )
    ]


def _of_pypi(affected: dict[str, Any]) -> bool:
    return bool(affected.get("package", {}).get("ecosystem") == "PyPI")


@contextmanager
def serving(file: Path) -> Iterator[str]:
    """The address under which pip-audit may ask the copy."""
    copy = read_copy(file)

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
