"""What is installed is what was locked, each file with its hash; and an audit that cannot look says so."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hairline.settings import ROOT
from scripts import audit
from scripts.osv_copy import known, read_copy

# The shape of OSV's export, with a true entry: CVE-2019-10906, and one of a package that we have not.
SANDBOX: dict[str, Any] = {
    "id": "GHSA-462w-v97r-4m45",
    "summary": "Jinja2 sandbox escape via string formatting",
    "details": "",
    "published": "2019-04-10T14:30:24Z",
    "modified": "2024-09-13T00:00:00Z",
    "aliases": ["CVE-2019-10906"],
    "affected": [
        {
            "package": {"name": "Jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.10.1"}]}],
            "versions": ["2.9.6", "2.10"],
        }
    ],
}


def copy_of(folder: Path, *advisories: dict[str, Any]) -> Path:
    file = folder / "all.zip"
    with zipfile.ZipFile(file, "w") as written:
        for advisory in advisories:
            written.writestr(f"{advisory['id']}.json", json.dumps(advisory))
    return file


@pytest.mark.parametrize("lock", audit.LOCKS)
def test_every_file_that_may_be_installed_has_a_hash(lock: str) -> None:
    packages = tomllib.loads((ROOT / lock).read_text())["package"]
    ours = [it for it in packages if "virtual" not in it["source"]]
    assert len(ours) > 100
    for package in ours:
        assert set(package["source"]) == {"registry"}, f"{package['name']} comes from somewhere else"
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        for file in files:
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), package["name"]


def test_installs_take_the_lock_as_it_is() -> None:
    script = (ROOT / "scripts" / "sync.sh").read_text()
    syncs = [line for line in script.splitlines() if re.search(r'" sync ', line)]
    assert syncs
    assert all("--locked" in line for line in syncs)
    for file in ("Makefile", ".ci/run"):
        assert "uv sync" not in (ROOT / file).read_text(), "only scripts/sync.sh installs"


def test_every_version_of_both_locks_is_audited() -> None:
    for lock in audit.LOCKS:
        pins = audit.locked(ROOT / lock)
        assert len(pins) == (ROOT / lock).read_text().count("[[package]]") - 1, "all but the project itself"
    assert "rasa==3.6.21" in audit.locked(ROOT / "nlu" / "uv.lock")


def test_the_copy_knows_which_versions_are_affected(tmp_path: Path) -> None:
    withdrawn = {**SANDBOX, "id": "GHSA-withdrawn", "withdrawn": "2020-01-01T00:00:00Z"}
    copy = read_copy(copy_of(tmp_path, SANDBOX, withdrawn))
    assert [it["id"] for it in known(copy, "jinja2", "2.10")] == ["GHSA-462w-v97r-4m45"]
    assert known(copy, "jinja2", "2.10.1") == []
    assert known(copy, "rasa", "2.10") == []


def in_range(folder: Path, *events: dict[str, str], version: str, kind: str = "ECOSYSTEM") -> bool:
    """Whether a version that no advisory names is found by a range of these events."""
    affected = {**SANDBOX["affected"][0], "versions": ["0.1"], "ranges": [{"type": kind, "events": [*events]}]}
    return bool(known(read_copy(copy_of(folder, {**SANDBOX, "affected": [affected]})), "jinja2", version))


def test_a_range_that_was_never_closed_holds_every_newer_version(tmp_path: Path) -> None:
    assert in_range(tmp_path, {"introduced": "0"}, version="99.1")
    assert in_range(tmp_path, {"introduced": "2.0"}, version="99.1")
    assert not in_range(tmp_path, {"introduced": "2.0"}, version="1.9")
    assert not in_range(tmp_path, {"introduced": "0"}, version="99.1", kind="GIT"), "commits are no versions"


@pytest.mark.parametrize(
    ("version", "found"),
    [("0.9", False), ("1.0", True), ("1.10", True), ("1.11rc1", True), ("1.11", False), ("2.0", True), ("2.1", False)],
)
def test_a_range_ends_where_it_was_mended(tmp_path: Path, version: str, found: bool) -> None:
    events = ({"last_affected": "2.0"}, {"introduced": "2.0rc1"}, {"fixed": "1.11"}, {"introduced": "1.0"})
    assert in_range(tmp_path, *events, version=version) is found


def test_a_limit_that_is_no_version_hides_nothing(tmp_path: Path) -> None:
    assert in_range(tmp_path, {"introduced": "0"}, {"fixed": "0.2.0-n653"}, version="1.0")
    assert in_range(tmp_path, {"introduced": "first-release"}, version="1.0")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A PyPA advisory database as git has it, with files of other kinds beside the advisories."""
    folder = tmp_path / "advisory-database"
    (folder / "vulns" / "jinja2").mkdir(parents=True)
    (folder / "vulns" / ".id-allocator").write_text("2019-217")
    (folder / "triage.yaml").write_text("not: an advisory\n")
    # As there: bare scalars, which YAML would take for a number and a date.
    written = yaml.safe_dump({**SANDBOX, "id": "PYSEC-2019-217"}).replace("'2.10'", "2.10")
    written = re.sub(r"^(published|modified): '(.*)'$", r"\1: \2", written, flags=re.MULTILINE)
    (folder / "vulns" / "jinja2" / "PYSEC-2019-217.yaml").write_text(written)
    undated = {key: value for key, value in SANDBOX.items() if key != "published"}
    (folder / "vulns" / "jinja2" / "PYSEC-2019-1.json").write_text(json.dumps({**undated, "id": "PYSEC-2019-1"}))
    return folder


