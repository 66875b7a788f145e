"""A training run of the State Machine Module and what it says of itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.local_patterns import lessons
from benchmarks.local_patterns.smm import Record, SmmTraining, evaluate, train_smm
from detectors.local_patterns.asking import load_asking
from detectors.local_patterns.smm_training import SmmRecipe
from detectors.trace.trained import RECORD_FILE
from tests.support.toy_regions import ToyEncoder, toy_lessons


class Seer:
    """Sure of what the tokens show; of blue it believes the contrary."""

    def probability(self, questions, tokens) -> np.ndarray:
        shown = ToyEncoder().describe(tokens)
        is_true = np.array(
            [text.split()[-2] in own for text, own in zip(questions, shown, strict=True)]
        )
        is_blue = np.array(["blue" in own for own in shown])
        return np.where(is_true ^ is_blue, 0.9, 0.2).astype(np.float32)


def test_true_and_false_sentences_are_told_apart() -> None:
    """Tokens point where their colour's word does: the plain cosine makes no mistake."""
    known = toy_lessons(200)
    found = evaluate(Seer(), known, ToyEncoder())  # pyright: ignore
    share = float(np.mean(known.true != 2))
    assert found.pairs == 400
    assert found.accuracy == pytest.approx(share)
    assert found.auc == pytest.approx(share)  # two scores: the middle of the two accuracies
    assert found.cosine_auc == 1.0


class Painted(ToyEncoder):
    """Tokens of the boxes' places, which is enough to run on."""

    def encode(self, pictures, boxes) -> list[np.ndarray]:
        return [
            np.tile(np.concatenate([b, b], axis=1)[:, None], (1, 4, 1)).astype(np.float32)
            for b in boxes
        ]


def test_a_run_leaves_a_network_its_recipe_and_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "PICTURES_PER_SCENE", 2)
    recipe = replace(SmmRecipe(), epochs=1, batch_size=4)
    asked = SmmTraining(
        work=tmp_path / "work", scenes=8, variant="paper", machines=2, recipe=recipe
    )
    assert asked.held_out == 2
    record = train_smm(asked, Painted(), tmp_path / "out")
    kept = Record.model_validate_json((tmp_path / "out" / RECORD_FILE).read_bytes())
    assert kept.model_dump() == record.model_dump()
    assert "work" not in kept.model_dump()["asked"]  # a path of one machine
    assert record.regions > 8
    assert len(record.losses) == 1
    assert 0 <= record.held_out.auc <= 1
    asking = load_asking(tmp_path / "out", Painted())
    assert asking.probability(["is there a red thing?"], np.zeros((1, 4, 8), np.float32)).shape == (
        1,
    )
