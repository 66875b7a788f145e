from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from search_api.access.roles import LOCAL, Principal, Role
from search_api.access.signing import Query, Signer, load_or_make_secret

GUARD = Principal("0123456789ab", "guard", Role.VIEWER)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


@pytest.fixture
def signer(clock: Clock) -> Signer:
    return Signer(bytes(32), lasts_s=900, clock=clock)


def parts(url: str) -> tuple[str, list[tuple[str, str]]]:
    split = urlsplit(url)
    return unquote(split.path), parse_qsl(split.query, keep_blank_values=True)


def test_an_address_says_whose_it_is(signer: Signer) -> None:
    path, query = parts(signer.sign("/v1/a b/ü", [("w", "3"), ("a", "")], GUARD))
    assert path == "/v1/a b/ü"
    assert signer.signed_by(path, query) == "0123456789ab"
    assert signer.signed_by(path, query[::-1]) == "0123456789ab"
    assert signer.signed_by(*parts(signer.sign("/v1/x", [], LOCAL))) == "local"


def test_what_was_altered_opens_nothing(signer: Signer) -> None:
    path, query = parts(signer.sign("/v1/videos/1/media", [("start_s", "3")], GUARD))
    names = [name for name, _ in query]
    assert names == ["start_s", "key_id", "expires", "signature"]
    for at, (name, value) in enumerate(query):
        other = value[:-1] + ("1" if value[-1] != "1" else "2")
        assert signer.signed_by(path, query[:at] + [(name, other)] + query[at + 1 :]) is None
        assert signer.signed_by(path, query[:at] + query[at + 1 :]) is None
        assert signer.signed_by(path, [*query, (name, value)]) is None
    assert signer.signed_by("/v1/videos/2/media", query) is None
    assert signer.signed_by(path, [*query, ("end_s", "9")]) is None
    assert Signer(b"1" * 32, lasts_s=900).signed_by(path, query) is None


def test_names_and_values_cannot_be_mixed_up(signer: Signer) -> None:
    path, query = parts(signer.sign("/v1/x", [("a", "1&b=2")], GUARD))
    split: Query = [("a", "1"), ("b", "2"), *query[1:]]
    assert signer.signed_by(path, query) is not None
    assert signer.signed_by(path, split) is None


@pytest.mark.parametrize("into_step_s", [0, 1, 449])
def test_an_address_lasts_half_its_time_to_all_of_it(
    signer: Signer, clock: Clock, into_step_s: int
) -> None:
    begun = clock.now = 450.0 * 2222 + into_step_s
    url = signer.sign("/v1/x", [], GUARD)
    assert signer.expires_at(url) == 450 * 2224
    assert 450 < signer.expires_at(url) - begun <= 900
    clock.now = signer.expires_at(url) - 0.001
    assert signer.signed_by(*parts(url)) is not None
    clock.now = signer.expires_at(url)
    assert signer.signed_by(*parts(url)) is None


def test_the_same_thing_keeps_its_address_for_a_while(signer: Signer, clock: Clock) -> None:
    clock.now = 450.0 * 2222
    first = signer.sign("/v1/x", [("w", "3")], GUARD)
    clock.now += 449
    assert signer.sign("/v1/x", [("w", "3")], GUARD) == first
    clock.now += 1
    assert signer.sign("/v1/x", [("w", "3")], GUARD) != first


def test_a_signed_address_may_be_signed_anew(signer: Signer, clock: Clock) -> None:
    path, query = parts(signer.sign("/v1/x", [("w", "3")], GUARD))
    clock.now += 5000
    assert signer.signed_by(*parts(signer.sign(path, query, GUARD))) == GUARD.key_id


def test_a_library_keeps_its_secret(tmp_path: Path) -> None:
    secret = load_or_make_secret(tmp_path / "a.sqlite")
    assert len(secret) == 32
    assert load_or_make_secret(tmp_path / "a.sqlite") == secret
    assert load_or_make_secret(tmp_path / "b.sqlite") != secret