def test_a_checkout_and_a_git_directory_say_the_same(checkout: Path) -> None:
    as_checkout = read_copy(checkout)
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(checkout))
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "Assign IDs"]):
        subprocess.run([*git, *step], check=True)
    assert read_copy(checkout / ".git") == as_checkout
    assert {it["id"] for it in known(as_checkout, "jinja2", "2.10")} == {"PYSEC-2019-217", "PYSEC-2019-1"}
    assert known(as_checkout, "jinja2", "2.10.1") == []


def test_a_copy_knows_how_new_it_is_and_what_it_cannot_know(checkout: Path) -> None:
    copy = read_copy(checkout)
    assert copy.newest == date(2019, 4, 10), "the day of publication, not of the last change"
    assert copy.could_know("PYSEC-2019-3", date(2019, 4, 10))
    assert not copy.could_know("PYSEC-2019-3", date(2019, 4, 11)), "published later"
    assert not copy.could_know("GHSA-462w-v97r-4m45", date(2019, 4, 10)), "PyPA's database has numbers of its own only"


def test_what_holds_no_advisories_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("no zip")
    for source in (tmp_path, tmp_path / "some.txt", tmp_path / "missing"):
        with pytest.raises(ValueError, match="holds no advisories"):
            read_copy(source)


EXCEPTION = """
[[exception]]
packages = ["Some.Package", "other"]
reason = "frozen"
not_reachable = "loopback"
[exception.holes]
"GHSA-test-only-0000" = 2019-04-10
"CVE-2019-0001" = 2019-04-11
"""


