"""Whole runs on a small set: what is learned, and that a run can be repeated and gone on with."""

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan.predictor import AlanPredictor
from encoders.alan.training import AlanRecipe, AlanTrainer, Machine
from encoders.alan.training.journal import read_log
from segments.errors import UserError
from tests.support import killable_run
from tests.support.lessons import CONFIG, KINDS, training_set

RECIPE = AlanRecipe(
    epochs=60,
    batch_size=16,
    sound_batch_size=8,
    lr=3e-3,
    schedule="one-cycle",
    average_decay=0.9,
    masking="none",
    feature_noise=0.1,
)
SHORT = replace(RECIPE, epochs=4, average_decay=0.5)


@pytest.fixture(scope="module")
def trained():
    steps: list[dict[str, float]] = []
    trainer = AlanTrainer(CONFIG, training_set(), RECIPE)
    return AlanPredictor(trainer.run(on_step=lambda _, losses: steps.append(losses))), steps


def test_words_and_sounds_find_their_kind(trained):
    predictor, _ = trained
    known = training_set()
    seen = [video.read(0) for video in known.videos[KINDS : 2 * KINDS]]  # one of each kind
    stored = predictor.embed_segments([(f, predictor.score_clips(f)) for f in seen])
    alan = np.stack([vectors["alan"] for vectors in stored])
    table = known.texts
    assert table is not None
    assert table.tokens is not None
    assert table.sentences is not None
    for kind in range(KINDS):
        tokens, words = table.tokens[kind].astype(np.float32), table.words[kind]
        query = predictor.encode_text(tokens, words, sentence=table.sentences[kind])
        assert (alan @ query.vector(0.5)).argmax() == kind
        audio = seen[kind].audio
        assert audio is not None
        assert (alan @ predictor.encode_sound(audio).video.vector(0.5)).argmax() == kind


def test_the_detector_tells_anomalous_from_normal(trained):
    predictor, _ = trained
    peaks = [predictor.score_clips(v.read(0)).max() for v in training_set().videos[:KINDS]]
    assert max(peaks[: KINDS // 2]) < min(peaks[KINDS // 2 :])


def test_every_part_of_the_loss_falls(trained):
    _, steps = trained
    assert set(steps[0]) == {"text", "audio", "detector", "audio detector", "sound"}
    for part in steps[0]:
        first, last = (np.mean([s[part] for s in some]) for some in (steps[:10], steps[-10:]))
        assert last < max(0.9 * first, 1e-3), part


def test_an_epoch_sees_every_video_once():
    trainer = AlanTrainer(CONFIG, training_set(), replace(SHORT, batch_size=10))
    batches = list(trainer.batches.epoch())
    assert [len(batch.labels) for batch in batches] == [10, 10, 10, 2]
    assert sum(batch.labels.sum().item() for batch in batches) == 16
    assert trainer.num_steps == 16


def test_the_paper_s_rate_falls_by_a_twentieth_after_each_epoch():
    recipe = AlanRecipe()
    rates = [recipe.lr * recipe.lr_share(step, steps_per_epoch=26) for step in (0, 25, 26, 52)]
    assert rates == pytest.approx([5e-5, 5e-5, 4.75e-5, 4.5125e-5])


def test_one_cycle_rises_for_a_tenth_and_falls_to_zero():
    recipe = AlanRecipe(epochs=10, schedule="one-cycle")
    shares = [recipe.lr_share(step, steps_per_epoch=10) for step in (0, 5, 10, 55, 100)]
    assert shares == pytest.approx([0.04, 0.52, 1.0, 0.5, 0.0])


def test_the_same_seed_gives_the_same_weights():
    one, two = (AlanTrainer(CONFIG, training_set(), SHORT).run().state_dict() for _ in range(2))
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=0, rtol=0)
    other = AlanTrainer(CONFIG, training_set(), replace(SHORT, seed=1)).run().state_dict()
    assert not torch.equal(
        one["video.project.appearance.weight"], other["video.project.appearance.weight"]
    )


def test_a_run_killed_at_any_moment_gives_the_undisturbed_curve_and_weights(tmp_path):
    expected = killable_run.trainer().run(tmp_path / "whole")
    folder, killed = tmp_path / "killed", 0
    for delay_s in (0.0, 0.3, 0.6):
        process = subprocess.Popen([sys.executable, "-m", "tests.support.killable_run", folder])
        deadline = time.monotonic() + 60
        while not (folder / "log.csv").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(delay_s)
        process.kill()
        killed += process.wait() == -9
    assert killed, "every run came to its end before it was killed"
    found = killable_run.trainer().run(folder)
    assert read_log(folder / "log.csv") == read_log(tmp_path / "whole" / "log.csv")
    for name, value in expected.state_dict().items():
        torch.testing.assert_close(value, found.state_dict()[name], atol=0, rtol=0)


def test_a_finished_run_returns_its_network_at_once(tmp_path):
    first = AlanTrainer(CONFIG, training_set(), SHORT).run(tmp_path)
    steps: list[int] = []
    again = AlanTrainer(CONFIG, training_set(), SHORT).run(
        tmp_path, on_step=lambda step, _: steps.append(step)
    )
    assert steps == []
    torch.testing.assert_close(first.state_dict(), again.state_dict(), atol=0, rtol=0)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    AlanTrainer(CONFIG, training_set(), SHORT).run(tmp_path)
    with pytest.raises(UserError, match=r"recipe.lr was 0.003 and is 0.0001;"):
        AlanTrainer(CONFIG, training_set(), replace(SHORT, lr=1e-4)).run(tmp_path)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"half a file")
    with pytest.raises(UserError, match="damaged"):
        AlanTrainer(CONFIG, training_set(), SHORT).run(tmp_path)


def test_a_bfloat16_run_learns_as_well():
    def last(machine: Machine) -> float:
        losses: list[float] = []
        trainer = AlanTrainer(CONFIG, training_set(), replace(RECIPE, epochs=15), machine=machine)
        trainer.run(on_step=lambda _, parts: losses.append(parts["text"]))
        return float(np.mean(losses[-5:]))

    assert last(Machine(bf16=True)) == pytest.approx(last(Machine()), abs=0.01)


def test_sampling_may_be_led_by_the_truth_or_by_nothing():
    data = training_set()
    videos = tuple(replace(v, clip_labels=np.eye(5, dtype=np.float32)[2]) for v in data.videos)
    config = replace(CONFIG, num_samples=2)  # fewer than the five clips, so that sampling matters
    weights = [
        AlanTrainer(config, replace(data, videos=videos), replace(SHORT, led_by=lead)).run()
        for lead in ("detector", "labels", "nothing")
    ]
    first = [model.video.project["appearance"].weight for model in weights]
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[1], first[2])
