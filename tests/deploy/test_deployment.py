"""The files under deploy/ are what their programs take, and agree with the settings and with each other."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hairline.processes import rasa_environment
from hairline.settings import ROOT, Settings, read_env_file
from tests.conftest import lacking

DEPLOY = ROOT / "deploy"
NAMES = {f"HAIRLINE_{field.name.upper()}" for field in dataclasses.fields(Settings)} | {"HAIRLINE_ENV_FILE"}
PROXY = {"HAIRLINE_SITE", "HAIRLINE_UPSTREAMS", "HAIRLINE_PHONE"}
"""What deploy/Caddyfile takes."""


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((DEPLOY / "compose.yaml").read_text().replace("tmpfs:", "tmpfz:"))
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")
    checked = run(*check, "deploy/compose.yaml")
    assert checked.returncode == 0, checked.stdout
    assert "tmpfz" in run(*check, str(wrong)).stdout


def test_nothing_but_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert "back" not in services["caddy"]["networks"]
    for name in ("database", "redis"):
        assert services[name]["networks"] == ["back"]


def test_every_container_is_hardened(services: dict[str, Any]) -> None:
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_hairline_writes_its_logs_to_a_disk_and_reads_the_clinics_own_profile(services: dict[str, Any]) -> None:
    assert services["hairline"]["tmpfs"] == ["/tmp"]
    assert "VOLUME /var/lib/hairline\n" in (DEPLOY / "Dockerfile").read_text()
    profile, inside, _ = services["hairline"]["volumes"][0].split(":")
    assert ((DEPLOY / profile).resolve(), inside) == (ROOT / "clinic.yml", "/srv/hairline/clinic.yml")


def test_every_setting_that_is_named_exists(services: dict[str, Any]) -> None:
    assert set(services["hairline"]["environment"]) <= NAMES
    assert set(services["caddy"]["environment"]) == PROXY
    assert set(re.findall(r"HAIRLINE_\w+", (DEPLOY / "hairline.service").read_text())) <= NAMES
    assert set(re.findall(r"{\$(\w+)", (DEPLOY / "Caddyfile").read_text())) == PROXY


def test_the_settings_of_run_scaled_are_right_together() -> None:
    settings = Settings.read(read_env_file(DEPLOY / "scaled.env"))
    assert settings.trackers_user == "hairline_rasa"
    assert len(settings.local_urls) == len(settings.rasa_ports) == 2


def test_rasas_second_file_differs_in_what_workers_share_only() -> None:
    one, several = (yaml.safe_load((ROOT / name).read_text()) for name in ("endpoints.yml", "deploy/endpoints.yml"))
    for endpoints in (one, several):
        del endpoints["tracker_store"], endpoints["lock_store"]
    assert one == several


def test_rasa_is_told_all_that_its_file_names_and_redis_in_parts() -> None:
    settings = Settings.read(
        {
            "HAIRLINE_DATABASE_URL": "postgresql://hairline@db/hairline",
            "HAIRLINE_TRACKERS_URL": "postgresql://hairline_rasa:secret@db/hairline",
            "HAIRLINE_REDIS_URL": "rediss://user:p%40ss@cache:6380/3",
            "HAIRLINE_API_KEY": "a key",
        }
    )
    told = rasa_environment(settings)
    named = set(re.findall(r"\${(\w+)}", (DEPLOY / "endpoints.yml").read_text()))
    assert named <= set(told)
    parts = [told[f"HAIRLINE_REDIS_{part}"] for part in ("HOST", "PORT", "DB", "USERNAME", "PASSWORD", "TLS")]
    assert parts == ["cache", "6380", "3", "user", "p@ss", "yes"]
    assert not {"HAIRLINE_API_KEY", "HAIRLINE_DATABASE_URL"} & set(told)
    assert not named & set(rasa_environment(Settings())) - {"HAIRLINE_ACTIONS_PORT", "HAIRLINE_INTERNAL_SECRET"}


def test_the_proxy_takes_its_file() -> None:
    if not shutil.which("caddy"):
        lacking("Caddy", "install it (Debian and Ubuntu: apt-get install caddy)")
    file = ("--config", "deploy/Caddyfile", "--adapter", "caddyfile")
    checked = run("caddy", "validate", *file, HAIRLINE_SITE="chat.clinic.example", HAIRLINE_PHONE="0161 496 0123")
    assert checked.returncode == 0, checked.stderr
    assert run("caddy", "fmt", "deploy/Caddyfile").stdout == (DEPLOY / "Caddyfile").read_text()


def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        lacking("systemd-analyze", "install systemd")
    unit = tmp_path / "hairline.service"
    unit.write_text((DEPLOY / "hairline.service").read_text().replace("/srv/hairline", str(ROOT)))
    checked = run("systemd-analyze", "verify", str(unit))
    assert (checked.returncode, checked.stderr) == (0, "")
    exposed = run("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))
    assert exposed.returncode == 0, exposed.stdout  # 2.0 of 10
