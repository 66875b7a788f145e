"""Fixtures that every test may use."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real footage and sound beside the checkout; not part of the project."""
    shared = Path(os.environ.get("RETRACE_SHARED", ROOT.parent / "shared"))
    if not shared.is_dir():
        pytest.skip(f"real data is not here: {shared} (set RETRACE_SHARED to its folder)")
    return shared / "data"


@pytest.fixture
def swift_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: making a store waits on the disk ten times."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < 2**30:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)
