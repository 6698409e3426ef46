"""`make audit`: are there known holes in the locked versions of both environments?

pip-audit runs in an environment of its own (it cannot live in Rasa's) on every version that the two lock files name. It
is believed only where it finds the holes of a package that has some, and only if it looked at every version: otherwise
NOTHING WAS AUDITED is said, which is no success. Exit codes: 0 no hole beyond the exceptions, 1 holes, 3 nothing
audited.

`--data all.zip` takes OSV's own export of PyPI's advisories instead of a service on the network.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.osv_copy import serving  # noqa: E402

LOCKS = ("uv.lock", "nlu/uv.lock")
EXCEPTIONS = ROOT / "scripts" / "audit-exceptions.toml"
AUDITOR = "pip-audit==2.10.1"
HAS_HOLES = "jinja2==2.10"
"""A version with known holes (CVE-2019-10906): an auditor that finds none there knows nothing."""
SERVICES = (("-s", "osv"), ("-s", "pypi"))
NOTHING_AUDITED = 3

Hole = tuple[str, str, str]
"""Package, version, id."""


class NotAudited(Exception):
    """The auditor could not look at everything; the text says why."""


def locked(lock: Path) -> list[str]:
    """Every `name==version` of a lock file, for whichever platform."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return sorted(f"{it['name']}=={it['version']}" for it in packages if "virtual" not in it["source"])


def exceptions(file: Path) -> dict[str, dict[str, str]]:
    """The exceptions by id. Raises ValueError for one that does not say why it is there."""
    found = tomllib.loads(file.read_text(encoding="utf-8")).get("exception", [])
    for one in found:
        for key in ("id", "package", "reason", "not_reachable"):
            if not str(one.get(key, "")).strip():
                raise ValueError(f"{file.name}: an exception without {key!r}")
    return {one["id"]: one for one in found}


def audit(pins: list[str], service: tuple[str, ...], uvx: tuple[str, ...]) -> list[Hole]:
    """The known holes of these versions. Raises `NotAudited` unless every one of them was looked up."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, found = Path(folder) / "requirements.txt", Path(folder) / "found.json"
        wanted.write_text("".join(f"{pin}\n" for pin in pins))
        options = ("--strict", "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json")
        ended = subprocess.run(
            [*uvx, AUDITOR, *service, *options, "-r", str(wanted), "-o", str(found)],
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode not in (0, 1) or not found.exists():
            said = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
            raise NotAudited(said[-1][:200] if said else f"exit code {ended.returncode}")
        looked_at: list[dict[str, Any]] = json.loads(found.read_text())["dependencies"]
    skipped = [one["name"] for one in looked_at if "skip_reason" in one]
    if skipped or len(looked_at) != len(pins):
        raise NotAudited(f"{len(pins) - len(looked_at) + len(skipped)} of {len(pins)} versions were not looked up")
    return [(one["name"], one["version"], hole["id"]) for one in looked_at for hole in one["vulns"]]


def proven_service(candidates: tuple[tuple[str, ...], ...], uvx: tuple[str, ...]) -> tuple[str, ...]:
    """The first service that finds the holes of a package that has some. Raises `NotAudited` with each one's reason."""
    reasons = []
    for service in candidates:
        try:
            if audit([HAS_HOLES], service, uvx):
                return service
            reasons.append(f"{service[1]}: it found nothing in {HAS_HOLES}, which has known holes")
        except NotAudited as reason:
            reasons.append(f"{service[1]}: {reason}")
    raise NotAudited("; ".join(reasons))


@contextmanager
def services(data: Path | None) -> Iterator[tuple[tuple[str, ...], ...]]:
    """What may be asked: an offline copy alone where there is one."""
    if data is None:
        yield SERVICES
        return
    with serving(data) as url:
        yield (("-s", "osv", "--osv-url", url),)


def main(arguments: list[str]) -> int:
    """Audit both lock files. The exit code."""
    parser = argparse.ArgumentParser(prog="make audit")
    parser.add_argument("--data", type=Path, help="OSV's export of PyPI's advisories, all.zip")
    parser.add_argument("--uvx", default="uvx", help="the program that runs tools in environments of their own")
    given = parser.parse_args(arguments)
    allowed = exceptions(EXCEPTIONS)
    pins = {lock: locked(ROOT / lock) for lock in LOCKS}
    try:
        with services(given.data) as candidates:
            service = proven_service(candidates, (given.uvx,))
            holes = {lock: audit(pins[lock], service, (given.uvx,)) for lock in LOCKS}
    except NotAudited as reason:
        print(f"NOTHING WAS AUDITED. No vulnerability data could be had: {reason}", file=sys.stderr)
        print("Run this where api.osv.dev or pypi.org answers, or give OSV's export: --data all.zip", file=sys.stderr)
        return NOTHING_AUDITED
    print(f"{service[1]} knows the holes of {HAS_HOLES}, and looked up {sum(map(len, pins.values()))} locked versions.")
    left = 0
    for lock, found in holes.items():
        for name, version, hole in found:
            why = f"excepted: {allowed[hole]['not_reachable']}" if hole in allowed else "NOT EXCEPTED"
            left += hole not in allowed
            print(f"{lock}: {name} {version} {hole}: {why}")
    stale = set(allowed) - {hole for found in holes.values() for _, _, hole in found}
    for hole in sorted(stale):
        print(f"{EXCEPTIONS.name}: {hole} is not found any more; take it out")
    print(f"{left} holes beyond the exceptions.")
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
