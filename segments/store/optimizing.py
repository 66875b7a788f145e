"""Building an Edge folder's approximate index outside this process, on a copy.

The engine holds the interpreter for as long as it builds (22 s for 40k points), so another process
does it: `python -m segments.store.optimizing FOLDER`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from qdrant_edge import EdgeShard

from segments.errors import LibraryError
from segments.files import sync_folder


def optimize_copy(folder: Path) -> Path:
    """Copies a flushed Edge folder beside itself and optimises the copy; its path.

    Raises:
        LibraryError: the other process failed; the copy is gone.
    """
    copy = _beside(folder, "optimized")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    command = [sys.executable, "-m", "segments.store.optimizing", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(copy, ignore_errors=True)
        raise LibraryError(
            f"the index of {folder} could not be built: {done.stderr.strip()[-500:]}"
        )
    return copy


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


def _optimize(folder: str) -> None:
    shard = EdgeShard.load(folder)
    shard.optimize()
    shard.flush()
    shard.close()


if __name__ == "__main__":
    _optimize(sys.argv[1])
