"""Who is let in, through HTTP."""

from pathlib import Path

import pytest

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from tests.support.small_library import make_library
from tests.support.small_service import bearer, make_key, open_small_service

ME = "/v1/me"


@pytest.fixture
def root(swift_path: Path) -> Path:
    return make_library(swift_path / "library").root


def test_at_this_machine_no_key_is_needed_until_one_was_made(root: Path) -> None:
    with open_small_service(root) as client:
        answer = client.get(ME)
        assert answer.json() == {
            "key_id": None,
            "name": "local",
            "role": "admin",
            "cameras": None,
        }
        headers = make_key(root, "desk", Role.INVESTIGATOR, cameras=["gate"])
        assert client.get(ME).status_code == 401
        mine = client.get(ME, headers=headers).json()
        assert (mine["name"], mine["role"], mine["cameras"]) == ("desk", "investigator", ["gate"])
        with Keys(access_file(root)) as keys:
            keys.revoke("desk")
        assert client.get(ME, headers=headers).status_code == 401
        assert client.get(ME).status_code == 401  # a key was made, if only once


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_proxies_and_pages_from_elsewhere_are_not_this_machine(
    root: Path, headers: dict[str, str]
) -> None:
    with open_small_service(root) as client:
        assert client.get(ME, headers=headers).status_code == 401
        assert client.get(ME, headers={"Origin": "http://localhost:8501"}).status_code == 200


def test_elsewhere_a_key_is_needed(root: Path) -> None:
    with open_small_service(root, client=("203.0.113.9", 4000)) as client:
        assert client.get(ME).status_code == 401
        headers = make_key(root, "desk", Role.VIEWER)
        assert client.get(ME, headers=headers).json()["name"] == "desk"


def test_a_refusal_says_what_is_needed(root: Path) -> None:
    headers = make_key(root, "desk", Role.VIEWER)
    with open_small_service(root) as client:
        missing, wrong = client.get(ME), client.get(ME, headers=bearer("rtr_x"))
        low = client.get("/v1/keys", headers=headers)
    for answer in (missing, wrong):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "key-needed"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="retrace"')
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert (low.status_code, low.json()["code"]) == (403, "role-too-low")
    assert low.json()["detail"] == "the key 'desk' is a viewer's; this needs admin"


def test_other_schemes_and_the_query_carry_no_key(root: Path) -> None:
    token = make_key(root, "desk", Role.VIEWER)["Authorization"].removeprefix("Bearer ")
    with open_small_service(root) as client:
        assert client.get(ME, headers={"Authorization": f"Basic {token}"}).status_code == 401
        assert client.get(ME, params={"key": token}).status_code in (401, 422)
        assert client.get(ME, headers={"Authorization": f"bearer {token}"}).status_code == 200


def test_who_asks_too_often_waits(root: Path) -> None:
    one, other = (make_key(root, name, Role.VIEWER) for name in ("one", "other"))
    with open_small_service(root, requests_per_s=0.01, request_burst=2) as client:
        codes = [client.get(ME, headers=one).status_code for _ in range(3)]
        refused = client.get(ME, headers=one)
        assert client.get(ME, headers=other).status_code == 200
    assert codes == [200, 200, 429]
    assert refused.json()["code"] == "too-many-requests"
    assert 90 < int(refused.headers["retry-after"]) <= 101


def test_nobody_else_waits_for_the_person_at_the_machine(root: Path) -> None:
    with open_small_service(root, requests_per_s=0.01, request_burst=1) as client:
        assert [client.get(ME).status_code for _ in range(3)] == [200, 200, 200]


def test_who_has_no_key_is_soon_told_to_wait_and_keys_go_on(root: Path) -> None:
    headers = make_key(root, "desk", Role.VIEWER)
    with open_small_service(root, failures_per_minute=2) as client:
        codes = [client.get(ME, headers=bearer(f"rtr_{n}")).status_code for n in range(3)]
        assert client.get(ME).status_code == 429
        assert client.get(ME, headers=headers).status_code == 200
    assert codes == [401, 401, 429]


def test_without_a_library_nobody_is_let_in(swift_path: Path) -> None:
    (swift_path / "library").mkdir()
    with open_small_service(swift_path / "library", makes_library=False) as client:
        answer = client.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (503, "library-unavailable")
    assert not list((swift_path / "library").iterdir())


def test_keys_of_a_library_that_was_put_back_count_at_once(root: Path) -> None:
    old = make_key(root, "old", Role.VIEWER)
    with open_small_service(root) as client:
        assert client.get(ME, headers=old).status_code == 200
        for file in root.glob("access.sqlite*"):
            file.unlink()
        new = make_key(root, "new", Role.VIEWER)
        assert client.get(ME, headers=old).status_code == 401
        assert client.get(ME, headers=new).status_code == 200


def test_nobody_else_on_the_machine_can_read_the_file(root: Path) -> None:
    make_key(root, "desk", Role.VIEWER)
    assert (root / "access.sqlite").stat().st_mode & 0o777 == 0o600
    (root / "access.sqlite").chmod(0o644)
    make_key(root, "other", Role.VIEWER)
    assert (root / "access.sqlite").stat().st_mode & 0o777 == 0o600
