"""Where scenes play: what each place is for, and where its camera hangs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.simulator import indoors, outdoors
from benchmarks.simulator.camera import Camera
from benchmarks.simulator.canvas import Canvas
from benchmarks.simulator.scenes import Time, View

Draw = Callable[[Canvas, np.random.Generator, Time], None]


@dataclass(frozen=True)
class Place:
    """One kind of place."""

    name: str
    draw: Draw
    height_m: float
    tilt_deg: float
    stage_z_m: float
    """Distance of the middle of the action."""
    ambience: str
    is_indoor: bool = False
    lane_z_m: float | None = None
    """Distance of the lane that vehicles take; None where none drive."""
    focal: float = 1.3
    """In picture heights."""
    half_width_m: float = 3.0
    """How far to either side of the middle there is room."""
    is_narrow: bool = False
    """There are walls or shelves at `half_width_m`."""

    @property
    def room_m(self) -> float:
        """How far to either side one can walk."""
        return self.half_width_m if self.is_narrow else math.inf

    def camera(self, view: View, *, width: int, height: int) -> Camera:
        """The place's camera with what `view` changes."""
        return Camera(
            self.height_m * view.height,
            self.tilt_deg + view.tilt_deg,
            self.focal * height,
            width,
            height,
            view.pan_deg,
        )


PLACES: dict[str, Place] = {
    place.name: place
    for place in (
        Place("street", outdoors.street, 4.6, 24, 7.2, "traffic", lane_z_m=9.6),
        Place("crossing", outdoors.crossing, 5.6, 32, 7.4, "traffic", lane_z_m=8.6),
        Place("car_park", outdoors.car_park, 6.8, 42, 7.0, "wind", lane_z_m=7.6),
        Place("alley", outdoors.alley, 3.4, 19, 6.6, "wind", half_width_m=1.9, is_narrow=True),
        Place("park", outdoors.park, 3.8, 20, 7.0, "birds"),
        Place("platform", outdoors.platform, 3.8, 22, 6.4, "rails"),
        Place("entrance", outdoors.entrance, 3.2, 18, 6.2, "wind"),
        Place("petrol_station", outdoors.petrol_station, 4.4, 23, 7.0, "traffic", lane_z_m=8.6),
        Place("yard", outdoors.yard, 5.0, 28, 7.0, "wind", lane_z_m=9.0),
        Place(
            "corridor",
            indoors.corridor,
            2.7,
            17,
            6.0,
            "hum",
            True,
            half_width_m=1.4,
            is_narrow=True,
        ),
        Place("shop", indoors.shop, 3.0, 24, 5.2, "music", True, half_width_m=1.5, is_narrow=True),
        Place("warehouse", indoors.warehouse, 4.8, 27, 7.4, "hum", True),
        Place("office", indoors.office, 2.9, 22, 5.8, "hum", True, half_width_m=2.6),
        Place("bank", indoors.bank, 3.1, 22, 6.0, "murmur", True),
    )
}
