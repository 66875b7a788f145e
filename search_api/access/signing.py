"""Addresses that open one thing for some minutes, for whoever has no way to send a key.

A `<video>` tag cannot send one. The address carries the id of the key that asked for it, the time
it ends, and an HMAC-SHA256 of path, query and these two. What the key may see is looked up when the
address is used: a revoked key's addresses end with it.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote, urlencode

from search_api.access.roles import Principal
from segments.database import Tables

KEY, EXPIRES, SIGNATURE = _OWN = ("key_id", "expires", "signature")
LOCAL_KEY = "local"
"""In place of an id, while no keys were made."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL)
"""
_SECRET_BYTES = 32
_NAME = "signed-urls"

Query = Iterable[tuple[str, str]]


def load_or_make_secret(path: Path) -> bytes:
    """The library's 256-bit secret, from its table; made where there is none yet.

    Raises:
        LibraryError: the database is damaged or of another version.
    """
    with _Secrets(path) as found:
        return found.secret()


class _Secrets(Tables):
    def __init__(self, path: Path) -> None:
        super().__init__(path, part="secrets", version=VERSION, schema=SCHEMA)

    def secret(self) -> bytes:
        new = (_NAME, secrets.token_bytes(_SECRET_BYTES))
        self._rows.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", new)
        query = "SELECT secret FROM secrets WHERE name = ?"
        return bytes(self._rows.execute(query, (_NAME,)).fetchone()["secret"])


class Signer:
    """Signs addresses, and checks them."""

    def __init__(
        self, secret: bytes, *, lasts_s: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Args:
        lasts_s: an address opens for half as long to as long as this: the same thing has the same
            address for a while, so that browsers can keep what they fetched.
        clock: seconds since 1970.
        """
        self._secret, self._step_s, self._clock = secret, max(1, lasts_s // 2), clock

    def sign(self, path: str, query: Query, principal: Principal) -> str:
        """The address, below the service's root, that opens `path` for that principal.

        Args:
            path: as routes see it, unquoted: "/v1/videos/…".
            query: names and values, unquoted; an earlier signature's are left out.
        """
        expires = (int(self._clock()) // self._step_s + 2) * self._step_s
        key_id = principal.key_id or LOCAL_KEY
        others = sorted(pair for pair in query if pair[0] not in _OWN)
        pairs = [*others, (KEY, key_id), (EXPIRES, str(expires))]
        return f"{quote(path)}?{urlencode([*pairs, (SIGNATURE, self._digest(path, pairs))])}"

    def expires_at(self, url: str) -> int:
        """When an address made by `sign` ends, in seconds since 1970."""
        return int(url.rsplit(f"{EXPIRES}=", 1)[1].split("&", 1)[0])

    def signed_by(self, path: str, query: Query) -> str | None:
        """The id of the key whose address this is; None where it was altered or has ended.

        Args:
            query: of the request, in any order, the signature's parts included.
        """
        pairs = list(query)
        own = {name: value for name, value in pairs if name in _OWN}
        others = sorted(pair for pair in pairs if pair[0] not in own)
        if set(own) != set(_OWN) or len(others) + len(own) != len(pairs):
            return None
        signed = [*others, (KEY, own[KEY]), (EXPIRES, own[EXPIRES])]
        expected = self._digest(path, signed)
        if not hmac.compare_digest(expected.encode(), own[SIGNATURE].encode()):
            return None
        return own[KEY] if self._clock() < int(own[EXPIRES]) else None

    def _digest(self, path: str, pairs: Query) -> str:
        message = f"{path}?{urlencode(list(pairs))}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
