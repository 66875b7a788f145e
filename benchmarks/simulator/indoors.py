"""Places under a roof."""

import numpy as np

from benchmarks.simulator.canvas import Canvas, shade
from benchmarks.simulator.scenery import choose, shelf, side_wall, stripe, wall
from benchmarks.simulator.scenes import Time
from benchmarks.simulator.textures import lay_floor


def corridor(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A long hallway with doors."""
    paint = choose(rng, ((206, 204, 190), (176, 196, 204), (206, 190, 170)))
    canvas.pixels[:] = (226, 226, 222)
    lay_floor(canvas, rng, (140, 136, 128), grain=5, tile_m=0.6, joint=0.9)
    for x, light in ((-2.1, 0.95), (2.1, 0.82)):
        side_wall(canvas, x, (0.9, 20), (0, 2.9), shade(paint, light))
        side_wall(canvas, x, (0.9, 20), (0, 0.15), (90, 84, 76))
        side_wall(canvas, x, (0.9, 20), (0.95, 1.05), (150, 120, 90))
        for z in (5.0, 8.6, 12.2, 16.0):
            side_wall(canvas, x * 0.99, (z, z + 1.1), (0, 2.1), (122, 84, 54))
    wall(canvas, (-2.1, 2.1), 20.0, (0, 2.9), shade(paint, 0.75))
    wall(canvas, (-0.9, 0.9), 19.9, (0, 2.2), (70, 96, 110))
    for z in (4.5, 8.0, 12.0, 16.0):
        corners = [(-0.5, 2.9, z), (0.5, 2.9, z), (0.5, 2.9, z + 1.5), (-0.5, 2.9, z + 1.5)]
        canvas.polygon(corners, (255, 255, 250))


def shop(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """An aisle between shelves of goods."""
    lay_floor(canvas, rng, (214, 210, 200), grain=4, tile_m=0.5, joint=0.93)
    wall(canvas, (-15, 15), 15.0, (0, 5), (188, 192, 188))
    shelf(canvas, rng, -5.2, (3.0, 13.0), height_m=2.0, face=1)
    shelf(canvas, rng, 5.2, (3.0, 13.0), height_m=2.0, face=-1)
    shelf(canvas, rng, -2.5, (2.0, 12.0), height_m=1.9, face=1)
    shelf(canvas, rng, 2.5, (2.0, 12.0), height_m=1.9, face=-1)
    for x in (-3.6, -1.2, 1.2, 3.6):
        wall(
            canvas,
            (x - 0.8, x + 0.8),
            14.9,
            (1.9, 2.6),
            choose(rng, ((205, 45, 45), (35, 95, 165))),
        )
    for x in (-1.4, 0.0, 1.4):
        canvas.box((x, 0, 13.6), (1.2, 1.0, 0.9), (120, 150, 170))


def warehouse(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """Racks with cartons and pallets, and a roller door."""
    lay_floor(canvas, rng, (152, 150, 146), grain=9)
    wall(canvas, (-25, 25), 17.0, (0, 10), (128, 136, 140))
    wall(canvas, (-2.4, 2.4), 16.9, (0, 4.2), (176, 180, 182))
    for y in np.arange(0.4, 4.2, 0.4):
        canvas.line((-2.4, y, 16.9), (2.4, y, 16.9), (140, 144, 148), width_m=0.05)
    for x in (-5.2, 5.2):
        for z in np.arange(8.0, 15.5, 1.5)[::-1]:
            for y in (0.1, 1.7, 3.3):
                carton = shade((178, 136, 88), float(rng.uniform(0.75, 1.15)))
                canvas.box((x, y, float(z)), (1.5, float(rng.uniform(0.7, 1.3)), 1.2), carton)
        for z in (7.4, 11.0, 15.0):
            canvas.line((x, 0, z), (x, 4.8, z), (30, 70, 150), width_m=0.14)
        for y in (1.6, 3.2):
            canvas.line((x, y, 7.4), (x, y, 15.6), (222, 110, 30), width_m=0.14)
    for x in (-3.4, 3.4):
        stripe(canvas, (x - 0.06, x + 0.06), (2.0, 16.0), (236, 200, 40))


def office(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """Desks with screens on a carpet."""
    lay_floor(canvas, rng, choose(rng, ((92, 108, 128), (112, 120, 100), (126, 108, 104))), grain=7)
    wall(canvas, (-15, 15), 11.5, (0, 5), (222, 218, 206))
    for x in (-5.4, -1.8, 1.8):
        wall(canvas, (x, x + 3.0), 11.4, (1.0, 2.4), (164, 196, 216))
        for y in np.arange(1.1, 2.4, 0.16):
            canvas.line((x, y, 11.35), (x + 3.0, y, 11.35), (232, 232, 228), width_m=0.03)
    for x, z in ((-3.6, 9.6), (0.0, 9.9), (3.6, 9.6), (-4.4, 6.4), (4.4, 6.4)):
        canvas.box((x, 0, z), (2.0, 0.74, 0.9), (196, 164, 120))
        canvas.box((x, 0.74, z + 0.1), (0.75, 0.5, 0.08), (34, 36, 40))
        wall(canvas, (x - 0.32, x + 0.32), z + 0.05, (0.82, 1.18), (86, 130, 170))
        canvas.box((x + 0.7, 0.74, z - 0.1), (0.3, 0.05, 0.22), (245, 245, 240))


def bank(canvas: Canvas, rng: np.random.Generator, time: Time) -> None:
    """A hall with a long counter and ropes."""
    trim = choose(rng, ((110, 66, 40), (44, 72, 96), (80, 60, 84)))
    lay_floor(canvas, rng, (200, 188, 170), grain=6, tile_m=1.2, joint=0.85)
    wall(canvas, (-15, 15), 12.5, (0, 5), (228, 220, 202))
    wall(canvas, (-5, 5), 12.4, (2.2, 2.9), trim)
    for x in (-3.6, -1.2, 1.2, 3.6):
        wall(canvas, (x - 0.9, x + 0.9), 12.3, (1.1, 2.1), (150, 176, 186))
    canvas.box((0, 0, 10.4), (10.5, 1.1, 0.9), trim)
    canvas.box((0, 1.1, 10.4), (10.7, 0.08, 1.1), (226, 220, 210))
    for x in (-4.2, 4.2):
        for z in (5.4, 7.4):
            canvas.line((x, 0, z), (x, 0.95, z), (206, 170, 70), width_m=0.09)
        canvas.line((x, 0.8, 5.4), (x, 0.8, 7.4), (150, 24, 40), width_m=0.07)
    for x in (-5.8, 5.8):
        canvas.box((x, 0, 8.8), (0.6, 0.6, 0.6), (230, 228, 222))
        canvas.disc((x, 1.1, 8.8), 0.55, (48, 104, 56))
