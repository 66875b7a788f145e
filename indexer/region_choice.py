"""What was asked for of Local Patterns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RegionChoice:
    """How to find and read regions; what is None is as the library knows it."""

    engine: str | None = None
    """What finds them: a name, or where weights lie (`regions.opening.open_engine`)."""
    encoder: str | None = None
    """What reads them: "compact", or the folder of a BLIP-2 (`region_encoders.open_encoder`)."""
    device: str = "auto"
    """Where networks of these compute: "auto", "cpu" or "cuda"."""
