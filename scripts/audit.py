"""`make audit`: are there known holes in the locked versions of both environments?

pip-audit runs in an environment of its own (it cannot live in Rasa's) on every version that the two lock files name. It
is believed only where it finds the holes of a package that has some, and only if it looked at every version: otherwise
NOTHING WAS AUDITED is said, which is no success. Exit codes: 0 no hole beyond the exceptions, 1 holes, 3 nothing
audited.

`--data` takes a copy of the advisories instead of a service on the network: OSV's all.zip, or a checkout or git
directory of the PyPA advisory database. What it cannot know is said.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.osv_copy import Copy, name_of, read_copy, serving  # noqa: E402

LOCKS = ("uv.lock", "nlu/uv.lock")
EXCEPTIONS = ROOT / "scripts" / "audit-exceptions.toml"
AUDITOR = "pip-audit==2.10.1"
HAS_HOLES = "jinja2==2.10"
"""A version with known holes (CVE-2019-10906): an auditor that finds none there knows nothing."""
SERVICES = (("-s", "osv"), ("-s", "pypi"))
NOTHING_AUDITED = 3


@dataclass(frozen=True)
class Hole:
    """A known hole in a locked version, under every number that it has."""

    package: str
    version: str
    id: str
    ids: frozenset[str]


@dataclass(frozen=True)
class Excepted:
    """Holes of some packages that stay for one reason."""

    packages: frozenset[str]
    holes: dict[str, date]
    """When each was published, by its number."""
    reason: str
    not_reachable: str

    def covers(self, hole: Hole) -> bool:
        """Whether the hole is one of these, in one of these packages."""
        return name_of(hole.package) in self.packages and not hole.ids.isdisjoint(self.holes)


class NotAudited(Exception):
    """The auditor could not look at everything; the text says why."""


def locked(lock: Path) -> list[str]:
    """Every `name==version` of a lock file, for whichever platform."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return sorted(f"{it['name']}=={it['version']}" for it in packages if "virtual" not in it["source"])


def exceptions(file: Path) -> list[Excepted]:
    """The exceptions. Raises ValueError for one that does not say what it is about, or why it is there."""
    found = tomllib.loads(file.read_text(encoding="utf-8")).get("exception", [])
    for one in found:
        for key in ("packages", "holes", "reason", "not_reachable"):
            if not one.get(key) or not str(one[key]).strip():
                raise ValueError(f"{file.name}: an exception without {key!r}")
        for hole, published in one["holes"].items():
            if not isinstance(published, date):
                raise ValueError(f"{file.name}: {hole} without the day on which it was published")
    return [
        Excepted(frozenset(map(name_of, one["packages"])), one["holes"], one["reason"], one["not_reachable"])
        for one in found
    ]


def stale(allowed: list[Excepted], found: list[Hole], copy: Copy | None) -> list[str]:
    """The excepted holes that are none any more. One that the copy cannot know is not among them."""
    seen = [(hole, one) for hole in found for one in allowed if one.covers(hole)]
    return sorted(
        number
        for one in allowed
        for number, published in one.holes.items()
        if not any(which is one and number in hole.ids for hole, which in seen)
        and (copy is None or copy.could_know(number, published))
    )


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
    return [
        Hole(one["name"], one["version"], hole["id"], frozenset([hole["id"], *hole["aliases"]]))
        for one in looked_at
        for hole in one["vulns"]
    ]


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
def services(copy: Copy | None) -> Iterator[tuple[tuple[str, ...], ...]]:
    """What may be asked: an offline copy alone where there is one."""
    if copy is None:
        yield SERVICES
        return
    with serving(copy) as url:
        yield (("-s", "osv", "--osv-url", url),)


def main(arguments: list[str]) -> int:
    """Audit both lock files. The exit code."""
    parser = argparse.ArgumentParser(prog="make audit")
    parser.add_argument("--data", type=Path, help="OSV's all.zip, or the PyPA advisory database (checkout or git dir)")
    parser.add_argument("--uvx", default="uvx", help="the program that runs tools in environments of their own")
    given = parser.parse_args(arguments)
    allowed = exceptions(EXCEPTIONS)
    pins = {lock: locked(ROOT / lock) for lock in LOCKS}
    try:
        copy = read_copy(given.data) if given.data else None
        with services(copy) as candidates:
            service = proven_service(candidates, (given.uvx,))
            holes = {lock: audit(pins[lock], service, (given.uvx,)) for lock in LOCKS}
    except (NotAudited, OSError, ValueError) as reason:
        print(f"NOTHING WAS AUDITED. No vulnerability data could be had: {reason}", file=sys.stderr)
        print(
            "Run this where api.osv.dev or pypi.org answers, or with a copy: make audit DATA=all.zip", file=sys.stderr
        )
        return NOTHING_AUDITED
    print(f"{service[1]} knows the holes of {HAS_HOLES}, and looked up {sum(map(len, pins.values()))} locked versions.")
    if copy is not None:
        print(f"The copy's newest advisory is of {copy.newest}: holes published later are NOT KNOWN to it.")
    return report(holes, allowed, copy)


def report(holes: dict[str, list[Hole]], allowed: list[Excepted], copy: Copy | None) -> int:
    """Say what was found. The exit code."""
    left = 0
    for lock, found in holes.items():
        for hole in found:
            why = next((one.not_reachable for one in allowed if one.covers(hole)), None)
            left += why is None
            said = "NOT EXCEPTED" if why is None else f"excepted: {why}"
            print(f"{lock}: {hole.package} {hole.version} {hole.id}: {said}")
    gone = stale(allowed, [hole for found in holes.values() for hole in found], copy)
    for number in gone:
        print(f"{EXCEPTIONS.name}: {number} is not found any more; take it out")
    if copy is not None:
        unknown = sum(not copy.could_know(*it) for one in allowed for it in one.holes.items())
        print(f"{unknown} excepted holes are beyond what this copy can know; nothing is said of them.")
    print(f"{left} holes beyond the exceptions.")
    return 1 if left or gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
