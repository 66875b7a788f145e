"""A simulated walkway like Ped2's, to choose by without Ped2's labels.

Textured ovals walk to and fro in front of a still scene; in each clip one or two that are larger or
faster pass by. Boxes come with the clip, as a small detector would find them: displaced, some
missed now and then, some things hardly ever seen, some boxes around nothing.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from benchmarks.local_patterns.packing import packed_regions, unpacked_regions
from benchmarks.local_patterns.writing import write_clip
from detectors.local_patterns.base import Regions
from segments.arrays import to_npz
from segments.files import write_atomically

ROWS, COLUMNS, FPS = 240, 360, 10
NUM_PICTURES = 100
WALK, SPREAD = 0.10, 0.02
"""Frame heights per second of walkers, and their deviation."""
ODD = {"bike": (30, 26, 0.22), "cart": (38, 52, 0.22), "skater": (30, 13, 0.18)}
"""Height and width in pixels, and speed."""
_NOISE = 3.0
_CROSSING = COLUMNS + 40
"""Pixels after which a walker comes again."""


@dataclass(frozen=True, eq=False)
class WalkwayClip:
    """One clip, and what is true of it."""

    pictures: UInt8[np.ndarray, "f h w 3"]
    regions: list[Regions]
    truth: Bool[np.ndarray, " f"]
    """Where at least half of something odd is in view."""


@dataclass(frozen=True, eq=False)
class _Thing:
    start: Float64[np.ndarray, " 2"]
    """Middle, x and y in pixels, at the first picture."""
    velocity: Float64[np.ndarray, " 2"]
    """Pixels per picture."""
    pixels: Float32[np.ndarray, "h w"]
    cover: Float32[np.ndarray, "h w"]
    found: float
    """How often a detector sees it."""
    is_odd: bool

    def middle(self, picture: int) -> Float64[np.ndarray, " 2"]:
        x, y = self.start + picture * self.velocity
        if self.is_odd:
            return np.array([x, y])
        bob = 0.6 * np.sin(1.9 * picture + self.start[0])
        return np.array([x % _CROSSING - 20, y + bob])

    def box(self, picture: int) -> Float64[np.ndarray, " 4"]:
        """Shares of the picture; may reach out of it."""
        half = np.array(self.pixels.shape[::-1]) / 2
        middle = self.middle(picture)
        return np.concatenate([middle - half, middle + half]) / (COLUMNS, ROWS, COLUMNS, ROWS)


def walkway_clip(seed: int) -> WalkwayClip:
    """The same seed gives the same clip."""
    rng = np.random.default_rng(seed)
    scene = _texture(rng, (ROWS, COLUMNS), level=130, contrast=18, blur=3)
    things = [_walker(rng) for _ in range(rng.integers(8, 22))]
    entry = int(rng.integers(10, 60))
    things += [_odd_one(rng, entry) for _ in range(rng.integers(1, 3))]
    things.sort(key=lambda thing: thing.start[1])
    pictures = [_drawn(rng, scene, things, k) for k in range(NUM_PICTURES)]
    seen = [[(thing, _in_view(thing.box(k))) for thing in things] for k in range(NUM_PICTURES)]
    truth = [any(thing.is_odd and share > 0.5 for thing, share in one) for one in seen]
    visible = [[thing for thing, share in one if share > 0.5] for one in seen]
    regions = [_found(rng, some, k) for k, some in enumerate(visible)]
    return WalkwayClip(np.stack(pictures), regions, np.array(truth))


@dataclass(frozen=True, eq=False)
class KeptClip:
    """A clip as a file, with what is known of it."""

    path: Path
    regions: list[Regions]
    truth: Bool[np.ndarray, " f"]


def kept_walkway(folder: Path, seed: int) -> KeptClip:
    """The clip of this seed, drawn and encoded as Ped2's are where the folder has it not yet."""
    path = folder / f"{seed}.mkv"
    facts = path.with_suffix(".npz")
    if not facts.exists():
        clip = walkway_clip(seed)
        folder.mkdir(parents=True, exist_ok=True)
        write_clip(path, clip.pictures, fps=FPS)
        write_atomically(facts, to_npz({**packed_regions(clip.regions), "truth": clip.truth}))
    with np.load(facts) as arrays:
        return KeptClip(path, unpacked_regions(arrays), arrays["truth"])


