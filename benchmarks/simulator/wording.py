"""How places, hours, weather and things are called, in words that differ between the splits."""

from benchmarks.simulator.scenes import Split

Wordings = dict[str, dict[Split, tuple[str, ...]]]

PLACE_WORDS: Wordings = {
    "street": {
        "train": ("on a street", "on the pavement of a city street", "in a street with houses"),
        "test": ("beside an urban road", "on a sidewalk in town", "along a row of buildings"),
    },
    "crossing": {
        "train": (
            "at a zebra crossing",
            "on a pedestrian crossing",
            "at a crossing with traffic lights",
        ),
        "test": (
            "on a crosswalk",
            "where striped markings cross the road",
            "at a road intersection",
        ),
    },
    "car_park": {
        "train": ("in a car park", "between the bays of a car park", "next to parked cars"),
        "test": (
            "in a parking lot",
            "at an outdoor parking area",
            "on a lot full of parked vehicles",
        ),
    },
    "alley": {
        "train": ("in an alley", "in a narrow alley with brick walls", "in a back alley"),
        "test": (
            "in a passage between brick buildings",
            "down a tight side lane",
            "beside dumpsters in a backstreet",
        ),
    },
    "park": {
        "train": ("in a park", "on a path in the park", "between trees in a park"),
        "test": ("in a public garden", "on a trail across the lawn", "among trees and grass"),
    },
    "platform": {
        "train": (
            "on a railway platform",
            "at a train station",
            "on the platform next to the tracks",
        ),
        "test": (
            "beside the rails of a station",
            "where passengers wait for trains",
            "at a metro stop",
        ),
    },
    "entrance": {
        "train": (
            "at the entrance of a building",
            "in front of a building's door",
            "before glass doors",
        ),
        "test": (
            "outside a lobby",
            "near the front doorway of a block",
            "at the main gate of an edifice",
        ),
    },
    "petrol_station": {
        "train": (
            "at a petrol station",
            "next to fuel pumps",
            "on the forecourt of a petrol station",
        ),
        "test": ("at a gas station", "by the gasoline pumps", "at a filling station"),
    },
    "yard": {
        "train": (
            "in a yard with containers",
            "in a container yard",
            "in front of shipping containers",
        ),
        "test": (
            "at a freight depot",
            "by stacked cargo boxes outdoors",
            "on an industrial lot with steel crates",
        ),
    },
    "corridor": {
        "train": (
            "in a corridor",
            "in a long corridor with doors",
            "in the corridor of a building",
        ),
        "test": ("in a hallway", "along a passageway indoors", "down the hall with many doors"),
    },
    "shop": {
        "train": ("in a shop", "between the shelves of a shop", "in the aisle of a shop"),
        "test": (
            "in a grocery store",
            "in a supermarket",
            "among shelves of goods in a retail store",
        ),
    },
    "warehouse": {
        "train": ("in a warehouse", "between racks in a warehouse", "in a warehouse full of boxes"),
        "test": (
            "in a storage hall",
            "in a depot with stacked cartons",
            "inside a goods storehouse",
        ),
    },
    "office": {
        "train": ("in an office", "between desks in an office", "in an office with computers"),
        "test": (
            "at a workplace with desks",
            "in a room of workstations",
            "near computer screens at work",
        ),
    },
    "bank": {
        "train": ("in a bank", "at the counter of a bank", "in the hall of a bank"),
        "test": ("at the teller windows", "inside a bank branch lobby", "before a cashier's desk"),
    },
}
TIME_WORDS: Wordings = {
    "day": {
        "train": ("in the daytime", "during the day", "by day"),
        "test": ("in broad daylight", "in the afternoon", "around noon"),
    },
    "dusk": {
        "train": ("at dusk", "in the evening", "at sunset"),
        "test": ("at twilight", "as the sun goes down", "at nightfall"),
    },
    "night": {
        "train": ("at night", "after dark", "in the night"),
        "test": (
            "in the middle of the nighttime",
            "around midnight",
            "during late hours of darkness",
        ),
    },
    "lit": {
        "train": ("with the lights on", "under bright lamps", "in bright light"),
        "test": ("under full lighting", "while well lit", "with good illumination"),
    },
    "dark": {
        "train": ("with the lights off", "in the dark", "in little light"),
        "test": ("while dimly lit", "in near darkness", "with the lamps switched off"),
    },
}
WEATHER_WORDS: Wordings = {
    "rain": {
        "train": ("in the rain", "while it rains"),
        "test": ("in wet weather", "during a downpour"),
    },
    "snow": {
        "train": ("in the snow", "while it snows"),
        "test": ("amid falling snowflakes", "during a snowfall"),
    },
    "fog": {"train": ("in fog", "in the mist"), "test": ("in hazy air", "through thick haze")},
}
COLOUR_WORDS: dict[str, str] = {
    "red": "scarlet",
    "blue": "navy",
    "green": "emerald",
    "yellow": "golden",
    "orange": "tangerine",
    "purple": "violet",
    "pink": "rose",
    "white": "ivory",
    "black": "ebony",
    "grey": "silver",
    "brown": "chestnut",
}
"""Other words, which only test captions use, in less than half of the places."""
PERSON_WORDS: Wordings = {
    "plain": {
        "train": (
            "a {who} in a {colour} jacket",
            "a {who} in {colour}",
            "a {who} with a {colour} top",
        ),
        "test": (
            "a {who} dressed in {colour}",
            "a {who} wearing a {colour} coat",
            "a {colour}-clad {who}",
        ),
    },
    "full": {
        "train": ("a {who} in a {colour} jacket and {legs} trousers",),
        "test": ("a {who} with a {colour} sweater and {legs} pants",),
    },
}
NOUNS: Wordings = {
    "man": {"train": ("man",), "test": ("man", "guy")},
    "woman": {"train": ("woman",), "test": ("woman", "lady")},
    "child": {"train": ("child",), "test": ("kid", "child")},
    "officer": {"train": ("police officer",), "test": ("policeman", "cop")},
    "cyclist": {"train": ("cyclist",), "test": ("bike rider", "bicyclist")},
    "car": {"train": ("car",), "test": ("automobile", "sedan")},
    "van": {"train": ("van",), "test": ("delivery van", "minivan")},
    "bus": {"train": ("bus",), "test": ("coach", "minibus")},
    "dog": {"train": ("dog",), "test": ("dog", "hound")},
}
WAY_WORDS: Wordings = {
    "left": {"train": ("to the left",), "test": ("leftwards", "toward the left side")},
    "right": {"train": ("to the right",), "test": ("rightwards", "toward the right side")},
    "toward": {"train": ("towards the camera",), "test": ("closer to the viewer",)},
    "away": {"train": ("away from the camera",), "test": ("into the distance",)},
}
OBJECT_WORDS: Wordings = {
    "bag": {"train": ("a bag",), "test": ("a piece of luggage",)},
    "bench": {"train": ("a bench",), "test": ("a wooden seat",)},
    "cart": {"train": ("a blue cart",), "test": ("a blue trolley",)},
    "fence": {"train": ("a wire fence",), "test": ("a mesh barrier",)},
    "pane": {"train": ("a glass window",), "test": ("a pane of glass",)},
    "panel": {"train": ("a painted wall",), "test": ("a board with spray paint",)},
    "fire": {"train": ("fire and smoke",), "test": ("burning flames",)},
    "blast": {"train": ("an explosion",), "test": ("a fireball",)},
}
