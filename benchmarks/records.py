"""The record of a run: everything needed to believe it and to repeat it."""

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel, ConfigDict

from segments.files import sha256_of, write_atomically

ROOT = Path(__file__).parent.parent
VERSIONS = ("torch", "transformers", "av", "opencv-python-headless", "numpy", "qdrant-edge-py")
NUMBERS = re.compile(r"\[\s+(-?\d[-+.\deE,\s]*?)\s+\]")


class RunRecord(BaseModel):
    """One run of one task."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    task: str
    command: str
    date: str
    git_sha: str
    """With "+changes" where the working tree differs from the commit."""
    seed: int
    hardware: dict[str, str | int]
    versions: dict[str, str]
    data: dict[str, str]
    """SHA-256 per data set, over the sorted digests of its files."""
    weights: dict[str, str]
    timings_s: dict[str, float]
    arguments: dict[str, Any] = {}
    """What the task was run with: enough for `retrace bench replay` to run it again."""
    scores: dict[str, Any]

    def save(self, path: Path) -> None:
        """Indented JSON; a list of numbers (ranks of hundreds of queries) stays on one line."""
        text = NUMBERS.sub(_on_one_line, self.model_dump_json(indent=2))
        write_atomically(path, f"{text}\n".encode())


def _on_one_line(numbers: re.Match[str]) -> str:
    return "[" + ", ".join(number.strip() for number in numbers[1].split(",")) + "]"


def new_record(task: str, *, command: str, seed: int, **facts: Any) -> RunRecord:
    """A record of this moment on this machine; `facts` are the fields that the run itself knows."""
    return RunRecord(
        task=task,
        command=command,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        git_sha=git_sha(),
        seed=seed,
        hardware={
            "machine": platform.machine(),
            "cores": os.cpu_count() or 0,
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
        },
        versions={"python": platform.python_version()} | {name: version(name) for name in VERSIONS},
        **facts,
    )


def digest_of(files: Iterable[Path]) -> str:
    """One SHA-256 for a set of files: over their sorted digests, whatever their names."""
    digests = sorted(sha256_of(path) for path in files)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


@cache
def git_sha() -> str:
    """The commit of the checkout when first asked, "unknown" outside of one.

    A long task asks as it starts: by its end the checkout may be another.
    """

    def git(*arguments: str) -> str:
        run = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
        )
        return run.stdout.strip() if run.returncode == 0 else ""

    sha = git("rev-parse", "HEAD")
    if not sha:
        return "unknown"
    return sha + ("+changes" if git("status", "--porcelain", "--untracked-files=no") else "")
