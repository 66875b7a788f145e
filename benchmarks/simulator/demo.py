"""The footage of the demo: two cameras on one evening."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.simulator.library import Clip, describe_clip
from benchmarks.simulator.sampling import Choice, sample_long_scene, sample_scene
from benchmarks.simulator.scenes import Scene, Time, View

FIRST = datetime(2026, 3, 14, 21, 30)
EVERY = timedelta(minutes=7, seconds=30)
NAME_PATTERN = "{camera}_{start:%Y%m%d_%H%M%S}"
"""What the files' names mean, as `--name-pattern` takes it."""


@dataclass(frozen=True)
class DemoCamera:
    """One camera that stays where it is."""

    name: str
    place: str
    time: Time
    view: View


GATE = DemoCamera("gate-north", "car_park", "night", View(pan_deg=1.5, backdrop=21))
SHOP = DemoCamera("shop-2", "shop", "lit", View(is_mirrored=True, backdrop=12))
PROGRAMME = (
    (GATE, "walk", 10),
    (SHOP, "push_cart", 10),
    (GATE, "hit_cyclist", 60),
    (SHOP, "talk", 12),
    (GATE, "drive", 10),
    (SHOP, "robbery", 75),
    (GATE, "fire", 90),
    (SHOP, "theft", 12),
    (GATE, "dog_walk", 12),
    (SHOP, "fall", 45),
    (GATE, "vandalism", 14),
    (GATE, "fight", 14),
)
"""Camera, event and length in seconds of each file."""


def demo_clips(*, seed: int = 14) -> list[Clip]:
    """Twelve clips, four of them of 45 to 90 s; `library.write_clips` writes them.

    Args:
        seed: of the first clip; even, as test scenes have odd seeds.
    """
    return [
        describe_clip(_name(camera, k), _scene(seed + 2 * k, camera, kind, duration_s), "test")
        for k, (camera, kind, duration_s) in enumerate(PROGRAMME)
    ]


def _name(camera: DemoCamera, index: int) -> str:
    return f"{camera.name}_{FIRST + index * EVERY:%Y%m%d_%H%M%S}.mp4"


def _scene(seed: int, camera: DemoCamera, kind: str, duration_s: int) -> Scene:
    choice = Choice(
        kind=kind,
        place=camera.place,
        time=camera.time,
        weather="indoor" if camera.time == "lit" else "clear",
        view=camera.view,
        has_sound=True,
    )
    if duration_s < 40:
        return sample_scene(seed, duration_s=duration_s, **choice)
    return sample_long_scene(seed, duration_s=duration_s, **choice)
