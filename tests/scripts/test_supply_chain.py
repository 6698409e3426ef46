"""What is installed is what was locked, each file with its hash; and an audit that cannot look says so."""

import json
import re
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

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


def test_an_exception_must_say_why(tmp_path: Path) -> None:
    assert audit.exceptions(audit.EXCEPTIONS) == {}
    file = tmp_path / "exceptions.toml"
    file.write_text('[[exception]]\nid = "GHSA-1"\npackage = "x"\nreason = "no release"\n')
    with pytest.raises(ValueError, match="not_reachable"):
        audit.exceptions(file)


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
    file = copy_of(tmp_path, {**SANDBOX, "affected": [{**SANDBOX["affected"][0], "versions": []}]})
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
    affected = {**SANDBOX["affected"][0], "package": package, "versions": [rasa.removeprefix("rasa==")]}
    hole = {**SANDBOX, "id": "GHSA-test-only-0000", "affected": [affected], "aliases": []}
    file = copy_of(tmp_path, SANDBOX, hole)
    code, said, _ = run(capsys, uvx, "--data", str(file))
    assert code == 1
    assert "nlu/uv.lock: rasa 3.6.21 GHSA-test-only-0000: NOT EXCEPTED" in said

    allowed = tmp_path / "exceptions.toml"
    allowed.write_text(
        '[[exception]]\nid = "GHSA-test-only-0000"\npackage = "rasa"\nreason = "frozen"\nnot_reachable = "loopback"\n'
    )
    monkeypatch.setattr(audit, "EXCEPTIONS", allowed)
    code, said, _ = run(capsys, uvx, "--data", str(file))
    assert (code, "excepted: loopback" in said) == (0, True), said
