"""Keys, the log of what was done, and signed addresses."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from search_api.access.audit import AuditEntry
from search_api.access.keys import MAX_CAMERAS, MAX_NAME_CHARS, KeyRecord
from search_api.access.roles import Role
from search_api.answers.base import Answer, Asked
from search_api.requests import Instant

MAX_URLS = 200
Camera = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(pattern=r"^/v1/[!-~]+$", max_length=1000)]


class Myself(Answer):
    """Who asks."""

    key_id: str | None
    """Null at this machine, while no keys were made."""
    name: str
    role: Role
    cameras: list[str] | None
    """Whose footage it may see; null: all."""


class KeyList(Answer):
    """Every key that was made here."""

    keys: list[KeyRecord]


class NewKey(Asked):
    """A key to make."""

    name: str = Field(min_length=1, max_length=MAX_NAME_CHARS)
    role: Role = Role.VIEWER
    cameras: list[Camera] = Field(default=[], max_length=MAX_CAMERAS)
    """Whose footage it may see; empty: all, and videos without a camera too."""
    expires_at: Instant | None = None


class MadeKey(Answer):
    """A key that was made: the only time that it is shown."""

    key: KeyRecord
    token: str
    """What to send as `Authorization: Bearer …`."""


class AuditPage(Answer):
    """Rows of the log, the newest first."""

    entries: list[AuditEntry]
    next_before: int | None
    """What to ask as `before` for the rows that follow; null: there are none."""


class AuditVerdict(Answer):
    """Whether the log is as it was written."""

    is_whole: bool
    first_break: int | None
    """The number of the first row that is missing or altered."""
    num_entries: int
    head: str | None
    """The newest row's digest. Noted elsewhere, it proves all rows up to it."""


class ToSign(Asked):
    """Addresses to sign, as they would be asked with a key."""

    urls: list[Address] = Field(min_length=1, max_length=MAX_URLS)
    """Below this service: "/v1/videos/…/media?…". One that was signed is signed anew."""


class SignedUrl(Answer):
    """An address that opens one thing for some minutes, by GET."""

    url: str
    expires_at: AwareDatetime


class SignedUrls(Answer):
    """In the order that they were asked for."""

    urls: list[SignedUrl]
