"""Arrays with a row for each of a video's times, in files that grow piece by piece.

They lie in a folder or an object store, VIDEO_ID/NAME.npz: `pts_s` float64 [t], `end_s` float64,
and any number of arrays [t ...].
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import fsspec
import numpy as np
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from jaxtyping import Float64, Shaped

from segments.arrays import from_npz, to_npz
from segments.errors import LibraryError
from segments.files import write_atomically
from segments.names import require_name

_SUFFIX = ".npz"
_SAME_TIME_S = 1e-6
"""Times that differ by less are one: two computations of where a piece ends may differ in a bit."""


@dataclass(frozen=True)
class TimedArrays:
    """Rows that say something about a run of times."""

    pts_s: Float64[np.ndarray, " t"]
    """Start of the time each row speaks for, until the next one's; strictly increasing."""
    end_s: float
    """Where the last row ends."""
    rows: Mapping[str, Shaped[np.ndarray, "t ..."]]

    def __post_init__(self) -> None:
        lengths = {name: len(array) for name, array in self.rows.items()}
        if set(lengths.values()) - {len(self.pts_s)}:
            raise ValueError(f"{len(self.pts_s)} times with rows {lengths}")

    def with_piece(self, piece: "TimedArrays") -> "TimedArrays":
        """These rows, with those of `piece` in place of what starts in the piece's time."""
        if len(piece.pts_s) == 0:
            return self
        before = self.pts_s < piece.pts_s[0] - _SAME_TIME_S
        after = self.pts_s >= piece.end_s - _SAME_TIME_S
        if not before.any() and not after.any():  # rows may have another shape from here on
            return piece
        rows = {
            name: np.concatenate([array[before], piece.rows[name], array[after]])
            for name, array in self.rows.items()
        }
        pts_s = np.concatenate([self.pts_s[before], piece.pts_s, self.pts_s[after]])
        return TimedArrays(pts_s, self.end_s if after.any() else piece.end_s, rows)


class TimedStore:
    """Files of rows by video and name. One process writes, any number read."""

    def __init__(self, location: str | Path) -> None:
        """Args:
        location: a folder, or the URL of one that `fsspec` can reach ("s3://...", "memory://...").
        """
        files, root = cast(tuple[AbstractFileSystem, str], fsspec.url_to_fs(str(location)))
        self._files, self._root = files, root

    def append(self, video_id: str, name: str, piece: TimedArrays) -> None:
        """Writes a piece over whatever is stored for its time.

        The same piece twice is the same as once, and a crash leaves the old rows or the new ones.

        Raises:
            UserError: the id or the name cannot name a file.
        """
        stored = self.load(video_id, name)
        self._write(self._path(video_id, name), stored.with_piece(piece) if stored else piece)

    def load(self, video_id: str, name: str) -> TimedArrays | None:
        """The rows of a video; None where there are none.

        Raises:
            LibraryError: the file is damaged.
        """
        path = self._path(video_id, name)
        if not self._files.exists(path):
            return None
        try:
            arrays = from_npz(cast(bytes, self._files.cat_file(path)))
            return TimedArrays(arrays.pop("pts_s"), float(arrays.pop("end_s")), arrays)
        except (ValueError, KeyError) as error:
            raise LibraryError(
                f"{path} is damaged ({error}): delete the video and index it again"
            ) from error

    def names(self, video_id: str) -> list[str]:
        """What there is of a video, by name."""
        folder = self._folder(video_id)
        if not self._files.exists(folder):
            return []
        paths = cast(list[str], self._files.ls(folder, detail=False))
        files = [path.rpartition("/")[2] for path in paths]
        return sorted(file.removesuffix(_SUFFIX) for file in files if file.endswith(_SUFFIX))

    def delete(self, video_id: str) -> None:
        """Deletes everything of a video; a no-op where there is nothing."""
        folder = self._folder(video_id)
        if self._files.exists(folder):
            self._files.rm(folder, recursive=True)

    def _folder(self, video_id: str) -> str:
        return f"{self._root}/{require_name(video_id, of='a track')}"

    def _path(self, video_id: str, name: str) -> str:
        for part in name.split("."):
            require_name(part, of="a track")
        return f"{self._folder(video_id)}/{name}{_SUFFIX}"

    def _write(self, path: str, arrays: TimedArrays) -> None:
        times = {"pts_s": arrays.pts_s.astype(np.float64), "end_s": np.array(arrays.end_s)}
        content = to_npz({**arrays.rows, **times})
        if isinstance(self._files, LocalFileSystem):
            write_atomically(Path(path), content)
        else:  # an object appears when it is complete
            self._files.pipe_file(path, content)
