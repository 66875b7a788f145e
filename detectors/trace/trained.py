"""Where trained networks lie, known without loading any."""

from pathlib import Path

from detectors.files import WEIGHTS_FILE
from segments.files import sha256_of

WEIGHTS = Path(__file__).parent / "weights"
"""A folder per profile that has a trained network."""


def network_digest(profile: str) -> str:
    """SHA-256 of a profile's trained network, or "untrained"."""
    weights = WEIGHTS / profile / WEIGHTS_FILE
    return sha256_of(weights) if weights.is_file() else "untrained"
