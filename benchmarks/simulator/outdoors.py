"""Places under the sky."""

import numpy as np

from benchmarks.simulator.canvas import Canvas, Colour, shade
from benchmarks.simulator.scenery import (
    brick_wall,
    choose,
    parked_car,
    sky,
    stripe,
    tree,
    wall,
    windows,
)
from benchmarks.simulator.scenes import Time
from benchmarks.simulator.textures import lay_floor

FACADES: tuple[Colour, ...] = ((176, 140, 112), (150, 150, 155), (196, 184, 160), (140, 96, 80))
ASPHALT: Colour = (92, 93, 96)
LINE: Colour = (225, 225, 215)


def street(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A road between a pavement and a row of houses."""
    sky(canvas, time)
    lay_floor(canvas, rng, (150, 148, 142), tile_m=0.8)
    stripe(canvas, (-20, 20), (8.2, 13.6), ASPHALT)
    stripe(canvas, (-20, 20), (8.1, 8.3), (190, 188, 182))
    for x in np.arange(-15, 15, 3.0):
        stripe(canvas, (x, x + 1.4), (10.85, 11.05), LINE)
    for k, x in enumerate(np.arange(-18, 18, 6.0)):
        facade = FACADES[(k + int(rng.integers(4))) % 4]
        wall(canvas, (x, x + 6), 16.0, (0, 7.5), facade)
        windows(canvas, (x + 0.6, x + 5.4), 15.95, (1.0, 6.8), columns=3, rows=3, time=time)
    canvas.line((4.6, 0, 8.0), (4.6, 5.0, 8.0), (70, 74, 78), width_m=0.12)


def crossing(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A zebra crossing from a traffic-light pole."""
    sky(canvas, time)
    lay_floor(canvas, rng, ASPHALT)
    for x in np.arange(-3.3, 3.3, 1.1):
        stripe(canvas, (x, x + 0.6), (4.2, 12.0), (232, 232, 226))
    stripe(canvas, (-25, 25), (12.4, 16.0), (160, 157, 150))
    stripe(canvas, (-25, 25), (1.0, 3.6), (160, 157, 150))
    for x in (-14, -9, 4.5, 9):
        stripe(canvas, (x, x + 3), (8.0, 8.2), LINE)
    wall(canvas, (-30, 30), 19.0, (0, 6), choose(rng, FACADES))
    windows(canvas, (-14, 14), 18.9, (0.5, 3.2), columns=9, rows=1, time=time)
    canvas.line((-4.4, 0, 12.6), (-4.4, 3.4, 12.6), (60, 62, 65), width_m=0.12)
    canvas.box((-4.4, 2.6, 12.5), (0.35, 0.9, 0.3), (40, 42, 44))
    canvas.disc((-4.4, 3.25, 12.3), 0.11, (235, 50, 40))


def car_park(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """Bays with parked cars, from a mast."""
    lay_floor(canvas, rng, (104, 105, 108), grain=12)
    for x in np.arange(-11.2, 11.3, 2.8):
        stripe(canvas, (x, x + 0.12), (9.4, 14.2), LINE)
        stripe(canvas, (x, x + 0.12), (0.8, 4.2), LINE)
    stripe(canvas, (-20, 20), (14.2, 14.35), LINE)
    for x in np.arange(-9.8, 11, 2.8):
        if rng.random() < 0.65:
            parked_car(canvas, rng, (float(x), 0, 12.0), forward=(0, -1))
    stripe(canvas, (-20, 20), (15.5, 25.0), (84, 122, 66))


def alley(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A passage between brick walls."""
    sky(canvas, time)
    lay_floor(canvas, rng, (112, 108, 104), grain=14, tile_m=0.4, joint=0.9)
    brick = choose(rng, ((142, 78, 62), (128, 92, 74), (120, 84, 88)))
    brick_wall(canvas, -2.7, (1.2, 18.0), 6.0, brick)
    brick_wall(canvas, 2.7, (1.2, 18.0), 6.0, shade(brick, 0.8))
    wall(canvas, (-2.7, 2.7), 18.0, (0, 4.0), shade(brick, 0.7))
    for z in (8.6, 9.9):
        canvas.box((-2.1, 0, z), (1.0, 1.2, 1.1), (46, 92, 62))
        canvas.box((-2.1, 1.2, z), (1.05, 0.08, 1.15), (30, 60, 42))
    canvas.box((2.2, 0, 10.5), (0.7, 0.9, 0.7), (120, 120, 125))
    canvas.polygon(
        [(2.68, 0, 8.0), (2.68, 2.1, 8.0), (2.68, 2.1, 9.2), (2.68, 0, 9.2)], (60, 62, 80)
    )


def park(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A path through lawns and trees."""
    sky(canvas, time)
    lay_floor(canvas, rng, (92, 138, 66), grain=14)
    stripe(canvas, (-22, 22), (5.4, 8.6), (196, 178, 142))
    path = [(-1.4, 0.01, 8.6), (1.4, 0.01, 8.6), (3.6, 0.01, 26.0), (1.8, 0.01, 26.0)]
    canvas.polygon(path, (190, 172, 138))
    wall(canvas, (-40, 40), 27.0, (0, 2.2), (64, 104, 58))
    for x, z in ((-6.8, 15.0), (-3.4, 11.6), (5.6, 12.2), (8.2, 18.0), (-9, 20), (2.4, 21)):
        tree(canvas, rng, (x + float(rng.uniform(-0.6, 0.6)), 0, z))
    for dy, dz in ((0.45, 0.0), (0.8, 0.25)):
        canvas.box((3.1, dy, 9.4 + dz), (1.8, 0.09, 0.3), (130, 88, 50))
    for x in (2.4, 3.8):
        canvas.box((x, 0, 9.5), (0.1, 0.85, 0.4), (60, 60, 62))


def platform(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A railway platform with the tracks beyond its edge."""
    sky(canvas, time)
    lay_floor(canvas, rng, (158, 156, 152), tile_m=0.6, joint=0.9)
    stripe(canvas, (-25, 25), (8.3, 8.7), (240, 205, 45))
    stripe(canvas, (-25, 25), (9.2, 14.2), (86, 78, 70))
    for x in np.arange(-14, 14, 0.8):
        stripe(canvas, (x, x + 0.3), (10.1, 13.2), (62, 50, 42))
    for z in (10.6, 12.4):
        stripe(canvas, (-25, 25), (z, z + 0.14), (185, 188, 192))
    wall(canvas, (-30, 30), 15.0, (0, 3.4), choose(rng, ((120, 128, 138), (150, 132, 112))))
    wall(canvas, (-2.2, 2.2), 14.9, (1.7, 2.5), (28, 62, 130))
    wall(canvas, (-1.6, 1.6), 14.85, (1.95, 2.25), (235, 235, 235))
    for x in (-4.6, 4.6):
        canvas.line((x, 0, 8.0), (x, 4.2, 8.0), (70, 90, 84), width_m=0.2)


def entrance(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """Glass doors of a building with steps and plants."""
    facade = choose(rng, ((184, 178, 168), (150, 128, 110), (168, 172, 180)))
    lay_floor(canvas, rng, (166, 160, 150), tile_m=1.0)
    wall(canvas, (-20, 20), 10.4, (0, 8), facade)
    canvas.box((0, 0, 9.7), (5.6, 0.16, 1.4), (198, 194, 186))
    wall(canvas, (-1.7, 1.7), 10.35, (0.16, 2.9), (52, 58, 64))
    glass = (252, 226, 160) if time == "night" else (128, 168, 186)
    for x in (-1.5, 0.1):
        wall(canvas, (x, x + 1.4), 10.3, (0.25, 2.75), glass)
    canvas.box((0, 3.0, 9.6), (5.2, 0.22, 1.6), (90, 30, 34))
    windows(canvas, (-8, -2.6), 10.3, (1.0, 2.8), columns=3, rows=1, time=time)
    windows(canvas, (2.6, 8), 10.3, (1.0, 2.8), columns=3, rows=1, time=time)
    for x in (-3.1, 3.1):
        canvas.box((x, 0, 9.6), (0.6, 0.55, 0.6), (120, 70, 48))
        canvas.disc((x, 0.95, 9.6), 0.5, (52, 110, 52))


def petrol_station(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """Pumps under a canopy."""
    brand = choose(rng, ((200, 40, 40), (30, 110, 70), (30, 80, 170)))
    sky(canvas, time)
    lay_floor(canvas, rng, (142, 142, 140), grain=7, tile_m=3.0)
    stripe(canvas, (-20, 20), (17.0, 22.0), ASPHALT)
    wall(canvas, (-6, 7), 16.0, (0, 3.0), (206, 204, 198))
    windows(canvas, (-5, 4), 15.95, (0.6, 2.3), columns=4, rows=1, time=time)
    for x in (-4.2, 0.0, 4.2):
        canvas.box((x, 0, 11.2), (2.2, 0.15, 1.0), (176, 176, 170))
        canvas.box((x, 0.15, 11.2), (0.9, 1.6, 0.55), (236, 236, 236))
        canvas.box((x, 1.35, 10.9), (0.7, 0.3, 0.02), (36, 40, 46))
        canvas.box((x, 1.75, 11.2), (0.9, 0.25, 0.55), brand)
        canvas.line((x + 0.8, 0, 11.4), (x + 0.8, 4.2, 11.4), (220, 220, 220), width_m=0.2)
    canvas.box((0, 3.7, 11.6), (12.5, 0.6, 3.6), brand)


def yard(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A yard with containers behind a wire fence."""
    sky(canvas, time)
    lay_floor(canvas, rng, (150, 136, 112), grain=16)
    paints = ((176, 70, 44), (44, 88, 130), (70, 110, 80), (190, 150, 60))
    for k, x in enumerate((-8.4, -1.6, 5.2)):
        paint = paints[(k + int(rng.integers(4))) % 4]
        canvas.box((x, 0, 14.5), (6.1, 2.6, 2.4), paint)
        for rib in np.arange(x - 2.8, x + 3.0, 0.5):
            start, end = (float(rib), 0.1, 13.29), (float(rib), 2.5, 13.29)
            canvas.line(start, end, shade(paint, 0.7), width_m=0.06)
    canvas.box((-1.6, 2.6, 14.5), (6.1, 2.6, 2.4), paints[int(rng.integers(4))])
    for x in np.arange(-9, 9, 1.8):
        canvas.line((x, 0, 11.6), (x, 1.9, 11.6), (175, 180, 184), width_m=0.07)
    for y in (0.3, 1.0, 1.8):
        canvas.line((-9, y, 11.6), (9, y, 11.6), (165, 170, 175), width_m=0.03)
