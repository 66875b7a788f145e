import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedFile, LockedModel
from segments.errors import WeightsMissing

FILE = LockedFile(size_bytes=3, sha256="ab" * 32)
MODEL = LockedModel(family="clip", origin="folder /a", files={"config.json": FILE})

PUT_MANY = """
import sys
from pathlib import Path
from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedModel
lock = ModelLibrary(Path(sys.argv[1])).lock
for number in range(20):
    lock.put(f"{sys.argv[2]}-{number}", LockedModel(family="clip", origin="x", files={}))
"""


def test_entries_come_back(tmp_path: Path):
    lock = ModelLibrary(tmp_path / "new").lock
    assert lock.read() == {}
    lock.put("a", MODEL)
    lock.put("b", MODEL)
    lock.remove("a")
    lock.remove("never there")
    assert lock.read() == {"b": MODEL}
    assert lock.path == tmp_path / "new" / "models.lock.json"


def test_threads_lose_nothing(tmp_path: Path):
    lock = ModelLibrary(tmp_path).lock
    names = [f"model-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: lock.put(name, MODEL), names))
    assert set(lock.read()) == set(names)


def test_processes_lose_nothing(tmp_path: Path):
    command = [sys.executable, "-c", PUT_MANY, str(tmp_path)]
    running = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    assert [process.wait() for process in running] == [0, 0]
    assert len(ModelLibrary(tmp_path).lock.read()) == 40


def test_a_damaged_lock_file_is_named(tmp_path: Path):
    lock = ModelLibrary(tmp_path).lock
    lock.put("a", MODEL)
    lock.path.write_bytes(lock.path.read_bytes()[:-20])
    with pytest.raises(WeightsMissing, match=r"models\.lock\.json cannot be read"):
        lock.read()


@pytest.mark.parametrize("name", ["../outside", "a/b", ".hidden", ""])
def test_a_file_outside_the_models_folder_cannot_be_locked(name: str):
    with pytest.raises(ValidationError):
        LockedModel(family="clip", origin="x", files={name: FILE})


def test_a_revision_that_is_no_commit_cannot_be_locked():
    with pytest.raises(ValidationError):
        LockedModel(family="clip", origin="x", files={}, revision="main")


def test_a_converted_file_is_compared_by_its_pickle():
    pickled = MODEL.model_copy(update={"pickles": {"config.json": "cd" * 32}})
    assert (MODEL.digests, pickled.digests) == (
        {"config.json": "ab" * 32},
        {"config.json": "cd" * 32},
    )
