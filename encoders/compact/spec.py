"""The facts of the compact profile."""

from pathlib import Path

from encoders.base import ProfileSpec
from segments.vectors import VectorSpec

STREAMS = ("appearance", "motion")
D = 256
"""Width of ALAN's embeddings."""
WEIGHTS = Path(__file__).parent / "weights"
"""The weights that are shipped with retrace."""

COMPACT = ProfileSpec(
    name="compact",
    streams=STREAMS,
    vectors=(
        VectorSpec("alan", tuple(f"{a}.{s}" for a in ("cls", "avg") for s in STREAMS), D),
        VectorSpec("audio", ("audio",), 2 * len(STREAMS) * D),
    ),
    frame_size=(144, 192),
    frames_per_clip=2,
    fields_per_clip=4,
    detector_halo=9,
)
