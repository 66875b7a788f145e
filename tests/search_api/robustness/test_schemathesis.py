"""The whole specification against the service: generated requests, right ones and wrong ones.

Each operation that takes anything is asked at least `NUM_EXAMPLES` times, with the edges of every
field first; the seed is fixed. Every check of schemathesis is on, for every operation. One of them
wants whatever fits the schema to be accepted: what `SENSELESS` and `UNSAID` name is excused.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.python import asgi

from search_api.access.roles import Role
from search_api.jobs.runner import LOCK
from segments.library import Library
from segments.store.lock import OwnerLock
from tests.support.feeding import Feeder
from tests.support.service import open_service
from tests.support.small_service import Headers, make_key

SEED, NUM_EXAMPLES = 20261101, 200
SPECIFICATION = Path(__file__).parents[3] / "docs" / "openapi.json"
UNLIMITED = {
    "requests_per_s": 100_000,
    "request_burst": 1_000_000,
    "failures_per_minute": 100_000,
    "max_uploads": 100_000,
    "max_jobs_waiting": 10_000,
    "min_free_bytes": 0,
}
SENSELESS = {"unanswerable", "unreadable-media", "outside-video", "beyond-limit", "outside-roots"}
"""Codes of well-formed requests that make no sense in this library: no schema can say these."""
UNSAID = (
    "give one of at_s and pts",
    "boxes and heat are drawn by at_s, not by pts",
    "body: give a case, or a span of a video instead",
    "body: give paths, or ids of footage instead",
    "body: nothing lies after",
    "body: the crop",
    "body.name_pattern: only printable",
    "body.camera: only printable",
    "body.text: give one line of words",
)
"""Rules between fields, and of Unicode, which no schema can say either."""


class Door:
    """The service of this module, once it is there: tests are made before it."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "it runs already"
        await self.app(scope, receive, send)


config = SchemathesisConfig(seed=SEED)
config.projects.default.generation.with_security_parameters = False  # the key always comes along
specification = schemathesis.openapi.from_path(SPECIFICATION, config=config)
specification.app = door = Door()
schemathesis.serializer.alias("application/zip", "application/octet-stream")


@specification.hook
def filter_query(context: Any, query: dict[str, Any] | None) -> bool:
    """What is not sent, a list of nothing or a null, makes no request wrong."""
    return not any(value in ([], None) for value in (query or {}).values())


@specification.hook
def filter_failure(context: Any, failure: Failure, case: Case, response: Response) -> bool:
    """A request that a schema calls right may be refused for what no schema can say."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    if case.method == "HEAD":
        return False  # it gets no body that says why; the same by GET does
    problem = response.json()
    return problem["code"] not in SENSELESS and not problem["detail"].startswith(UNSAID)


@dataclass
class Place:
    """The service that is asked."""

    headers: Headers
    feeder: Feeder
    session: asgi.ASGIClient
    """One for all requests, which asks nobody for proxies."""


@pytest.fixture(scope="module")
def place(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("schemathesis")
    root = Path(shutil.copytree(indexed_library, folder / "library"))
    key = make_key(root, "admin", Role.ADMIN)
    library = Library.open(root)
    footage = indexed_library.parent / "footage"
    lock = OwnerLock.acquire(root / LOCK)  # so that this service takes jobs, and does none
    own = {"hosts": (asgi.HOST,), "evidence_key": folder / "key", "roots": (footage,)}
    with open_service(root, **own, **UNLIMITED) as client:
        door.app = client.app
        session = asgi.ASGIClient(door)
        session.trust_env = False
        yield Place(key, Feeder(client, library, key), session)
    lock.release()


@pytest.fixture
def statuses() -> Iterator[Counter[int]]:
    """Of the answers to one operation, which must be more than refusals."""
    found = Counter[int]()
    yield found
    assert any(status < 300 for status in found), found


@pytest.mark.slow
@specification.parametrize()
@settings(
    max_examples=NUM_EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_specified(case: Case, place: Place, statuses: Counter[int]) -> None:
    sent: dict[str, Any] = {
        "headers": place.headers,
        "session": place.session,
        **place.feeder.feed(case),
    }
    response = case.call(**sent)
    statuses[response.status_code] += 1
    place.feeder.clean_up(response, case.operation.label)
    case.validate_response(response, headers=place.headers, transport_kwargs=sent)
