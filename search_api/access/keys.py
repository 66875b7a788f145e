"""API keys: 256 random bits, shown once and kept as SHA-256."""

import hashlib
import hmac
import json
import re
import secrets
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from search_api.access.roles import Principal, Role
from segments.database import Tables
from segments.errors import UserError

MAX_NAME_CHARS = 100
MAX_CAMERAS = 1000
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    key_id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, role TEXT NOT NULL,
    cameras TEXT, created_at TEXT NOT NULL, expires_at TEXT, used_at TEXT, revoked_at TEXT
)
"""
_TOKEN = re.compile(r"rtr_([0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
_SECRET_BYTES = 32
_ID_BYTES = 6
_NOBODY = "0" * 64
_USED_EVERY = timedelta(minutes=1)
"""How often the time of the last use is written down."""


class KeyRecord(BaseModel):
    """What is known about a key; the key itself is not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_id: str
    name: str
    role: Role
    cameras: tuple[str, ...] | None = None
    """Whose footage it may see; None: all."""
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    used_at: AwareDatetime | None = None
    """To the minute."""
    revoked_at: AwareDatetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def principal(self) -> Principal:
        cameras = None if self.cameras is None else frozenset(self.cameras)
        return Principal(self.key_id, self.name, self.role, cameras)


class Keys(Tables):
    """The keys of one library. One object per thread; any number of processes may write."""

    def __init__(self, path: Path) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        super().__init__(path, part="keys", version=VERSION, schema=SCHEMA)

    def create(
        self,
        name: str,
        role: Role,
        *,
        cameras: tuple[str, ...] = (),
        expires_at: datetime | None = None,
    ) -> tuple[KeyRecord, str]:
        """Makes a key.

        Args:
            cameras: whose footage it may see; empty: all.

        Returns:
            What is known about it, and the key itself, which nobody can show again.

        Raises:
            UserError: the name is taken or too long, the time is past, or an admin's key is to see
                some cameras only.
        """
        name, now = _require_name(name), _now()
        if expires_at is not None and expires_at <= now:
            raise UserError(f"the key would expire at {expires_at.isoformat()}, which is past")
        scope = _require_scope(cameras, role)
        key_id = secrets.token_hex(_ID_BYTES)
        token = f"rtr_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        until = expires_at and expires_at.isoformat()
        row = (key_id, name, _digest(token), role, scope, now.isoformat(), until)
        try:
            self._rows.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", row)
        except sqlite3.IntegrityError:
            raise UserError(f"there is a key {name!r} already: choose another name") from None
        return self.find(key_id), token

    def check(self, token: str) -> KeyRecord | None:
        """The key that this is; None where it is none, or opens nothing any more.

        Takes the same time however much of it is right.
        """
        parts = _TOKEN.fullmatch(token)
        row = self._row(parts[1]) if parts else None
        expected = str(row["sha256"]) if row else _NOBODY
        if not hmac.compare_digest(_digest(token), expected) or row is None:
            return None
        return self._used(_record(row))

    def valid(self, key_id: str) -> KeyRecord | None:
        """The key of that id; None where there is none, or it opens nothing any more."""
        row = self._row(key_id)
        record = _record(row) if row else None
        return record if record and record.is_valid(_now()) else None

    def any_made(self) -> bool:
        """Whether a key was ever made here, valid or not."""
        return self._rows.execute("SELECT 1 FROM keys LIMIT 1").fetchone() is not None

    def all(self) -> list[KeyRecord]:
        """Every key, revoked ones too, by name."""
        return [_record(row) for row in self._rows.execute("SELECT * FROM keys ORDER BY name")]

    def find(self, text: str) -> KeyRecord:
        """The key of that id or name.

        Raises:
            UserError: there is none.
        """
        query = "SELECT * FROM keys WHERE key_id = ?1 OR name = ?1 ORDER BY key_id != ?1"
        row = self._rows.execute(query, (text,)).fetchone()
        if row is None:
            raise UserError(f"no key {text!r}: `retrace keys list` names those that there are")
        return _record(row)

    def revoke(self, text: str) -> KeyRecord:
        """Ends a key, by its id or name, now and for good; a second time changes nothing.

        Raises:
            UserError: there is no such key.
        """
        key_id = self.find(text).key_id
        query = "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE key_id = ?"
        self._rows.execute(query, (_now().isoformat(), key_id))
        return self.find(key_id)

    def _used(self, record: KeyRecord) -> KeyRecord | None:
        now = _now()
        if not record.is_valid(now):
            return None
        if record.used_at is None or now - record.used_at >= _USED_EVERY:
            values = (now.isoformat(), record.key_id)
            self._rows.execute("UPDATE keys SET used_at = ? WHERE key_id = ?", values)
        return record

    def _row(self, key_id: str) -> sqlite3.Row | None:
        return self._rows.execute("SELECT * FROM keys WHERE key_id = ?", (key_id,)).fetchone()


def _record(row: sqlite3.Row) -> KeyRecord:
    cells = {name: row[name] for name in KeyRecord.model_fields}
    cameras = row["cameras"] and json.loads(row["cameras"])
    return KeyRecord.model_validate({**cells, "cameras": cameras})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


def _require_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise UserError(f"a key's name has 1 to {MAX_NAME_CHARS} printable characters")
    return name


def _require_scope(cameras: tuple[str, ...], role: Role) -> str | None:
    if not cameras:
        return None
    if role is Role.ADMIN:
        raise UserError(
            "an admin sees every camera, since it may make keys for any: choose another role, or "
            "name no cameras"
        )
    if len(cameras) > MAX_CAMERAS or not all(cameras):
        raise UserError(f"a key names at most {MAX_CAMERAS} cameras, none of them empty")
    return json.dumps(sorted(set(cameras)))
