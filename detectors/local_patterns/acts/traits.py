"""What a region's box and motion tell without looking into it: where it is, how large, how fast.

None of it is in the paper, whose regions are known by their looks and motion alone.
"""

import numpy as np
from jaxtyping import Float32

from detectors.local_patterns.stored import StoredRegions

NUM_TRAITS = 15
_LEAST_SIDE = 1e-3
_SLOW, _STILL = 0.05, 0.02
"""Frame heights per second, from which on speeds count logarithmically."""


def region_traits(regions: StoredRegions) -> Float32[np.ndarray, "k 15"]:
    """Numbers of about 1 in size for every region that is there, in order.

    The box's middle; the logarithms of its sides and of their ratio; its speed; how many regions
    its picture has; and the 8 bins of its motion.
    """
    there = regions.is_there
    boxes = regions.boxes[there]
    width, height = np.log(np.maximum(boxes[:, 2:] - boxes[:, :2], _LEAST_SIDE)).T
    x, y = (boxes[:, :2] + boxes[:, 2:] - 1.0).T
    speed = np.log1p(regions.speeds[there] / _SLOW) / 2.0
    counts = np.broadcast_to(regions.counts[..., None], there.shape)[there] / 4.0
    motion = np.log1p(regions.motion[there] / _STILL) / 2.0
    columns = (x, y, width + 2.0, height + 1.0, width - height, speed, counts)
    return np.concatenate([np.stack(columns, axis=1), motion], axis=1).astype(np.float32)
