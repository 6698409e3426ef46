"""What a system's processes use, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory in MB (PSS: pages that processes share are divided among them) and CPU seconds since the start."""

    memory: float
    cpu: float


def descendants(pid: int) -> list[int]:
    """A process and all that came from it, as far as they still have their parents."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def usage(pid: int) -> Usage:
    """What one process uses; nothing where it is gone."""
    folder = Path("/proc") / str(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return Usage(0, 0)
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return Usage(kilobytes / 1024, (int(fields[11]) + int(fields[12])) / TICKS)


def usage_by_name(pids: dict[str, int], root: int) -> dict[str, Usage]:
    """What each named process uses with what it started, and under `others` the rest of what `root` started."""
    every = set(descendants(root))
    named: dict[str, Usage] = {}
    for name, pid in pids.items():
        family = set(descendants(pid))
        every -= family
        named[name] = total(family)
    return {**named, "others": total(every)}


def total(pids: set[int]) -> Usage:
    """What several processes use together."""
    all_used = [usage(pid) for pid in pids]
    return Usage(sum(one.memory for one in all_used), sum(one.cpu for one in all_used))
