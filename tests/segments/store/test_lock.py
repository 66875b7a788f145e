import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from segments.errors import LibraryError
from segments.store.lock import OwnerLock

ROOT = Path(__file__).parents[3]

OWNER = """
import sys, time
from pathlib import Path
from segments.store.lock import OwnerLock
sys.argv = ["/usr/bin/retrace", "index", "--api-key", "secret"]
OwnerLock.acquire(Path(%r))
print("owned", flush=True)
time.sleep(60)
"""


def test_a_second_process_is_told_who_the_owner_is(tmp_path: Path) -> None:
    path = tmp_path / "owner.lock"
    command = [sys.executable, "-c", OWNER % str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "owned\n"
        expected = rf"in use by retrace index \(pid {owner.pid} on .+\) since 20\d\d-"
        with pytest.raises(LibraryError, match=expected) as caught:
            OwnerLock.acquire(path)
        assert str(tmp_path) in str(caught.value)
        assert "secret" not in path.read_text()
        owner.kill()
    OwnerLock.acquire(path).release()  # killed: nothing stale stays


def test_a_second_store_in_this_process_is_refused_until_release(tmp_path: Path) -> None:
    path = tmp_path / "owner.lock"
    first = OwnerLock.acquire(path)
    assert json.loads(path.read_bytes())["pid"] == os.getpid()
    with pytest.raises(LibraryError, match=re.escape(f"(pid {os.getpid()} ")):
        OwnerLock.acquire(path)
    first.release()
    first.release()
    OwnerLock.acquire(path).release()


def test_waiting_for_the_owner_to_leave(tmp_path: Path) -> None:
    path = tmp_path / "owner.lock"
    first = OwnerLock.acquire(path)
    begun = time.monotonic()
    with pytest.raises(LibraryError):
        OwnerLock.acquire(path, wait_s=0.3)
    assert 0.3 <= time.monotonic() - begun < 5
    leaving = threading.Timer(0.3, first.release)
    leaving.start()
    OwnerLock.acquire(path, wait_s=20).release()
    leaving.join()


def test_an_owner_that_has_not_written_its_name_yet(tmp_path: Path) -> None:
    path = tmp_path / "owner.lock"
    first = OwnerLock.acquire(path)
    path.write_text("")
    with pytest.raises(LibraryError, match="in use by another process"):
        OwnerLock.acquire(path)
    first.release()


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "owner.lock"
    script = f"""
import os, sys, time
from pathlib import Path
from segments.store.lock import OwnerLock
lock = OwnerLock.acquire(Path({str(path)!r}))
if os.fork() == 0:
    time.sleep(60)
print(os.getpid(), flush=True)
os.kill(os.getpid(), 9)
"""
    command = [sys.executable, "-c", script]
    # a session of its own: the child that outlives the owner is ended through its group
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as owner:
        assert owner.stdout is not None
        assert int(owner.stdout.readline()) == owner.pid
        owner.wait()
        try:
            OwnerLock.acquire(path, wait_s=10).release()
        finally:
            os.killpg(owner.pid, 9)


def test_a_library_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "absent" / "owner.lock", tmp_path / "file" / "owner.lock"):
        with pytest.raises(LibraryError, match="cannot be written to"):
            OwnerLock.acquire(path)
