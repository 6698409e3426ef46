"""A small real system for the supervisor's tests: `python -m tests.hairline.small_system <var> <port> <grace>`.

It keeps up a process that serves, one that ignores SIGTERM, and one that has a child of its own; it prints "up" when
all of them are ready. `grace` are the seconds that it lets a process end by itself.
"""

import asyncio
import os
import sys
from pathlib import Path

from hairline.household import AlreadyRunning, Household
from hairline.supervise import Process, Supervisor, Timing, until_signalled


def child(name: str, behaviour: str, port: int = 0) -> Process:
    """A process of tests/hairline/child.py."""
    command = (sys.executable, "-m", "tests.hairline.child", behaviour, str(port))
    url = f"http://127.0.0.1:{port}/ready" if port else None
    return Process(name, command, dict(os.environ), url, first_to_stop=behaviour == "serves")


def say(line: str) -> None:
    print(line, flush=True)


async def main(var: Path, port: int, grace: float) -> int:
    """Keeps the three processes up until somebody stops it. The exit code."""
    processes = [child("server", "serves", port), child("deaf", "is-deaf"), child("parent", "has-a-child")]

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for process in processes:
                group.create_task(supervisor.keep(process))
            await supervisor.wait_ready(*(process.name for process in processes))
            supervisor.all_ready()
            say("up")

    try:
        async with Household(var, patience=1) as household:
            supervisor = Supervisor(household, say, Timing(grace=grace))
            return await until_signalled(work(), supervisor.stop(), say)
    except AlreadyRunning:
        say("already running")
        return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
