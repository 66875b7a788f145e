"""How much work a wish to see footage may cause."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MediaLimits:
    """Bounds for one request, and for all of them together."""

    max_clip_s: float = 300.0
    """Of a clip."""
    max_encoded_pixels: int = 4_000_000_000
    """Of all pictures of a clip that is encoded anew: a minute of 1080p at 25 has 3.1e9."""
    max_decoded_frames: int = 3_000
    """Pictures read for one picture or storyboard."""
    max_picture_pixels: int = 50_000_000
    """Of one picture of the recording."""
    max_width_px: int = 1_920
    """Of a picture to show."""
    max_tiles: int = 100
    """Of a storyboard."""
    max_loudness_s: float = 7_200.0
    """Sound that one request may have read; what was read before is remembered."""
    max_hashed_bytes: int = 512 << 20
    """Larger recordings are compared with what was indexed by their size alone."""
    max_cache_bytes: int = 2 << 30
    """Of everything that is kept for showing."""
    decodes_at_once: int = 2
    decodes_waiting: int = 6
    """Requests that may wait for a decoder; those beyond are asked to come back."""
    patience_s: float = 20.0
    """How long one of them waits."""
