"""Killed anywhere and run again, the library is the one of an undisturbed run."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import indexer.chunks
import indexer.engine
from indexer.ledger import Ledger
from segments.catalog import Catalog
from segments.library import Library
from segments.store.edge import EdgeStore
from segments.timed import TimedStore
from tests.support.indexing import SHORT_CHUNK_CLIPS, contents_of, index
from tests.support.tiny_footage import write_video

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "support" / "indexing.py"


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of one chunk, one of five with sound, and a file that is no video."""
    folder = tmp_path_factory.mktemp("footage")
    for seed, seconds in enumerate([3.0, 100.5]):
        write_video(folder / f"{seed}.mp4", seconds=seconds, seed=seed, sound=seed == 1)
    (folder / "text.mp4").write_text("this is no video")
    return folder


@pytest.fixture(scope="module")
def undisturbed(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    library = tmp_path_factory.mktemp("undisturbed") / "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexer.chunks, "CHUNK_CLIPS", SHORT_CHUNK_CLIPS)
        index(library, footage)
    return contents_of(library)


def start(library: Path, footage: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(library), str(footage)]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},  # as many threads, or the last bits differ
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def finish(child: subprocess.Popen[str]) -> float:
    """The seconds it says that indexing took."""
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    return float(output)


def test_the_undisturbed_library_is_complete(undisturbed: dict[str, Any]):
    assert len(undisturbed["videos"]) == 2
    assert {state for state, _ in undisturbed["states"].values()} == {"done"}
    assert undisturbed["left over"] == []
    assert len(undisturbed["points"]) > 20


def test_kill_9_at_five_random_moments(footage: Path, undisturbed: dict[str, Any], tmp_path: Path):
    whole_s = finish(start(tmp_path / "measured", footage))
    assert contents_of(tmp_path / "measured") == undisturbed
    rng = random.Random(4)
    library = tmp_path / "killed"
    for _ in range(5):
        child = start(library, footage)
        time.sleep(rng.uniform(0.05, 0.6) * whole_s)
        child.kill()
        child.communicate()
    finish(start(library, footage))
    assert contents_of(library) == undisturbed


class Killed(BaseException):
    """Stands for the end of the process at one exact place."""


def dies(function: Callable[..., Any], *, call: int, after: bool) -> Callable[..., Any]:
    """`function`, which dies in its `call`-th call, before or after it has done its work."""
    calls = 0

    def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            raise Killed
        result = function(*args, **options)
        if calls == call:
            raise Killed
        return result

    return wrapped


PLACES: list[tuple[object, str]] = [
    (indexer.engine, "write_chunk"),
    (Ledger, "begin"),
    (Ledger, "mark_chunk"),
    (EdgeStore, "upsert"),
    (TimedStore, "append"),
    (Catalog, "add_source"),
    (Catalog, "add_video"),
    (Ledger, "finish"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("owner", "name"), PLACES, ids=[name for _, name in PLACES])
def test_dying_at_an_exact_place(
    owner: object,
    name: str,
    after: bool,
    footage: Path,
    undisturbed: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", SHORT_CHUNK_CLIPS)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dies(getattr(owner, name), call=2, after=after))
        with pytest.raises(Killed):
            index(tmp_path / "library", footage)
    index(tmp_path / "library", footage)
    assert contents_of(tmp_path / "library") == undisturbed


def test_lost_features_start_a_video_anew(
    footage: Path, undisturbed: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(indexer.chunks, "CHUNK_CLIPS", SHORT_CHUNK_CLIPS)
    library = tmp_path / "library"
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "mark_chunk", dies(Ledger.mark_chunk, call=4, after=True))
        with pytest.raises(Killed):
            index(library, footage)
    (features,) = Library.open(library).work.glob("*/scores.npy")
    features.unlink()
    index(library, footage)
    assert contents_of(library) == undisturbed
