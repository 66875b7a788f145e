"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real footage and sound beside the checkout; not part of the project."""
    shared = Path(os.environ.get("RETRACE_SHARED", ROOT.parent / "shared"))
    if not shared.is_dir():
        pytest.skip(f"real data is not here: {shared} (set RETRACE_SHARED to its folder)")
    return shared / "data"
