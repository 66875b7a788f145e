"""A pinhole camera on a pole, looking down on a floor."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

NEAR_M = 0.3
"""Nothing is drawn nearer than this."""


@dataclass(frozen=True)
class Camera:
    """At (0, `height_m`, 0) of a world in metres: x to the right, y up, z away from the camera."""

    height_m: float
    tilt_deg: float
    """Downwards."""
    focal_px: float
    width: int
    height: int
    pan_deg: float = 0.0

    def project(self, points: Float64[np.ndarray, "n 3"]) -> Float64[np.ndarray, "n 3"]:
        """Column, row and distance along the optical axis of each point."""
        pan, tilt = math.radians(self.pan_deg), math.radians(self.tilt_deg)
        x, y, z = points.T
        right = x * math.cos(pan) - z * math.sin(pan)
        ahead = x * math.sin(pan) + z * math.cos(pan)
        below = self.height_m - y
        depth = np.maximum(ahead * math.cos(tilt) + below * math.sin(tilt), NEAR_M)
        down = below * math.cos(tilt) - ahead * math.sin(tilt)
        seen = np.empty((len(points), 3))
        seen[:, 0] = self.width / 2 + self.focal_px * right / depth
        seen[:, 1] = self.height / 2 + self.focal_px * down / depth
        seen[:, 2] = depth
        return seen
