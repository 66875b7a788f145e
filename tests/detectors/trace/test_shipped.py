"""The network that comes with the compact profile."""

import json

import torch

from detectors.files import WEIGHTS_FILE
from detectors.trace.shipped import WEIGHTS, network_for
from detectors.words_training import WordsRecipe

FOLDER = WEIGHTS / "compact"


def test_it_is_trained_small_and_for_the_profile() -> None:
    network = network_for("compact", dim=384, motion_dim=128)
    appearance, motion = torch.randn(1, 20, 384), torch.randn(1, 20, 128)
    with torch.inference_mode():
        moved = network(appearance, motion) - torch.nn.functional.normalize(appearance, dim=-1)
    assert moved.norm(dim=-1).min() > 0.01
    assert (FOLDER / WEIGHTS_FILE).stat().st_size < 5_000_000


def test_its_record_says_what_it_learned_from() -> None:
    record = json.loads((FOLDER / "trained_on.json").read_text())
    asked = record["asked"]
    assert record["lessons"] == asked["videos"] + asked["scenes"]
    assert len(record["losses"]) == asked["epochs"]
    assert record["losses"][-1] < record["losses"][0]
    assert asked["seed"] == WordsRecipe().seed
