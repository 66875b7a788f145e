"""`retrace serve` and `retrace index` as processes of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
_ADDRESS = re.compile(r"listening at (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Served:
    """A running `retrace serve`."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path


def environment(**settings: object) -> dict[str, str]:
    """Of a process here, with settings as RETRACE_NAME, and others in capitals as they are."""
    named = {
        f"RETRACE_{name.upper()}" if name.islower() else name: v for name, v in settings.items()
    }
    calm = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return os.environ | calm | {name: str(value) for name, value in named.items()}


@contextmanager
def serving(library: Path, log: Path, **settings: object) -> Generator[Served]:
    """A service at a free port, once it answers; it is killed at the block's end."""
    command = [sys.executable, "-m", "cli", "serve", str(library), "--port", "0"]
    with (
        log.open("wb") as err,
        subprocess.Popen(command, cwd=ROOT, env=environment(**settings), stderr=err) as process,
    ):
        try:
            wait_until(lambda: bool(_ADDRESS.search(log.read_text())) or process.poll() is not None)
            found = _ADDRESS.search(log.read_text())
            assert found, log.read_text()
            yield Served(process, found[1], log)
        finally:
            process.kill()


def start_index(library: Path, *words: str | Path) -> subprocess.Popen[str]:
    """`retrace index WORDS --library LIBRARY`, begun."""
    command = [sys.executable, "-m", "cli", "index", *map(str, words), "--library", str(library)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
