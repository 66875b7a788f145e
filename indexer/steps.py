"""What a run tells whoever shows its progress."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from indexer.discovery import FoundFile
from indexer.report import FileOutcome
from segments.levels import clips_span, count_clips
from segments.media import VideoSource


@dataclass(frozen=True)
class Step:
    """What was just done."""

    file: FoundFile
    footage_s: float = 0.0
    """Footage that this step encoded."""
    num_frames: int = 0
    """Pictures of that footage."""
    share: float = 0.0
    """Of the file that is done, in [0, 1]."""
    outcome: FileOutcome | None = None
    """Set in the last step of a file."""

    @classmethod
    def encoded(cls, file: FoundFile, source: VideoSource, clips: range) -> Self:
        """The step that encoded a run of a file's clips."""
        span = clips_span(clips, source.duration_s)
        num_frames = round(span.duration_s * source.fps)
        return cls(file, span.duration_s, num_frames, clips.stop / count_clips(source.duration_s))


Observer = Callable[[Step], None]
