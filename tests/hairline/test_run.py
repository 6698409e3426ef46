"""The whole system as `make run` starts it: one address, restarts, truth about its readiness, and a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from hairline.settings import ENV_FILE_VARIABLE, ROOT
from tests.system import System, free_port, is_alive, running, settings_for, wait_until


def run_hairline(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m hairline ...` to its end, with these settings and no others."""
    return subprocess.run(
        [sys.executable, "-m", "hairline", *arguments],
        cwd=ROOT,
        env={**os.environ, ENV_FILE_VARIABLE: os.devnull, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wrong_settings_are_one_line_each_and_nothing_starts(tmp_path: Path) -> None:
    ended = run_hairline("run", HAIRLINE_PORT="eighty", HAIRLINE_LOG_LEVEL="loud", HAIRLINE_VAR=str(tmp_path / "var"))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 2
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["HAIRLINE_PORT", "HAIRLINE_RASA_PORT", "HAIRLINE_ACTIONS_PORT"])
def test_a_port_that_is_taken_is_one_line_with_its_mend(tmp_path: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_hairline("run", **{**settings_for(tmp_path), name: str(port)})
    assert ended.returncode == 1
    assert (ended.stdout + ended.stderr).splitlines() == [
        f"Port {port} is taken by {Path('/proc/self/comm').read_text().strip()} (pid {os.getpid()}); "
        f"set {name} in .env to another number."
    ]


def test_a_profile_that_is_missing_is_one_line_with_its_mend(tmp_path: Path) -> None:
    ended = run_hairline("run", **settings_for(tmp_path, clinic=str(tmp_path / "none.yml")))
    assert ended.returncode == 1
    [line] = (ended.stdout + ended.stderr).splitlines()
    assert "none.yml is missing; set HAIRLINE_CLINIC" in line


def test_a_profile_that_is_wrong_stops_the_start_and_says_where(tmp_path: Path) -> None:
    variables = settings_for(tmp_path)
    profile = Path(variables["HAIRLINE_CLINIC"])
    profile.write_text(profile.read_text().replace("time_zone: Europe/London", "time_zone: Europe/Londn"))
    ended = run_hairline("run", **variables)
    assert ended.returncode == 1
    assert "time_zone" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_database_that_is_not_there_stops_the_start_and_says_so(tmp_path: Path) -> None:
    url = f"postgresql://nobody:hunter2@127.0.0.1:{free_port()}/none"
    ended = run_hairline("run", **settings_for(tmp_path, database_url=url))
    assert ended.returncode == 1
    assert "PostgreSQL cannot be used" in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr


def call(system: System, path: str, body: dict[str, Any] | None = None, token: str = "") -> tuple[int, Any]:
    """Status and JSON of one call of the public API; POST where there is a body."""
    request = urllib.request.Request(
        system.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, json.load(fault)


def say(system: System, text: str) -> tuple[int, Any]:
    """Status and answer for the first message of a new visitor."""
    status, conversation = call(system, "/api/conversations", {})
    if status != 201:  # a part that stopped in the middle of a transaction holds up this, too
        return status, conversation
    return call(system, f"/api/conversations/{conversation['id']}/messages", {"text": text}, conversation["token"])


@pytest.mark.slow
def test_the_running_system_answers_a_question(system: System) -> None:
    status, answer = say(system, "does it hurt?")
    assert status == 200
    assert "pain" in [topic for message in answer["messages"] for topic in message["topics"]]
    assert system.url in system.output


@pytest.mark.slow
@pytest.mark.parametrize("name", ["web", "actions", "delivery", "rasa"])
def test_a_killed_process_comes_back_and_the_system_answers(system: System, name: str) -> None:
    if not system.pid(name):
        pytest.skip(f"there is no {name} yet")
    system.restart(name)
    assert say(system, "does it hurt?")[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rasa", "actions"])
def test_without_a_part_it_says_that_it_is_not_ready_and_gives_the_phone(system: System, name: str) -> None:
    os.kill(pid := system.pid(name), signal.SIGSTOP)
    try:
        assert wait_until(lambda: call(system, "/readyz")[0] == 503, 20)
        status, problem = say(system, "does it hurt?")
        assert status == 503
        assert "0161" in problem["detail"]
    finally:
        os.kill(pid, signal.SIGCONT)
    system.wait_ready()


@pytest.mark.slow
def test_no_log_holds_what_a_visitor_typed(system: System) -> None:
    _, conversation = call(system, "/api/conversations", {})
    path, token = f"/api/conversations/{conversation['id']}/messages", conversation["token"]
    for text in (
        "I'd like to book",
        "Zebulon Quaggaworth",
        "07700 900461",
        "zebulon@quaggaworth.example",
        "/zebulon{}",
    ):
        call(system, path, {"text": text}, token)
    # Whatever fails inside a turn must not write it down either.
    with system.killed("actions"):
        call(system, path, {"text": "It is Zebulon, on 07700 900461"}, token)
    for typed in ("ebulon", "uaggaworth", "900461"):
        assert typed not in system.logs()
    for secret in (system.api_key, system.internal_secret):
        assert secret not in system.logs()


@pytest.mark.slow
def test_rasa_and_the_action_server_refuse_who_does_not_know_the_secret(system: System) -> None:
    for port, path in (
        (system.settings.rasa_port, "/webhooks/hairline/ready"),
        (system.settings.rasa_port, "/webhooks/hairline/webhook"),
        (system.settings.actions_port, "/webhook"),
        (system.settings.actions_port, "/health"),
    ):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=b"{}" if "hook" in path[-4:] else None)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        with refused.value as answer:
            assert answer.code == 401


@pytest.mark.slow
def test_it_starts_without_training_again_and_ctrl_c_ends_it(system: System, tmp_path: Path) -> None:
    with running(tmp_path) as second:
        assert "training" not in second.output
        pids = [second.pid(name) for name in second.NAMES if second.pid(name)]
        assert len(pids) >= 3
        assert second.stop() == 0
        assert not any(is_alive(pid) for pid in pids)


@pytest.mark.slow
def test_kill_9_of_the_supervisor_leaves_no_process(system: System, tmp_path: Path) -> None:
    with running(tmp_path) as second:
        pids = [second.pid(name) for name in second.NAMES if second.pid(name)]
        second.process.kill()
        second.process.wait()
        assert wait_until(lambda: not any(is_alive(pid) for pid in pids), 8)
