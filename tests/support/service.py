"""The service on a small real library, through HTTP.

`indexed_library` is made once a session: three videos of two cameras, one of them with sound,
indexed with the compact profile. `service` gives a client on a copy of it. Models and the
application are imported when they are needed: every test of the package comes through here.
"""

import shutil
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from starlette.testclient import TestClient

from tests.support.tiny_footage import write_video

if TYPE_CHECKING:
    from encoders.base import Profile
    from indexer.report import IndexReport

PLAIN_LOGS = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
)
LOOPBACK = ("127.0.0.1", 50_000)
PATTERN = "{camera}/{start:%Y%m%d_%H%M%S}*"
OpenService = Callable[..., TestClient]


@cache
def profile(name: str = "compact") -> "Profile":
    """Loaded once a process."""
    from encoders.registry import load_profile

    return load_profile(name)


def make_service_library(folder: Path) -> Path:
    """FOLDER/footage/{gate,yard}/TIME.mp4, and FOLDER/library, which knows them."""
    footage = folder / "footage"
    write_video(footage / "gate" / "20261101_100000.mp4", seconds=14, seed=1, sound=True)
    write_video(footage / "gate" / "20261101_110000.mp4", seconds=9, seed=2)
    write_video(footage / "yard" / "20261101_100000.mp4", seconds=11, seed=3)
    index_footage(folder / "library", footage)
    return folder / "library"


def index_footage(library: Path, *folders: Path) -> "IndexReport":
    """Indexes in this process, with the compact profile; cameras and times are in the names."""
    from indexer.discovery import discover
    from indexer.pipeline import IndexSettings, index_files
    from segments.sources import NamePattern, SourceRules

    rules = SourceRules(pattern=NamePattern(PATTERN))
    files = discover(folders, skip=library)
    return index_files(library, files, profile(), IndexSettings(rules=rules))


@contextmanager
def open_service(library: Path, **settings: Any) -> Generator[TestClient]:
    """A client of a service over `library`, on loopback; the service stops at the block's end.

    Its jobs fail at once: `tests.support.jobs` has a service whose jobs index.
    """
    from indexer.rescoring import rescore
    from indexer.spaces import remove_from_all
    from indexer.upkeep import refresh_between_runs
    from search_api.jobs.desk import JobParts
    from search_api.service.app import create_app
    from search_api.service.settings import ServiceSettings

    structlog.configure(processors=list(PLAIN_LOGS))
    app = create_app(
        ServiceSettings(library=library, **{"makes_library": False, **settings}),
        load_profile=profile,
        upkeep=refresh_between_runs,
        remove=remove_from_all,
        job_parts=JobParts(command=("false",)),
        rescore=rescore,
    )
    client = TestClient(app, "http://127.0.0.1", client=LOOPBACK, raise_server_exceptions=False)
    with client:
        yield client


@pytest.fixture(scope="session")
def indexed_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read only: `service` copies it."""
    return make_service_library(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def client(
    indexed_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[TestClient]:
    """A client of one service for a whole file of tests that change nothing."""
    root = tmp_path_factory.mktemp("served") / "library"
    shutil.copytree(indexed_library, root)
    with open_service(root) as found:
        yield found


@pytest.fixture
def service(indexed_library: Path, tmp_path: Path) -> Generator[OpenService]:
    """`service(**settings)` is a client on a copy of the small library, in tmp_path/library."""
    with ExitStack() as opened:

        def open_copy(**settings: Any) -> TestClient:
            root = tmp_path / "library"
            if not root.exists():
                shutil.copytree(indexed_library, root)
            return opened.enter_context(open_service(root, **settings))

        yield open_copy
