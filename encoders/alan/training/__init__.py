"""Joint training of ALAN (METHODS A.5-A.8): examples → batches → losses → trainer."""

from encoders.alan.training.examples import (
    SoundExample,
    TextTable,
    TrainingSet,
    VideoExample,
    held,
)
from encoders.alan.training.learner import Learner
from encoders.alan.training.recipe import AlanRecipe, Machine
from encoders.alan.training.texts import Sentences
from encoders.alan.training.trainer import AlanTrainer

__all__ = [
    "AlanRecipe",
    "AlanTrainer",
    "Learner",
    "Machine",
    "Sentences",
    "SoundExample",
    "TextTable",
    "TrainingSet",
    "VideoExample",
    "held",
]
