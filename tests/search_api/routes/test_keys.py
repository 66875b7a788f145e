from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from tests.support.small_library import GATE, YARD
from tests.support.small_service import Headers, bearer, make_key, open_small_service


@pytest.fixture
def root(swift_path: Path) -> Path:
    return swift_path / "library"


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with open_small_service(root) as opened:
        yield opened


@pytest.fixture
def admin(client: TestClient, root: Path) -> Headers:
    return make_key(root, "boss", Role.ADMIN)


def test_the_first_key_is_made_without_one(client: TestClient) -> None:
    answer = client.post("/v1/keys", json={"name": "boss", "role": "admin"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["key"]["cameras"] is None
    assert client.get("/v1/me").status_code == 401
    mine = client.get("/v1/me", headers=bearer(made["token"])).json()
    assert mine == {
        "key_id": made["key"]["key_id"],
        "name": "boss",
        "role": "admin",
        "cameras": None,
    }


def test_a_key_is_made_listed_and_revoked(client: TestClient, admin: Headers, root: Path) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    asked = {"name": "guard", "cameras": ["yard", "gate"], "expires_at": until}
    made = client.post("/v1/keys", json=asked, headers=admin).json()
    token, key_id = made["token"], made["key"]["key_id"]
    listed = client.get("/v1/keys", headers=admin)
    assert [key["name"] for key in listed.json()["keys"]] == ["boss", "guard"]
    assert listed.json()["keys"][1]["cameras"] == ["gate", "yard"]
    assert listed.json()["keys"][1]["role"] == "viewer"
    assert token not in listed.text
    assert client.get("/v1/me", headers=bearer(token)).status_code == 200
    revoked = client.delete(f"/v1/keys/{key_id}", headers=admin)
    assert revoked.json()["revoked_at"] is not None
    assert client.get("/v1/me", headers=bearer(token)).status_code == 401
    with Keys(access_file(root)) as keys:
        assert keys.find("guard").revoked_at is not None
    log = client.get("/v1/audit", headers=admin).json()["entries"]
    assert [(row["key_name"], row["action"], row["what"]) for row in log] == [
        ("boss", "key", f"revoked 'guard' ({key_id})"),
        ("boss", "key", f"made viewer 'guard' ({key_id})"),
    ]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"name": "boss"}, 409, "conflict"),
        ({"name": " boss "}, 409, "conflict"),
        ({"name": "x", "role": "admin", "cameras": ["gate"]}, 422, "unanswerable"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, 422, "unanswerable"),
        ({"name": "x", "expires_at": "2099-01-01T00:00:00"}, 422, "invalid-request"),
        ({"name": "x", "role": "owner"}, 422, "invalid-request"),
        ({"name": ""}, 422, "invalid-request"),
        ({"name": "x", "cameras": [""]}, 422, "invalid-request"),
        ({"name": "x", "token": "mine"}, 422, "invalid-request"),
    ],
)
def test_keys_that_cannot_be_made(
    client: TestClient, admin: Headers, asked: dict[str, object], status: int, code: str
) -> None:
    answer = client.post("/v1/keys", json=asked, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(client.get("/v1/keys", headers=admin).json()["keys"]) == 1


def test_what_is_no_key_cannot_be_revoked(client: TestClient, admin: Headers) -> None:
    assert client.delete("/v1/keys/000000000000", headers=admin).status_code == 404
    assert client.delete("/v1/keys/boss", headers=admin).status_code == 422


def test_a_signed_address_opens_media_and_ends_with_its_key(
    client: TestClient, admin: Headers, root: Path
) -> None:
    headers = make_key(root, "guard", Role.VIEWER, cameras=["gate"])
    asked = {"urls": [f"/v1/videos/{video}/thumbnail?width=64" for video in (GATE, YARD)]}
    signed = client.post("/v1/signed-urls", json=asked, headers=headers).json()["urls"]
    ends = datetime.fromisoformat(signed[0]["expires_at"])
    assert timedelta(0) < ends - datetime.now(UTC) <= timedelta(seconds=900)
    seen, hidden = (client.get(address["url"]) for address in signed)
    assert (seen.status_code, seen.json()["code"]) == (410, "media-gone")  # it has no footage
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not-found")
    for altered in (f"{signed[0]['url']}1", signed[0]["url"].replace("width=64", "width=65")):
        assert client.get(altered).status_code == 401
    other = signed[0]["url"].replace(GATE, YARD)
    assert client.get(other).status_code == 401
    with Keys(access_file(root)) as keys:
        keys.revoke("guard")
    assert client.get(signed[0]["url"]).status_code == 401


def test_a_signed_address_opens_media_only(client: TestClient, admin: Headers) -> None:
    asked = {"urls": ["/v1/keys", "/v1/cases"]}
    for address in client.post("/v1/signed-urls", json=asked, headers=admin).json()["urls"]:
        assert client.get(address["url"]).status_code in (401, 422)


def test_without_keys_addresses_open_at_this_machine_until_one_is_made(
    client: TestClient, root: Path
) -> None:
    asked = {"urls": [f"/v1/videos/{GATE}/thumbnail"]}
    url = client.post("/v1/signed-urls", json=asked).json()["urls"][0]["url"]
    assert client.get(url).status_code == 410
    assert client.get(url, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
    make_key(root, "boss", Role.ADMIN)
    assert client.get(url).status_code == 401


@pytest.mark.parametrize("url", ["", "/x", "https://elsewhere.example/v1/x", "/v1/a b", "//v1/x"])
def test_addresses_elsewhere_are_not_signed(client: TestClient, url: str) -> None:
    assert client.post("/v1/signed-urls", json={"urls": [url]}).status_code == 422
