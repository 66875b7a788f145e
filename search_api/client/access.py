"""Keys, and the log of what was done: for admins."""

from collections.abc import Sequence
from datetime import datetime

from search_api.access.audit import Action
from search_api.access.keys import KeyRecord
from search_api.access.roles import Role
from search_api.answers.access import AuditPage, AuditVerdict, KeyList, MadeKey, NewKey
from search_api.client.wire import Wire


class KeyRing:
    """`client.keys`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self) -> Sequence[KeyRecord]:
        """Every key, revoked ones too, by name."""
        return self._wire.ask("GET", "/v1/keys", KeyList).keys

    def create(
        self,
        name: str,
        role: Role,
        *,
        cameras: Sequence[str] = (),
        expires_at: datetime | None = None,
    ) -> MadeKey:
        """Makes a key, which is shown this once.

        Args:
            cameras: whose footage it may see; empty: all.
        """
        asked = NewKey(name=name, role=role, cameras=list(cameras), expires_at=expires_at)
        return self._wire.ask("POST", "/v1/keys", MadeKey, body=asked)

    def revoke(self, key_id: str) -> KeyRecord:
        """Ends a key, now and for good."""
        return self._wire.ask("DELETE", f"/v1/keys/{key_id}", KeyRecord, is_safe=True)


class Audit:
    """`client.audit`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self, *, before: int | None = None, limit: int = 100, action: Action | None = None
    ) -> AuditPage:
        """Rows of the log, the newest first.

        Args:
            before: the `next_before` of the page before.
        """
        query = {"before": before, "limit": limit, "action": action}
        return self._wire.ask("GET", "/v1/audit", AuditPage, query=query)

    def verify(self) -> AuditVerdict:
        """Whether the log is as it was written."""
        return self._wire.ask("GET", "/v1/audit/verification", AuditVerdict)
