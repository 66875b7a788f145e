"""What the scores of each video rest on beside its footage, to know which ones are of before.

A detector names it by a digest, such as that of the sentences it compared a video with. Where the
digest of today is another one, the video's scores are to be made anew.
"""

from segments.database import Tables
from segments.findings import Finding
from segments.library import Library

MIXED = "mixed"
"""Of a video that was scored in two runs which rested on different things."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS score_origins (
    space TEXT, detector TEXT, video_id TEXT, origin TEXT NOT NULL,
    PRIMARY KEY (space, detector, video_id)
)
"""


class ScoreOrigins(Tables):
    """The table of one library's space. One object per thread; any number of processes may read."""

    def __init__(self, library: Library) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        self._space = library.space
        super().__init__(library.database, part="score origins", version=VERSION, schema=SCHEMA)

    def note(self, video_id: str, finding: Finding, *, is_first: bool = True) -> None:
        """Keeps what a finding rests on, if it says so.

        Args:
            is_first: whether it is the video's first, or all of it; what a later one rests on
                besides makes the origin `MIXED`.
        """
        detector, origin = finding.track.detector, finding.origin
        if origin is None:
            return
        is_same = is_first or self.of(detector).get(video_id) == origin
        cells = (self._space, detector, video_id, origin if is_same else MIXED)
        self._rows.execute("REPLACE INTO score_origins VALUES (?, ?, ?, ?)", cells)

    def of(self, detector: str) -> dict[str, str]:
        """By video; those that were scored before this was kept have none."""
        rows = self._rows.execute(
            "SELECT video_id, origin FROM score_origins WHERE space = ? AND detector = ?",
            (self._space, detector),
        )
        return {str(row["video_id"]): str(row["origin"]) for row in rows}
