"""What detectors call things, and which of these to keep."""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Bool

from segments.errors import UserError

COCO = tuple(
    (
        "person; bicycle; car; motorbike; aeroplane; bus; train; truck; boat; traffic light; "
        "fire hydrant; stop sign; parking meter; bench; bird; cat; dog; horse; sheep; cow; "
        "elephant; bear; zebra; giraffe; backpack; umbrella; handbag; tie; suitcase; frisbee; "
        "skis; snowboard; sports ball; kite; baseball bat; baseball glove; skateboard; "
        "surfboard; tennis racket; bottle; wine glass; cup; fork; knife; spoon; bowl; banana; "
        "apple; sandwich; orange; broccoli; carrot; hot dog; pizza; donut; cake; chair; sofa; "
        "pottedplant; bed; diningtable; toilet; tvmonitor; laptop; mouse; remote; keyboard; "
        "cell phone; microwave; oven; toaster; sink; refrigerator; book; clock; vase; scissors; "
        "teddy bear; hair drier; toothbrush"
    ).split("; ")
)
"""The 80 classes of COCO (Lin et al., 2014), in their order."""


def class_names(count: int, given: Sequence[str] | None) -> tuple[str, ...]:
    """The names of a network's classes: those given, else COCO's where there are 80, else numbers.

    Raises:
        UserError: not one name for each.
    """
    if given is None:
        return COCO if count == len(COCO) else tuple(map(str, range(count)))
    if len(given) != count:
        raise UserError(f"{len(given)} names for a network of {count} classes: give one for each")
    return tuple(given)


def kept_classes(
    names: Sequence[str], wanted: Collection[str] | None
) -> Bool[np.ndarray, " classes"]:
    """Which classes to keep; all where `wanted` is None.

    Raises:
        UserError: a wanted class that is none of the names.
    """
    if wanted is not None and (unknown := sorted(set(wanted) - set(names))):
        raise UserError(f"the network knows no {', '.join(unknown)}: choose of {', '.join(names)}")
    return np.array([wanted is None or name in wanted for name in names])
