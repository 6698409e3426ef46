"""`make run`: from the settings to one address, and everything down again on Ctrl-C."""

import asyncio
import dataclasses
import secrets
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hairline import metrics, model, ports, processes
from hairline.household import AlreadyRunning, Household
from hairline.settings import Settings
from hairline.supervise import Failed, Say, Supervisor, answers, until_signalled

READY_WITHIN = 30
"""Seconds for web to see the store, Rasa and the action server, once each of them is ready."""


def run(settings: Settings, say: Say) -> int:
    """Starts Hairline and keeps it up until somebody stops it. The exit code: 0 only if it was asked to stop."""
    return asyncio.run(_run(_with_secret(settings), say))


def train(settings: Settings, say: Say) -> int:
    """Makes the model where it is not current. The exit code."""

    async def work(supervisor: Supervisor) -> None:
        path = await model.prepare(supervisor, processes.rasa_environment(settings), say)
        say(f"model: {path.name} is current")

    return asyncio.run(_in_household(settings.var / "train", work, say))


async def _run(settings: Settings, say: Say) -> int:
    faults = _faults(settings)
    for fault in faults:
        say(fault)
    if faults:
        return 1
    say(f"Hairline starts; what its processes write is in {settings.var / 'log'}")

    async def work(supervisor: Supervisor) -> None:
        metrics.begin(settings.var)
        await _start_and_keep(supervisor, settings, say)

    return await _in_household(settings.var, work, say)


async def _start_and_keep(supervisor: Supervisor, settings: Settings, say: Say) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_start_rasa(group, supervisor, settings, say))
            prepare = (sys.executable, "-m", "hairline", "prepare")
            for line in await supervisor.work(
                "clinic and database", "prepare", prepare, processes.python_environment(settings)
            ):
                say(line)
            kept = processes.ours(settings)
            for process in kept:
                group.create_task(supervisor.keep(process))
            await supervisor.wait_ready(
                *processes.names("rasa", settings.rasa_workers), *(process.name for process in kept)
            )
            await _until_web_is_ready(settings)
            supervisor.all_ready()
            say(f"\nHairline is ready: {settings.public_url}   (Ctrl-C stops it)\n")
    except* Failed as failures:
        raise failures.exceptions[0] from None


async def _start_rasa(group: asyncio.TaskGroup, supervisor: Supervisor, settings: Settings, say: Say) -> None:
    path = await model.prepare(supervisor, processes.rasa_environment(settings), say)
    say(f"model: {path.name}")
    for process in processes.rasa(settings, path):
        group.create_task(supervisor.keep(process))


async def _until_web_is_ready(settings: Settings) -> None:
    """Returns when each web process says that visitors would be answered. Raises Failed."""
    for url in settings.local_urls:
        readyz = f"{url}/readyz"
        for _ in range(READY_WITHIN * 4):
            if await asyncio.to_thread(answers, readyz, {}, 5):
                break
            await asyncio.sleep(0.25)
        else:
            raise Failed(
                f"every process is up, but {readyz} does not say so; "
                "open it to see what is missing, and var/log/web.log"
            )


async def _in_household(var: Path, work: Callable[[Supervisor], Coroutine[Any, Any, None]], say: Say) -> int:
    try:
        async with Household(var) as household:
            supervisor = Supervisor(household, say)
            return await until_signalled(work(supervisor), supervisor.stop(), say)
    except AlreadyRunning:
        say(f"Hairline already runs with {var}; stop that one first, or set HAIRLINE_VAR and other ports for a second.")
        return 1


def _faults(settings: Settings) -> list[str]:
    """What would keep Hairline from starting, each with its mend."""
    faults = []
    if not settings.clinic.is_file():
        faults.append(f"The clinic's profile {settings.clinic} is missing; set HAIRLINE_CLINIC in .env to where it is.")
    for name, host, port in (
        *(("HAIRLINE_PORT", settings.host, port) for port in settings.web_ports),
        *(("HAIRLINE_RASA_PORT", "127.0.0.1", port) for port in settings.rasa_ports),
        *(("HAIRLINE_ACTIONS_PORT", "127.0.0.1", port) for port in settings.actions_ports),
    ):
        try:
            free = ports.is_free(host, port)
        except OSError:
            faults.append(
                f"This machine has no address {host}; set HAIRLINE_HOST in .env to one it has, such as 127.0.0.1."
            )
            continue
        if not free:
            faults.append(f"Port {port} is taken by {ports.holder(port)}; set {name} in .env to another number.")
    return faults


def _with_secret(settings: Settings) -> Settings:
    """The settings with a shared secret, made now where none was set."""
    return dataclasses.replace(settings, internal_secret=settings.internal_secret or secrets.token_urlsafe(32))
