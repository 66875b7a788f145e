"""What import-linter cannot see: where packages come from, and what light imports must not load."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("segments", "encoders", "detectors", "indexer", "search_api", "ui", "benchmarks", "cli")
HEAVY = (
    "torch",
    "transformers",
    "av",
    "cv2",
    "qdrant_client",
    "qdrant_edge",
    "streamlit",
    "fastapi",
)


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_are_ours(name):
    """Flat names collide easily: PyPI has a `detectors` and wheels that ship `benchmarks`."""
    file = importlib.import_module(name).__file__
    assert file is not None
    assert Path(file).parent == ROOT / name


def test_nothing_in_the_page_shadows_a_module():
    """Streamlit puts ui/ first on sys.path."""
    taken = set(sys.stdlib_module_names) | set(PACKAGES)
    assert {path.stem for path in (ROOT / "ui").glob("*")} & taken == set()


@pytest.mark.parametrize("name", ["segments.catalog", "segments.sources", "cli.main"])
def test_light_modules_load_nothing_heavy(name):
    code = f"import sys, {name}; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_no_file_loads_pickles_or_names_this_machine():
    forbidden = ("torch.load(", "pickle.load", "allow_pickle=True", "weights_only=False")
    for path in ROOT.rglob("*.py"):
        if ".venv" in path.parts or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        if path == ROOT / "encoders/models/conversion.py":  # the one door for published pickles
            safe = 'torch.load(source, map_location="cpu", weights_only=True, mmap=mapped)'
            assert text.count("torch.load(") == text.count(safe) == 1
            text = text.replace(safe, "")
        assert not [word for word in forbidden if word in text], path
