"""Many people at once, beside somebody who indexes: nobody is refused, and nothing is lost."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.processes import serving, start_index
from tests.support.service import PATTERN
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

NUM_SEARCHERS, NUM_SEARCHES = 50, 500
NUM_WRITERS, NUM_NOTES = 4, 15
MAX_GROWTH_BYTES = 256 << 20
TEXTS = ("a person runs", "fire", "two cars", "somebody falls", "a dog at night")
Statuses = Counter[int]


def in_threads(count: int, work: Callable[[int], Statuses]) -> Statuses:
    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(work, range(count)), Counter[int]())


@pytest.mark.slow
def test_fifty_search_while_footage_comes(indexed_library: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(indexed_library, tmp_path / "library"))
    more = tmp_path / "more"
    new = {
        str(write_video(more / "yard" / f"20261102_1{hour}0000.mp4", seconds=9, seed=50 + hour))
        for hour in range(3)
    }
    is_indexed = threading.Event()
    with serving(root, tmp_path / "log") as served, httpx.Client(base_url=served.url) as client:
        body = {"text": TEXTS[0], "limit": 100, "merge": False}
        client.post("/v1/search", json=body, timeout=60).raise_for_status()
        before = psutil.Process(served.process.pid).memory_info().rss

        def search(number: int) -> Statuses:
            statuses = Counter[int]()
            with httpx.Client(base_url=served.url, timeout=60) as own:
                while not is_indexed.is_set() or statuses.total() < NUM_SEARCHES / NUM_SEARCHERS:
                    text = TEXTS[(number + statuses.total()) % len(TEXTS)]
                    statuses[own.post("/v1/search", json={"text": text}).status_code] += 1
            return statuses

        def index() -> str:
            try:
                with start_index(root, more, "--name-pattern", PATTERN) as process:
                    said = process.communicate(timeout=300)[0]
                    assert process.returncode == 0, said
                    return said
            finally:
                is_indexed.set()

        with ThreadPoolExecutor(1) as pool:
            indexing = pool.submit(index)
            statuses = in_threads(NUM_SEARCHERS, search)
            indexing.result()
        assert set(statuses) == {200}, statuses
        assert statuses.total() >= NUM_SEARCHES

        def found() -> set[str]:
            hits = client.post("/v1/search", json=body, timeout=60).json()["hits"]
            return {hit["video"] for hit in hits}

        wait_until(lambda: new <= found())
        assert client.get("/v1/library").json()["spooled_chunks"] == 0
        grown = psutil.Process(served.process.pid).memory_info().rss - before
        assert grown < MAX_GROWTH_BYTES, grown


def test_no_write_to_a_case_is_lost(indexed_library: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(indexed_library, tmp_path / "library"))
    with serving(root, tmp_path / "log") as served, httpx.Client(base_url=served.url) as client:
        case_id = client.post("/v1/cases", json={"name": "shared"}).json()["case_id"]
        video_id = client.get("/v1/videos").json()["videos"][0]["video_id"]
        path = f"/v1/cases/{case_id}"

        def write(number: int) -> Statuses:
            statuses = Counter[int]()
            with httpx.Client(base_url=served.url, timeout=60) as own:
                for turn in range(NUM_NOTES):
                    note = {"text": f"{number}/{turn}"}
                    end_s = number + (1 + turn) / NUM_NOTES
                    finding = {"video_id": video_id, "start_s": number, "end_s": end_s}
                    statuses[own.post(f"{path}/notes", json=note).status_code] += 1
                    hits = own.post(f"{path}/hits", json={"findings": [finding]})
                    statuses[hits.status_code] += 1
            return statuses

        assert in_threads(NUM_WRITERS, write) == {201: 2 * NUM_WRITERS * NUM_NOTES}
        case = client.get(path).json()
        verdict = client.get("/v1/audit/verification").json()
    wanted = {(number, turn) for number in range(NUM_WRITERS) for turn in range(NUM_NOTES)}
    notes = [tuple(map(int, note["text"].split("/"))) for note in case["notes"]]
    assert (len(notes), set(notes)) == (len(wanted), wanted)
    hits = [
        (int(hit["start_s"]), round((hit["end_s"] - hit["start_s"]) * NUM_NOTES) - 1)
        for hit in case["hits"]
    ]
    assert (len(hits), set(hits)) == (len(wanted), wanted)
    assert verdict["is_whole"]
    assert verdict["num_entries"] >= 2 * len(wanted)