def test_an_exception_must_say_what_it_is_about_and_why(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    for missing in ("packages", "reason", "not_reachable"):
        file.write_text("\n".join(line for line in EXCEPTION.splitlines() if not line.startswith(missing)))
        with pytest.raises(ValueError, match=missing):
            audit.exceptions(file)
    file.write_text(EXCEPTION.partition("[exception.holes]")[0])
    with pytest.raises(ValueError, match="holes"):
        audit.exceptions(file)
    file.write_text(EXCEPTION.replace("2019-04-11", '"lately"'))
    with pytest.raises(ValueError, match=r"CVE-2019-0001 without the day"):
        audit.exceptions(file)


def test_every_exception_of_ours_is_about_a_locked_package() -> None:
    locked = {pin.partition("==")[0] for lock in audit.LOCKS for pin in audit.locked(ROOT / lock)}
    for one in audit.exceptions(audit.EXCEPTIONS):
        assert one.packages <= locked


def test_an_exception_covers_its_packages_only_under_any_number(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(EXCEPTION)
    [one] = audit.exceptions(file)

    def hole(package: str, *ids: str) -> audit.Hole:
        return audit.Hole(package, "1.0", ids[0], frozenset(ids))

    assert one.covers(hole("some-package", "GHSA-test-only-0000"))
    assert one.covers(hole("other", "PYSEC-2019-9", "CVE-2019-0001"))
    assert not one.covers(hole("third", "GHSA-test-only-0000"))
    assert not one.covers(hole("other", "PYSEC-2019-9"))


def test_an_excepted_hole_that_is_none_any_more_is_told_where_it_could_be_known(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(EXCEPTION)
    allowed = audit.exceptions(file)
    found = [audit.Hole("other", "1.0", "PYSEC-2019-9", frozenset({"PYSEC-2019-9", "CVE-2019-0001"}))]
    assert audit.stale(allowed, found, None) == ["GHSA-test-only-0000"]
    assert audit.stale(allowed, [], None) == ["CVE-2019-0001", "GHSA-test-only-0000"]
    assert audit.stale(allowed, [], read_copy(copy_of(tmp_path, SANDBOX))) == ["GHSA-test-only-0000"]


# --- with the real pip-audit, and an offline copy ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def uvx() -> str:
    own = ROOT / ".tools" / "uv" / "bin" / "uvx"
    found = str(own) if own.exists() else shutil.which("uvx")
    if not found:
        pytest.skip("there is no uvx")
    return found


def run(capsys: pytest.CaptureFixture[str], uvx: str, *arguments: str) -> tuple[int, str, str]:
    code = audit.main(["--uvx", uvx, *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_copy_that_does_not_know_the_package_that_must_fail_audits_nothing(
    tmp_path: Path, uvx: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = copy_of(tmp_path, {**SANDBOX, "affected": [{**SANDBOX["affected"][0], "versions": [], "ranges": []}]})
    code, said, complaint = run(capsys, uvx, "--data", str(file))
    assert code == audit.NOTHING_AUDITED
    assert complaint.startswith("NOTHING WAS AUDITED")
    assert "0 holes" not in said


@pytest.mark.slow
def test_holes_fail_the_audit_until_they_are_excepted(
    tmp_path: Path, uvx: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [rasa] = [pin for pin in audit.locked(ROOT / "nlu" / "uv.lock") if pin.startswith("rasa==")]
    package = {"name": "rasa", "ecosystem": "PyPI"}
    affected = {"package": package, "versions": [rasa.removeprefix("rasa==")]}
    hole = {**SANDBOX, "id": "GHSA-test-only-0000", "affected": [affected], "aliases": ["CVE-2019-0001"]}
    file = copy_of(tmp_path, SANDBOX, hole)
    monkeypatch.setattr(audit, "EXCEPTIONS", tmp_path / "exceptions.toml")
    audit.EXCEPTIONS.write_text("")
    code, said, _ = run(capsys, uvx, "--data", str(file))
    assert code == 1
    assert re.search(r"^nlu/uv.lock: rasa 3.6.21 \S+: NOT EXCEPTED$", said, re.MULTILINE)
    assert "newest advisory is of 2019-04-10: holes published later are NOT KNOWN" in said

    audit.EXCEPTIONS.write_text(EXCEPTION.replace("other", "rasa").replace('"GHSA-test-only-0000" = 2019-04-10', ""))
    code, said, _ = run(capsys, uvx, "--data", str(file))
    assert (code, "excepted: loopback" in said) == (0, True), said

    audit.EXCEPTIONS.write_text(EXCEPTION.replace("other", "rasa").replace("test-only-0000", "gone-gone-gone"))
    code, said, _ = run(capsys, uvx, "--data", str(file))
    assert (code, "GHSA-gone-gone-gone is not found any more" in said) == (1, True), said
