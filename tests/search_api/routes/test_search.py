"""Searching over HTTP: the same hits as in this process, and every refusal in one shape."""

import io
import shutil
import wave
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.requests import MAX_TEXT_CHARS, SearchRequest
from search_api.searching import Searcher
from segments.catalog import Catalog
from segments.library import Library
from segments.store.opening import create_space, open_store
from tests.support.service import open_service, profile

WORDS = "a person runs across the yard"


@pytest.fixture(scope="module")
def in_process(
    indexed_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Searcher]:
    root = tmp_path_factory.mktemp("alone") / "library"
    shutil.copytree(indexed_library, root)
    library = Library.open(root)
    store = open_store(library)
    with Catalog(library) as catalog:
        yield Searcher(library, store, catalog, profile())
    store.close()


def wav(seconds: float, *, hz: float = 440.0) -> bytes:
    times = np.arange(round(seconds * 16_000)) / 16_000
    samples = (0.3 * np.sin(2 * np.pi * hz * times) * 32_767).astype("<i2")
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def numbers(hits: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(hit["video_id"], hit["start_s"]) for hit in hits]


def scores(hits: list[dict[str, Any]]) -> list[float]:
    return [hit["score"] for hit in hits]


@pytest.mark.parametrize(
    "body",
    [
        {"text": WORDS},
        {"text": WORDS, "alpha": 1.0, "limit": 2},
        {"text": WORDS, "level": "scene"},
        {"text": WORDS, "cameras": ["gate"]},
        {"text": WORDS, "after": "2026-11-01T10:30:00Z", "merge": False},
    ],
)
def test_hits_are_those_of_a_searcher_in_this_process(
    client: TestClient, in_process: Searcher, body: dict[str, Any]
) -> None:
    answer = client.post("/v1/search", json=body)
    assert answer.status_code == 200
    expected = in_process.search(SearchRequest.model_validate(body)).model_dump(mode="json")
    found = answer.json()
    assert numbers(found["hits"]) == numbers(expected["hits"])
    assert found["hits"]
    assert scores(found["hits"]) == pytest.approx(scores(expected["hits"]), abs=1e-5)
    assert found["query"] == expected["query"]


def test_parts_sum_to_the_score(client: TestClient) -> None:
    for hit in client.post("/v1/search", json={"text": WORDS}).json()["hits"]:
        assert sum(hit["parts"].values()) == pytest.approx(hit["score"], abs=1e-6)
        assert set(hit["parts"]) == {"cls.appearance", "cls.motion", "avg.appearance", "avg.motion"}


def test_twenty_people_at_once_get_what_each_would_get_alone(client: TestClient) -> None:
    texts = [f"{n} people and a dog" for n in range(20)]

    def ask(text: str) -> tuple[int, list[float]]:
        answer = client.post("/v1/search", json={"text": text})
        return answer.status_code, scores(answer.json()["hits"])

    with ThreadPoolExecutor(20) as threads:
        together = list(threads.map(ask, texts))
    assert {status for status, _ in together} == {200}
    with Searching(client) as alone:
        for text, (_, found) in zip(texts, together, strict=True):
            assert found == pytest.approx(alone.scores(text), abs=1e-5)


class Searching:
    """Encodes by the profile itself, so that nothing of a batch or a memory comes in."""

    def __init__(self, client: TestClient) -> None:
        self._owner = client.app.state.service.owner  # type: ignore[attr-defined]

    def __enter__(self) -> "Searching":
        self._use = self._owner.use()
        self._opened = self._use.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._use.__exit__(None, None, None)

    def scores(self, text: str) -> list[float]:
        with Catalog(self._opened.library) as catalog:
            searcher = Searcher(self._opened.library, self._opened.store, catalog, profile())
            return [hit.score for hit in searcher.search(SearchRequest(text=text)).hits]


