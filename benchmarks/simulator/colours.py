"""The colours that captions name."""

from benchmarks.simulator.canvas import Colour

COLOURS: dict[str, Colour] = {
    "red": (205, 30, 35),
    "blue": (35, 75, 205),
    "green": (35, 145, 60),
    "yellow": (235, 205, 40),
    "orange": (240, 125, 25),
    "purple": (125, 45, 155),
    "pink": (240, 130, 175),
    "white": (240, 240, 238),
    "black": (28, 28, 32),
    "grey": (130, 132, 135),
    "brown": (115, 75, 45),
}
JACKETS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "white", "black")
TROUSERS = ("blue", "black", "grey", "brown", "white")
COACHWORK = ("red", "blue", "green", "yellow", "white", "black", "grey")
COATS = ("black", "brown", "white")
SKIN: tuple[Colour, ...] = ((236, 190, 160), (205, 150, 115), (150, 100, 70), (105, 70, 50))
HAIR: tuple[Colour, ...] = ((40, 28, 22), (95, 60, 30), (150, 110, 60), (25, 25, 28))
