"""The supervisor with real processes: what dies is started again, and nothing is ever left behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hairline.household import Household
from hairline.settings import ROOT
from hairline.supervise import Failed, Supervisor, Timing
from tests.hairline.small_system import child
from tests.system import free_port, is_alive, wait_until

QUICK = Timing(poll=0.05, heartbeat=0.2, grace=1, settled=0.5, check_every=0.1, answer_within=0.3, stuck_after=0.5)


def pid_of(var: Path, name: str) -> int:
    try:
        return int((var / "run" / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return 0


async def kept_up(
    var: Path, behaviour: str, act: Callable[[int], None], until: str, timing: Timing = QUICK
) -> list[str]:
    """What the supervisor said while it kept one process up; `act` is called with its pid once it is ready."""
    said: list[str] = []
    async with Household(var) as household:
        supervisor = Supervisor(household, said.append, timing)
        keeping = asyncio.create_task(supervisor.keep(child("it", behaviour, free_port())))
        await supervisor.wait_ready("it")
        supervisor.all_ready()
        act(pid_of(var, "it"))
        async with asyncio.timeout(20):
            while not any(until in line for line in said):
                await asyncio.sleep(0.05)
        keeping.cancel()
        await supervisor.stop()
    return said


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    said = asyncio.run(kept_up(tmp_path, "serves", lambda pid: os.kill(pid, signal.SIGKILL), "ready again"))
    assert "it was ended by SIGKILL; starting it again" in said


def test_a_process_that_no_longer_answers_is_started_again(tmp_path: Path) -> None:
    said = asyncio.run(kept_up(tmp_path, "serves", lambda pid: os.kill(pid, signal.SIGSTOP), "ready again"))
    assert any("has not answered" in line for line in said)


def test_a_process_that_fails_at_the_start_says_why(tmp_path: Path) -> None:
    async def start() -> None:
        async with Household(tmp_path) as household:
            await Supervisor(household, print, QUICK).keep(child("it", "fails"))

    # It "is ready" as soon as it lives, because it has no address to ask; it still counts as a failed start.
    with pytest.raises(
        Failed, match=r"(?s)it ended with exit code 1\..*one reason to fail\n +ValueError: the last line"
    ):
        asyncio.run(start())


def test_a_process_that_keeps_dying_takes_the_system_down(tmp_path: Path) -> None:
    async def start() -> None:
        async with Household(tmp_path) as household:
            supervisor = Supervisor(household, said.append, Timing(settled=60, quick_deaths=3, longest_backoff=0.1))
            supervisor.all_ready()
            await supervisor.keep(child("it", "dies-soon"))

    said: list[str] = []
    with pytest.raises(Failed, match="it ended with exit code 0"):
        asyncio.run(start())
    assert said.count("it ended with exit code 0; starting it again") == 2


def test_a_command_gives_its_last_lines_and_signs_of_life(tmp_path: Path) -> None:
    async def work() -> list[str]:
        async with Household(tmp_path) as household:
            supervisor = Supervisor(household, said.append, Timing(heartbeat=0.01))
            process = child("work", "works")
            return await supervisor.work("working", "work", process.command, process.environment)

    said: list[str] = []
    assert asyncio.run(work()) == ["first", "last"]
    assert any("working: still at it" in line for line in said)


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    async def work() -> None:
        async with Household(tmp_path) as household:
            process = child("work", "fails")
            await Supervisor(household, print).work("working", "work", process.command, process.environment)

    with pytest.raises(Failed, match=r"(?s)working: failed after .*ValueError: the last line of it"):
        asyncio.run(work())


@pytest.fixture
def small_system(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """tests/hairline/small_system.py, up and running in `tmp_path`."""
    with started(tmp_path) as process:
        yield process


@contextlib.contextmanager
def started(var: Path, grace: float = 3) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.hairline.small_system", str(var), str(free_port()), str(grace)]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE)
    assert process.stdout
    for line in process.stdout:
        if line.strip() in ("up", "already running"):
            break
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=15)


def group_of(var: Path) -> list[int]:
    """Every process of the small system but the supervisor: three children, a grandchild and the guardian."""
    group = os.getpgid(pid_of(var, "server"))
    assert wait_until(lambda: len(members(group)) == 5, 15), members(group)
    return members(group)


def members(group: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    found = []
    for pid in pids:
        try:
            if os.getpgid(pid) == group and is_alive(pid):
                found.append(pid)
        except ProcessLookupError:
            continue
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_no_process(
    small_system: subprocess.Popen[str], tmp_path: Path, how: signal.Signals
) -> None:
    group = group_of(tmp_path)
    small_system.send_signal(how)
    assert small_system.wait(timeout=10) == 0
    assert not [pid for pid in group if is_alive(pid)]
    assert not (tmp_path / "run").exists()


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    with started(tmp_path, grace=600) as patient:
        assert patient.stdout
        group = group_of(tmp_path)
        patient.send_signal(signal.SIGINT)
        assert any(line.startswith("stopping") for line in patient.stdout)
        patient.send_signal(signal.SIGINT)
        patient.wait(timeout=60)
        assert wait_until(lambda: not any(is_alive(pid) for pid in group), 10)


def test_a_killed_supervisor_leaves_no_orphan(small_system: subprocess.Popen[str], tmp_path: Path) -> None:
    group = group_of(tmp_path)
    small_system.kill()
    small_system.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in group), 6)


def test_a_killed_guardian_is_replaced(small_system: subprocess.Popen[str], tmp_path: Path) -> None:
    group = os.getpgid(pid_of(tmp_path, "server"))  # the guardian leads the group
    group_of(tmp_path)
    os.kill(group, signal.SIGKILL)
    assert wait_until(lambda: group not in members(group) and len(members(group)) == 5, 15)
    rest = members(group)
    small_system.kill()
    small_system.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in rest), 6)


def test_two_do_not_share_a_folder(small_system: subprocess.Popen[str], tmp_path: Path) -> None:
    with started(tmp_path) as second:
        assert second.wait(timeout=10) == 1
    assert pid_of(tmp_path, "server")


def test_the_next_start_waits_for_the_rest_of_a_killed_one(tmp_path: Path) -> None:
    async def start_after_kill() -> None:
        with started(tmp_path) as first:
            group_of(tmp_path)
            first.kill()
        async with Household(tmp_path):
            pass

    asyncio.run(start_after_kill())


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with Household(tmp_path) as household:
            process = child("work", "works")
            for _ in range(2):
                await Supervisor(household, print).work("working", "work", process.command, process.environment)

    monkeypatch.setattr("hairline.household.LARGEST_LOG", 5)
    asyncio.run(work())
    assert (tmp_path / "log" / "work.log.1").read_text() == (tmp_path / "log" / "work.log").read_text()