def test_a_sound_is_searched_by_its_upload(client: TestClient) -> None:
    headers = {"content-type": "application/octet-stream"}
    sent = client.post("/v1/uploads", content=wav(2), headers=headers).json()
    answer = client.post(
        "/v1/search", json={"audio": sent["upload_id"], "sound_mode": "sound-to-sound"}
    )
    assert answer.status_code == 200
    # only the video with a sound track can be found by its sound
    assert len({hit["video_id"] for hit in answer.json()["hits"]}) == 1
    assert all(set(hit["parts"]) == {"audio"} for hit in answer.json()["hits"])


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({}, "unanswerable", "the query is empty"),
        ({"text": "  "}, "unanswerable", "the query is empty"),
        ({"text": WORDS, "cameras": ["roof"]}, "unanswerable", "known are gate, yard"),
        ({"text": WORDS, "limit": 0}, "invalid-request", "body.limit"),
        ({"text": WORDS, "limit": 10**30}, "invalid-request", "body.limit"),
        ({"text": WORDS, "alpha": 1.1}, "invalid-request", "body.alpha"),
        ({"text": WORDS, "colour": "red"}, "invalid-request", "body.colour"),
        ({"text": "x" * (MAX_TEXT_CHARS + 1)}, "invalid-request", str(MAX_TEXT_CHARS)),
        ({"text": 7}, "invalid-request", "body.text"),
        ({"text": WORDS, "after": "2026-11-01T10:00:00"}, "invalid-request", "body.after"),
        ({"audio": "../../etc/passwd"}, "invalid-request", "body.audio"),
        ([WORDS], "invalid-request", "body"),
        (None, "invalid-request", "body"),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: TestClient, body: object, code: str, detail: str
) -> None:
    answer = client.post("/v1/search", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(client: TestClient, number: str) -> None:
    content = f'{{"text": "a dog", "min_score": {number}}}'
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/search", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_an_upload_that_is_not_there_is_said_so(client: TestClient) -> None:
    answer = client.post("/v1/search", json={"audio": "0" * 32})
    assert (answer.status_code, answer.json()["code"]) == (404, "no-upload")


def test_bodies_beyond_the_limit_are_refused_declared_or_not(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    limit = client.app.state.service.settings.max_body_bytes  # type: ignore[attr-defined]
    for content in (b" " * (limit + 1), (b" " * 65_536 for _ in range(limit // 65_536 + 1))):
        answer = client.post("/v1/search", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert str(limit) in answer.json()["detail"]


def test_the_library_says_what_there_is(client: TestClient) -> None:
    found = client.get("/v1/library").json()
    assert (found["profile"], found["videos"], found["footage_s"]) == ("compact", 3, 34.0)
    assert found["cameras"] == [{"name": "gate", "videos": 2}, {"name": "yard", "videos": 1}]
    assert found["detectors"] == ["alan"]
    assert found["points"] == client.app.state.service.owner._opened.store.count()  # type: ignore[attr-defined]
    assert found["vectors"]["audio"] == ["audio"]


def test_a_key_of_one_camera_finds_and_counts_nothing_of_others(
    indexed_library: Path, tmp_path: Path
) -> None:
    root = tmp_path / "library"
    shutil.copytree(indexed_library, root)
    with Keys(access_file(root)) as keys:
        _, token = keys.create("guard", Role.VIEWER, cameras=("yard",))
    with open_service(root) as client:
        assert client.post("/v1/search", json={"text": WORDS}).json()["code"] == "key-needed"
        client.headers["authorization"] = f"Bearer {token}"
        hits = client.post("/v1/search", json={"text": WORDS}).json()["hits"]
        assert {hit["camera"] for hit in hits} == {"yard"}
        refused = client.post("/v1/search", json={"text": WORDS, "cameras": ["gate"]}).json()
        assert refused["detail"] == "unknown camera 'gate': known are yard"
        found = client.get("/v1/library").json()
        assert found["cameras"] == [{"name": "yard", "videos": 1}]
        assert (found["videos"], found["footage_s"], found["spooled_chunks"]) == (1, 11.0, None)
        assert found["points"] == 1  # 11 s are one segment of every level
        assert client.get("/metrics").json()["code"] == "role-too-low"


def test_where_nothing_is_indexed_it_says_so(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "compact")
    create_space(library, profile().manifest)
    with open_service(library.root) as client:
        assert client.get("/readyz").status_code == 200
        answer = client.post("/v1/search", json={"text": WORDS})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-indexed")
        assert client.get("/v1/library").json()["videos"] == 0


def test_an_answer_says_what_took_how_long(client: TestClient) -> None:
    answer = client.post("/v1/search", json={"text": "a person runs"})
    spent = answer.headers["server-timing"].split(", ")
    assert [part.split(";dur=")[0] for part in spent] == ["encode", "store", "assemble"]
    assert all(float(part.split(";dur=")[1]) >= 0 for part in spent)
