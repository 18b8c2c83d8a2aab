"""Processor time of running processes, from the kernel's own accounts."""

import os
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """Spent so far by a process, its living descendants and those that have ended."""
    # behind the name, which may hold anything but ends at the last bracket
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    spent = sum(map(int, fields[11:15])) * TICK_S
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            spent += seconds(int(child))
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended this moment: its time is the parent's by the next look
    return spent
