"""Queries that match nothing in any footage of a camera: what they find is what chance finds."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float32, UInt8

SENTENCES = (
    "the rings of Saturn seen from a space probe",
    "a blue whale swims through the deep ocean",
    "bacteria divide under a microscope",
    "lava flows down the slope of a volcano",
    "a page of sheet music for the violin",
    "coral and tropical fish on a reef",
    "the surface of Mars with red dust and rocks",
    "a bowl of tomato soup with basil leaves",
    "an oil painting of a sailing ship in a storm",
    "a polar bear walks over the pack ice",
    "a knight in armour rides towards a castle",
    "red blood cells flow through a vein",
    "an astronaut floats outside a space station",
    "a herd of elephants crosses the savannah",
    "a slice of chocolate cake on a plate",
    "the northern lights above a frozen lake",
    "a weather map of Europe with isobars",
    "a ballet dancer turns on the stage of an opera house",
    "a waterfall in the middle of the jungle",
    "a diagram of the human heart",
    "penguins dive from an iceberg into the sea",
    "a chess board with only kings and pawns left",
    "a submarine dives below the surface",
    "a close-up of a bee on a sunflower",
    "a camel caravan crosses sand dunes",
    "the planet Earth as seen from the moon",
    "a surfer rides inside a huge wave",
    "a mathematical proof written with chalk",
    "a bride throws her bouquet to the guests",
    "skydivers join hands above the clouds",
    "an ancient temple overgrown with roots",
    "a kangaroo carries a joey in its pouch",
    "grapes are pressed in a wooden barrel",
    "a tennis player serves at a championship",
    "an X-ray image of a broken hand",
    "a cartoon mouse plays the trumpet",
    "two dinosaurs fight in a swamp",
    "a telescope photograph of a spiral galaxy",
    "a sushi chef cuts raw tuna",
    "a hot-air balloon drifts over vineyards",
    "a wolf howls on a cliff at full moon",
    "knitting needles and a ball of wool",
    "an orchestra plays a symphony",
    "a dragon breathes fire over a mountain",
    "a crab hides in an empty shell",
    "a page of a medieval manuscript",
    "a figure skater spins on the ice",
    "rice terraces on a green hillside",
    "a baby sleeps in a wooden cradle",
    "a rocket lifts off from its launch pad",
    "a jellyfish drifts in dark water",
    "an owl turns its head in a hollow tree",
    "a spoon stirs milk into a cup of tea",
    "a snow leopard climbs a rock face",
    "a graph of share prices over ten years",
    "a sculptor carves a face out of marble",
    "a parrot repeats a word",
    "the inside of a clock with its gears",
    "a lighthouse on a rocky island",
    "a gymnast balances on a beam",
    "a magician pulls a rabbit out of a hat",
    "a spider spins its web between two twigs",
    "pancakes are turned over in a pan",
    "an eagle catches a salmon in a river",
)
NUM_SOUNDS = 32
SOUND_S = 5.12
NUM_IMAGES = 32
SIDE_PX = 96


def sounds(rate_hz: int) -> Iterator[Float32[np.ndarray, " s"]]:
    """NUM_SOUNDS sounds that no camera hears: chords that sweep and beat, in [-0.5, 0.5]."""
    times_s = np.arange(round(SOUND_S * rate_hz)) / rate_hz
    for seed in range(NUM_SOUNDS):
        rng = np.random.default_rng([seed, 31])
        starts_hz = rng.uniform(80, 0.4 * rate_hz, 3)
        sweeps_hz = rng.uniform(-0.3, 0.3, 3) * starts_hz
        phases = np.outer(starts_hz, times_s) + np.outer(sweeps_hz, times_s**2) / (2 * SOUND_S)
        beats = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 12) * times_s)
        yield (np.sin(2 * np.pi * phases).mean(axis=0) * beats / 2).astype(np.float32)


def images() -> Iterator[UInt8[np.ndarray, "h w 3"]]:
    """NUM_IMAGES pictures that no camera takes: waves of colour across each other."""
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX] / SIDE_PX
    for seed in range(NUM_IMAGES):
        rng = np.random.default_rng([seed, 32])
        bend = rng.uniform(0, 0.3, 3)
        slope_x, slope_y, phase = rng.uniform(-9, 9, 3), rng.uniform(-9, 9, 3), rng.uniform(0, 6, 3)
        wave = np.sin(
            2 * np.pi * (x[..., None] * slope_x + y[..., None] * slope_y)
            + phase
            + bend * 20 * np.sin(5 * x[..., None] * slope_y)
        )
        yield (127.5 + 127.5 * wave).astype(np.uint8)
