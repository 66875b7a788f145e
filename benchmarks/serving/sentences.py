"""Sentences to ask, and sentences that made-up footage is about."""

from collections.abc import Iterator

import numpy as np

WHO = (
    *("a man in a red jacket", "a woman with a pram", "two teenagers", "a cyclist", "a courier"),
    *("an old man with a stick", "a child", "a guard", "a crowd", "a dog", "a white van"),
    *("a masked person", "a worker in a yellow vest", "a bus driver", "someone with a backpack"),
)
DOES = (
    *("walks past", "runs away", "falls down", "fights with somebody", "breaks a window"),
    *("climbs over the fence", "leaves a bag behind", "sets something on fire", "waits"),
    *("lies on the ground", "throws a bottle", "opens a car door", "shouts at people", "crashes"),
    *("carries a box", "turns around"),
)
WHERE = (
    *("at the gate", "in the yard", "near the entrance", "on the platform", "in the car park"),
    *("by the stairs", "in the corridor", "at the counter", "on the pavement", "by the lift"),
)
WHEN = (
    *("", "at night", "in the rain", "in the early morning", "in bright sun", "in the snow"),
    *("while others watch", "for a long time", "twice", "as a car passes", "with a loud noise"),
)


def fresh(seed: int) -> Iterator[str]:
    """Sentences without end that are rarely the same."""
    rng = np.random.default_rng([seed, 1])
    while True:
        who, does, where, when = (str(rng.choice(part)) for part in (WHO, DOES, WHERE, WHEN))
        yield f"{who} {does} {where} {when} {rng.integers(10_000)}".strip()


def scenes(count: int, seed: int) -> list[str]:
    """What footage shows: different sentences, none of which is asked word for word."""
    rng = np.random.default_rng([seed, 2])
    every = [f"{who}, who {does}, {where}" for who in WHO for does in DOES for where in WHERE]
    return [every[index] for index in rng.permutation(len(every))[:count]]
