"""Adding int8 copies to an Edge folder outside this process, on a copy of the folder.

The engine holds the interpreter for as long as it works, so another process does it:
`python -m segments.store.optimizing FOLDER COPY DIMS`.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from segments.errors import LibraryError
from segments.files import sync_folder
from segments.store.shard import optimize_shard

_POLL_S = 0.1
_NICENESS = 10
"""Who searches meanwhile comes first."""


def optimize_copy(folder: Path, dims: Mapping[str, int], stop: Event | None = None) -> Path | None:
    """Copies a flushed Edge folder beside itself and optimises the copy; its path.

    Args:
        dims: of its vectors by name.
        stop: set by somebody who has no time for it; the copy is gone then, and None comes back.

    Raises:
        LibraryError: the other process failed; the copy is gone.
    """
    copy = _beside(folder, "optimized")
    shutil.rmtree(copy, ignore_errors=True)
    arguments = [str(folder), str(copy), json.dumps(dict(dims))]
    command = [sys.executable, "-m", "segments.store.optimizing", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        is_stopped = _wait(process, stop or Event())
        _, said = process.communicate()
    if process.returncode == 0:
        return copy
    shutil.rmtree(copy, ignore_errors=True)
    if is_stopped:
        return None
    raise LibraryError(f"the index of {folder} could not be built: {said.strip()[-500:]}")


def swap_in(copy: Path, folder: Path) -> None:
    """Puts the copy in the folder's place; a crash on the way is mended by `finish_swap`."""
    folder.rename(_beside(folder, "replaced"))
    copy.rename(folder)
    sync_folder(folder.parent)
    finish_swap(folder)


def finish_swap(folder: Path) -> None:
    """Leaves one whole folder, whatever a crash left behind. Call it before loading."""
    replaced = _beside(folder, "replaced")
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)
    for left_over in (replaced, _beside(folder, "optimized")):
        shutil.rmtree(left_over, ignore_errors=True)


def _beside(folder: Path, role: str) -> Path:
    return folder.with_name(f".{folder.name}.{role}")


def _wait(process: subprocess.Popen[str], stop: Event) -> bool:
    """Waits for its end, or ends it; whether it was ended."""
    while process.poll() is None:
        if stop.wait(_POLL_S):
            process.kill()
            return True
    return False


def _optimize(folder: Path, copy: Path, dims: Mapping[str, int]) -> None:
    os.nice(_NICENESS)
    shutil.copytree(folder, copy)
    optimize_shard(copy, dims)


if __name__ == "__main__":
    _optimize(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
