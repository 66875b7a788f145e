"""Sounds and pictures that were sent to be searched by: kept for a while, for their key only."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from search_api.answers.searching import Kind
from search_api.service.problems import ApiProblem
from search_api.service.scratch import Scratch
from search_api.service.settings import ServiceSettings

ID_BYTES = 16


@dataclass(frozen=True)
class Upload:
    """One file that was sent."""

    upload_id: str
    """128 random bits, in hexadecimal digits."""
    key_id: str | None
    """Whose it is."""
    kind: Kind
    path: Path
    size_bytes: int
    expires_s: float
    """Seconds since 1970."""
    duration_s: float | None = None
    """Of a sound, where it is known."""
    width: int | None = None
    height: int | None = None

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires_s, UTC)


@dataclass
class UploadStore:
    """The uploads of one service, in a temporary folder. Threads may share it."""

    settings: ServiceSettings
    clock: Callable[[], float] = time.time
    _uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _scratch: Scratch | None = None

    def start(self) -> None:
        """Makes the folder, which nobody else on this machine may read."""
        self._scratch = Scratch.make("uploads")

    @property
    def folder(self) -> Path:
        """For what is needed no longer than this service; from `start` to `stop`."""
        assert self._scratch is not None, "started"
        return self._scratch.path

    def stop(self) -> None:
        """Deletes everything."""
        with self._lock:
            self._uploads.clear()
        if self._scratch is not None:
            self._scratch.delete()

    def new_path(self) -> Path:
        """Where the next file may be written.

        Raises:
            ApiProblem: "too-many-uploads".
        """
        self._sweep()
        with self._lock:
            if len(self._uploads) >= self.settings.max_uploads:
                raise ApiProblem(
                    "too-many-uploads",
                    f"{self.settings.max_uploads} uploads are kept, and no more: delete some, or "
                    f"wait until they end, {self.settings.upload_lifetime_s:g} s after they came",
                    headers={"Retry-After": "60"},
                )
        return self.folder / secrets.token_hex(ID_BYTES)

    def expiry(self) -> float:
        """When an upload of now will be deleted."""
        return self.clock() + self.settings.upload_lifetime_s

    def keep(self, upload: Upload) -> None:
        with self._lock:
            self._uploads[upload.upload_id] = upload

    def find(self, upload_id: str, *, key_id: str | None, kind: Kind | None = None) -> Upload:
        """The upload, for the key that sent it.

        Raises:
            ApiProblem: "no-upload": it never was, is over, or is another key's or of another kind.
        """
        self._sweep()
        with self._lock:
            found = self._uploads.get(upload_id)
        if found is None or found.key_id != key_id or kind not in (None, found.kind):
            raise ApiProblem(
                "no-upload", f"you have no {kind or 'upload'} {upload_id}: send it (again)"
            )
        return found

    def delete(self, upload: Upload) -> None:
        with self._lock:
            self._uploads.pop(upload.upload_id, None)
        upload.path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        now = self.clock()
        with self._lock:
            over = [upload for upload in self._uploads.values() if upload.expires_s <= now]
        for upload in over:
            self.delete(upload)
