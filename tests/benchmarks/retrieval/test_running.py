"""A whole run in small: what its record says, and what is refused before it starts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.datasets.base import DatasetMissing
from benchmarks.metrics import both_directions, unit
from benchmarks.records import RunRecord, digest_of
from benchmarks.retrieval.baselines import ridge_baseline
from benchmarks.retrieval.checkpoints import load_trained
from benchmarks.retrieval.experiment import Experiment, Texts, Trained
from benchmarks.retrieval.running import (
    ALPHAS,
    RetrievalRun,
    Training,
)
from encoders.alan import Alan, AlanConfig
from segments.errors import UserError, WeightsMissing
from tests.support.retrieval import SMALL_PRESETS, STREAMS, HeldFeatures, tiny_dataset
from tests.support.text import tiny_bert

CONFIG = AlanConfig(streams=STREAMS, text_dim=16, d=8, heads=2, ffn=8, num_samples=4)


@pytest.fixture(autouse=True)
def small_presets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    tiny_bert(pooling="cls").save_pretrained(tmp_path / "bert")
    return tmp_path / "bert"


def network(folder: Path, config: AlanConfig = CONFIG, *, seed: int = 0, text: bool = True) -> Path:
    torch.manual_seed(seed)
    backbone = tiny_bert(pooling="cls", seed=seed) if text else None
    Trained(Alan(config), backbone).save(folder)
    return folder


def run(dataset, training: Training, **options) -> RunRecord:
    return RetrievalRun(dataset, training, {"task": "x"}, "retrace bench x", **options).record()


def test_a_record_of_two_trained_networks(bert: Path, tmp_path: Path):
    (tmp_path / "listing").write_text("videos")
    dataset = tiny_dataset(files=[tmp_path / "listing"])
    steps: list[int] = []
    said: list[str] = []
    training = Training("paper", seeds=2, text_encoder=bert, work=tmp_path / "work")
    record = run(
        dataset,
        training,
        baselines=lambda: {"trivial": np.eye(4)},
        say=said.append,
        on_step=lambda step, losses: steps.append(step),
    )
    assert (record.task, record.arguments, record.seed) == ("tiny", {"task": "x"}, 0)
    assert record.data == {"tiny": digest_of([tmp_path / "listing"])}
    assert record.weights == {}
    assert record.timings_s.keys() == {"training and embedding", "all"}
    assert steps == [1, 1]
    assert [line.split(":")[0] for line in said] == ["seed 0", "seed 1"]
    logs = (tmp_path / "work").glob("tiny-*/log.csv")
    assert sorted(log.parent.name[-6:] for log in logs) == ["-seed0", "-seed1"]
    scores = record.scores
    assert (scores["query"], scores["phrases by"]) == ("text", "textblob")
    assert list(scores["systems"]) == ["trivial", "ALAN", "ALAN, CSLS"]
    assert scores["systems"]["trivial"]["recalls"]["sum_recall"]["value"] == 600.0
    ours = scores["systems"]["ALAN"]
    assert len(ours["ranks"]) == len(ours["sum_recall_by_seed"]) == 2
    assert len(ours["ranks"][0]["to_video"]) == len(ours["ranks"][0]["to_query"]) == 4
    total = np.mean(ours["sum_recall_by_seed"])
    assert ours["recalls"]["sum_recall"]["value"] == pytest.approx(total)
    assert ours["against baseline"]["value"] == pytest.approx(total - 600.0)
    assert list(scores["alpha"]) == [str(alpha) for alpha in ALPHAS]
    assert scores["alpha"]["0.5"]["sum_recall"] == pytest.approx(total)  # the paper's own


def test_a_stopped_run_goes_on_from_its_folder(bert: Path, tmp_path: Path):
    training = Training("paper", seeds=1, text_encoder=bert, work=tmp_path / "work")
    first = run(tiny_dataset(), training)
    steps: list[int] = []
    again = run(tiny_dataset(), training, on_step=lambda step, losses: steps.append(step))
    assert steps == []
    assert again.scores == first.scores


def test_trained_networks_are_measured_with_their_own_texts_and_alpha(tmp_path: Path):
    folder = network(tmp_path / "net", replace(CONFIG, alpha=0.2))
    record = run(tiny_dataset(), Training(checkpoints=(folder,)))
    trained = load_trained(folder)
    experiment = Experiment(tiny_dataset(), trained.alan.config, None, Texts())  # type: ignore[arg-type]
    recipe = Training("compact").experiment(tiny_dataset()).recipe
    embedded = replace(experiment, recipe=recipe).embed(trained)
    expected = both_directions(embedded.similarity(0.2)).sum_recall
    assert record.scores["systems"]["ALAN"]["sum_recall_by_seed"] == [expected]
    assert record.weights == {str(folder): digest_of([folder / "model.safetensors"])}
    assert record.scores["phrases by"] is None
    assert record.scores["alpha"]["0.2"]["sum_recall"] == pytest.approx(expected)


def test_several_checkpoints_are_several_seeds(tmp_path: Path):
    folders = tuple(network(tmp_path / str(seed), seed=seed) for seed in range(3))
    record = run(tiny_dataset(), Training(seeds=1, checkpoints=folders))
    assert len(record.scores["systems"]["ALAN"]["sum_recall_by_seed"]) == 3


def test_missing_features_are_said_before_training_starts(bert: Path):
    dataset = tiny_dataset()
    videos = dict(dataset.features.videos)  # type: ignore[attr-defined]
    del videos["test2"]
    steps: list[int] = []
    with pytest.raises(DatasetMissing, match="no features of test2"):
        run(
            replace(dataset, features=HeldFeatures(videos)),
            Training("paper", seeds=1, text_encoder=bert),
            on_step=lambda step, losses: steps.append(step),
        )
    assert steps == []


def test_a_network_of_other_features_is_refused(tmp_path: Path):
    folder = network(tmp_path / "net", replace(CONFIG, streams={"appearance": 6, "motion": 9}))
    with pytest.raises(UserError, match=r"takes .*'motion': 9.*of tiny have .*'motion': 5"):
        run(tiny_dataset(), Training(checkpoints=(folder,)))
    silent = network(tmp_path / "silent")
    with pytest.raises(UserError, match="audio of None.*audio of 7: train one"):
        run(tiny_dataset(query="audio"), Training(checkpoints=(silent,)))


def test_a_network_of_other_texts_is_refused(tmp_path: Path):
    folder = network(tmp_path / "net", text=False)
    with pytest.raises(UserError, match=r"texts of width 16.* have 384.* folder text is missing"):
        run(tiny_dataset(), Training(checkpoints=(folder,)))


def test_a_folder_without_a_network_is_refused(tmp_path: Path):
    with pytest.raises(WeightsMissing, match=r"config\.json is missing"):
        run(tiny_dataset(), Training(checkpoints=(tmp_path,)))


def test_by_sound_no_text_is_needed():
    record = run(tiny_dataset(query="audio"), Training("paper", seeds=1))
    assert record.scores["query"] == "audio"
    assert record.scores["phrases by"] is None
    assert list(record.scores["systems"]) == ["ALAN", "ALAN, CSLS"]


@pytest.mark.parametrize(
    ("training", "said"),
    [
        (Training("best"), "no training profile 'best': choose paper, compact, aligned"),
        (Training("paper"), "--text-encoder, or take --profile compact"),
        (Training("aligned"), "profile aligned needs a stream appearance of width 384"),
    ],
)
def test_a_profile_that_cannot_be_trained_is_refused(training: Training, said: str):
    with pytest.raises(UserError, match=said):
        training.experiment(tiny_dataset())


def test_the_ridge_line_is_scikit_learn_s():
    from sklearn.linear_model import Ridge

    dataset, texts = tiny_dataset(train=7), Texts()
    found = ridge_baseline(dataset, texts, penalty=0.5)["ridge, mean"]

    def pooled(split) -> np.ndarray:
        read = [dataset.features.read(item.video).streams for item in dataset.split(split)]
        return np.stack(
            [np.concatenate([unit(s.mean(axis=0)) for s in streams.values()]) for streams in read]
        )

    said = {s: texts.frozen([i.texts[0] for i in dataset.split(s)]) for s in ("train", "test")}
    seen = pooled("train")
    alpha = 0.5 * ((seen - seen.mean(axis=0)) ** 2).sum() / len(seen)
    middle = said["train"].mean(axis=0)
    shown = Ridge(alpha=alpha).fit(seen, said["train"]).predict(pooled("test")) - middle
    np.testing.assert_allclose(found, unit(said["test"] - middle) @ unit(shown).T, atol=1e-4)