def _walker(rng: np.random.Generator) -> _Thing:
    speed = rng.normal(WALK, SPREAD) * rng.choice([-1, 1]) * (rng.random() >= 0.1)
    height = int(rng.uniform(24, 34))
    start = rng.uniform((0, 30), (COLUMNS, ROWS - 40))
    velocity = np.array([speed, rng.normal(0, 0.008)]) * ROWS / FPS
    size = height, int(0.42 * height)
    return _Thing(start, velocity, *_sprite(rng, size), _eye(rng), is_odd=False)


def _odd_one(rng: np.random.Generator, entry: int) -> _Thing:
    """Comes in at a side of the picture at picture `entry`."""
    height, width, usual = ODD[str(rng.choice(list(ODD)))]
    speed = rng.normal(usual, 0.03) * rng.choice([-1, 1])
    velocity = np.array([speed, rng.normal(0, 0.006)]) * ROWS / FPS
    side = np.array([-10.0 if speed > 0 else COLUMNS + 10.0, rng.uniform(40, ROWS - 50)])
    start = side - entry * velocity
    return _Thing(start, velocity, *_sprite(rng, (height, width)), _eye(rng), is_odd=True)


def _eye(rng: np.random.Generator) -> float:
    """Small blurred things differ in how often a detector sees them; some it hardly ever does."""
    return float(rng.beta(2, 1))


def _sprite(
    rng: np.random.Generator, size: tuple[int, int]
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    height, width = size
    pixels = _texture(rng, size, level=rng.uniform(40, 190), contrast=30, blur=2)
    y, x = np.mgrid[:height, :width]
    inside = ((2 * y / height - 1) ** 2 + (2 * x / width - 1) ** 2) <= 1.05
    return pixels, cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7).astype(np.float32)


def _texture(
    rng: np.random.Generator, size: tuple[int, int], *, level: float, contrast: float, blur: float
) -> Float32[np.ndarray, "h w"]:
    noise = cv2.GaussianBlur(rng.normal(size=size).astype(np.float32), (0, 0), blur)
    return (noise / noise.std() * contrast + level).astype(np.float32)


def _drawn(
    rng: np.random.Generator, scene: Float32[np.ndarray, "h w"], things: list[_Thing], picture: int
) -> UInt8[np.ndarray, "h w 3"]:
    """One picture; who stands lower is nearer, and hides who is behind."""
    drawn = scene
    for thing in things:
        left, top = thing.box(picture)[:2] * (COLUMNS, ROWS)
        shift = np.array([[1, 0, left], [0, 1, top]], np.float32)
        cover = cv2.warpAffine(thing.cover, shift, (COLUMNS, ROWS))
        drawn = drawn * (1 - cover) + cv2.warpAffine(thing.pixels, shift, (COLUMNS, ROWS)) * cover
    noisy = drawn + rng.normal(0, _NOISE, drawn.shape)
    return np.repeat(noisy.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _in_view(box: Float64[np.ndarray, " 4"]) -> float:
    """Share of a box's width that lies in the picture."""
    left, right = np.clip(box[[0, 2]], 0, 1)
    return float((right - left) / (box[2] - box[0]))


def _found(rng: np.random.Generator, things: list[_Thing], picture: int) -> Regions:
    """Boxes off by a twelfth of their size, those of things that are seen; now and then one around
    nothing."""
    boxes = list[Float64[np.ndarray, " 4"]]()
    for thing in things:
        if rng.random() < thing.found:
            box = thing.box(picture).clip(0, 1)
            boxes.append(box + rng.normal(0, 0.08, 4) * np.tile(box[2:] - box[:2], 2))
    for middle in rng.uniform(0.1, 0.9, (rng.poisson(0.5), 2)):
        boxes.append(np.concatenate([middle - 0.04, middle + 0.04]))
    found = np.reshape(boxes, (-1, 4)).clip(0, 1).astype(np.float32)
    return Regions(found, np.ones(len(found), np.float32), ("",) * len(found))
