"""The unit of commit: at most ten minutes of footage (DESIGN §6)."""

from segments.levels import count_clips

BATCH_CLIPS = 32
"""Clips that are decoded and encoded together: 20 s."""
CHUNK_CLIPS = 29 * BATCH_CLIPS
"""594 s. A multiple of the batch, so that resuming meets the same batches."""


def plan_chunks(duration_s: float) -> list[range]:
    """The chunks of a video: runs of clips that follow each other."""
    num_clips = count_clips(duration_s)
    starts = range(0, num_clips, CHUNK_CLIPS)
    return [range(start, min(start + CHUNK_CLIPS, num_clips)) for start in starts]
