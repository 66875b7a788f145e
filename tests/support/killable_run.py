"""A training run as a process of its own, for tests that kill it: `python -m ... FOLDER`."""

import sys
from dataclasses import replace
from pathlib import Path

from encoders.alan.training import AlanRecipe, AlanTrainer
from tests.support.lessons import CONFIG, training_set
from tests.support.text import tiny_bert

RECIPE = AlanRecipe(epochs=40, batch_size=16, sound_batch_size=8, lr=1e-3, average_decay=0.9)


def trainer() -> AlanTrainer:
    """With every loss there is, the phrases' included."""
    return AlanTrainer(
        replace(CONFIG, num_samples=3),
        training_set(),
        RECIPE,
        backbone=tiny_bert(pooling="cls").freeze(),
    )


if __name__ == "__main__":
    trainer().run(Path(sys.argv[1]))
