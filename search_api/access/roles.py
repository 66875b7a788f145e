"""What somebody may do, and who somebody is."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may do all that the one before may do."""

    VIEWER = "viewer"
    """Searches, and looks at videos."""
    INVESTIGATOR = "investigator"
    """Keeps cases, and exports evidence."""
    ADMIN = "admin"
    """Makes keys, reads the log, indexes and deletes."""

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may do."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True)
class Principal:
    """Who asks."""

    key_id: str | None
    """None: the person at this machine, while no keys were made."""
    name: str
    role: Role
    cameras: frozenset[str] | None = None
    """Whose footage it may see; None: all, and videos without a camera too."""

    def may_see(self, camera: str | None) -> bool:
        """Whether it may see what this camera saw; None stands for a source without a camera."""
        return self.cameras is None or camera in self.cameras


LOCAL = Principal(key_id=None, name="local", role=Role.ADMIN)
"""Whoever sits at this machine, while no keys were made."""
