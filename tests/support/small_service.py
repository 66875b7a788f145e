"""The service on the library of `small_library`, whose model knows one word: no footage is read.

Keys are made on disk, as `retrace keys create` makes them.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from encoders.base import Profile
from indexer.spaces import remove_from_all
from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.service.app import create_app
from search_api.service.settings import ServiceSettings
from tests.support.service import LOOPBACK
from tests.support.small_library import TinyProfile, make_library

Headers = dict[str, str]


def tiny_profile(name: str) -> Profile:
    return TinyProfile()  # type: ignore[return-value] # it compares no pictures


@contextmanager
def open_small_service(
    root: Path, *, client: tuple[str, int] = LOOPBACK, **settings: Any
) -> Generator[TestClient]:
    """A client of a service over the library at `root`, made where there is none."""
    if not root.exists():
        make_library(root)
    app = create_app(
        ServiceSettings(library=root, **settings),
        load_profile=tiny_profile,
        remove=remove_from_all,
    )
    opened = TestClient(app, "http://127.0.0.1", client=client, raise_server_exceptions=False)
    with opened:
        yield opened


def make_key(root: Path, name: str, role: Role, *, cameras: Sequence[str] = ()) -> Headers:
    """A new key, as the headers that send it."""
    with Keys(access_file(root)) as keys:
        _, token = keys.create(name, role, cameras=tuple(cameras))
    return bearer(token)


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}
