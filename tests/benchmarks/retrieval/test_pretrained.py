"""ALAN on features of a pretrained profile: where it starts, what it learns, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.datasets.registry import open_dataset
from benchmarks.metrics import unit
from benchmarks.retrieval.baselines import untrained_baseline
from benchmarks.retrieval.experiment import Trained
from benchmarks.retrieval.running import Training
from benchmarks.retrieval.towers import TowerTexts, tower_texts
from encoders.models.library import ModelLibrary
from encoders.towers import batching
from segments.errors import UserError, WeightsMissing
from tests.support.pretrained import pull_models, save_hub
from tests.support.retrieval import CAPTIONS, tiny_dataset, write_depot

PROFILE = "clip-fast"
WIDTHS = {"appearance": 16, "motion": 16, "audio": 16}
VIDEOS = {
    f"{split}{n}": CAPTIONS[n % 4] for split, num in (("train", 8), ("test", 4)) for n in range(num)
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelLibrary:
    root = tmp_path_factory.mktemp("pretrained")
    return pull_models(root / "models", save_hub(root / "hub", PROFILE), PROFILE)


@pytest.fixture(autouse=True)
def here(models: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "SIZES", (1, 2))
    monkeypatch.setenv("RETRACE_MODELS", str(models.root))


def write_features(folder: Path, models: ModelLibrary, **changes: object) -> Path:
    """Features of `VIDEOS` as `retrace features extract` lays them out, drawn at random."""
    rng = np.random.default_rng(0)
    for stream, width in WIDTHS.items():
        (folder / stream).mkdir(parents=True)
        for video in VIDEOS:
            name = f"{video}.npy" if stream == "audio" else f"{video}__0.npy"
            drawn = rng.standard_normal((int(rng.integers(6, 9)), width)).astype(np.float32)
            np.save(folder / stream / name, drawn[:6])
    names = ("clip-vit-base-patch32", "xclip-base-patch32", "clap-htsat-unfused")
    digests = {file: d for name in names for file, d in models.digests(name).items()}
    layout = {
        "profile": PROFILE,
        "streams": {"appearance": 16, "motion": 16},
        "audio_dim": 16,
        "clip_s": 0.64,
        "digests": digests | {"alan (untrained)": "0" * 64},
    }
    (folder / "features.json").write_text(json.dumps(layout | changes))
    return folder


@pytest.fixture
def dataset(tmp_path: Path, models: ModelLibrary) -> RetrievalDataset:
    _, table, *_ = write_depot(tmp_path)
    features = write_features(tmp_path / "features", models)
    return open_dataset(table, annotations=None, features=features)


def zero_shot(dataset: RetrievalDataset, texts: TowerTexts) -> np.ndarray:
    """Cosines of sentences, rows, with the mean of each video's pictures, columns."""
    items = dataset.split("test")
    seen = [dataset.features.read(item.video).streams["appearance"].mean(axis=0) for item in items]
    said = texts.towers.words.encode([item.texts[0] for item in items])
    return said @ unit(np.stack(seen)).T


def test_before_the_first_step_it_is_zero_shot_retrieval(dataset: RetrievalDataset):
    training = Training("clip", seeds=1)
    experiment = training.experiment(dataset, seed=3)
    texts = training.texts(dataset)
    assert isinstance(texts, TowerTexts)
    expected = zero_shot(dataset, texts)
    assert np.ptp(expected) > 0.1
    start = experiment.trainer(dataset.split("train")).network()
    found = experiment.embed(Trained(start, None)).similarity(experiment.config.alpha)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    untrained = untrained_baseline(experiment, texts)
    np.testing.assert_allclose(untrained["untrained"], expected, atol=1e-5)


def test_the_network_is_the_profile_s_own(dataset: RetrievalDataset):
    config = Training("clip").experiment(dataset).config
    assert config.streams == {"appearance": 16, "motion": 16}
    assert (config.text_dim, config.audio_dim, config.d) == (16, 16, 16)
    assert config.start_stream == "appearance"


def test_ears_are_kept_where_no_training_video_has_sound(tmp_path: Path, models: ModelLibrary):
    _, table, *_ = write_depot(tmp_path)
    features = write_features(tmp_path / "features", models, audio_dim=None)
    silent = open_dataset(table, annotations=None, features=features)
    assert Training("clip").experiment(silent).config.audio_dim == 16


def test_its_detector_starts_from_words(dataset: RetrievalDataset):
    experiment = Training("clip").experiment(dataset)
    alan = experiment.trainer(dataset.split("train")).network()
    features = dataset.features.read("test0").streams
    streams = {name: torch.from_numpy(array)[None] for name, array in features.items()}
    scores = alan.video.score(streams, torch.ones(1, 6, dtype=torch.bool))
    assert scores.std() > 1e-3  # without words it would be 0.5 everywhere


def test_training_opens_the_gates_and_lowers_the_loss(dataset: RetrievalDataset):
    changes = {"epochs": 60, "gate_lr": 0.05, "lr": 5e-3, "average_decay": None}
    experiment = Training("clip", changes=changes).experiment(dataset)
    losses: list[dict[str, float]] = []
    trained = experiment.train(on_step=lambda step, parts: losses.append(parts)).alan
    assert losses[0].keys() == {"detector", "text", "phrases"}
    for part, share in (("text", 0.5), ("phrases", 0.8), ("detector", 0.9)):
        first, last = (np.mean([row[part] for row in some]) for some in (losses[:5], losses[-5:]))
        assert last < share * first, part
    gates = {name: w.item() for name, w in trained.named_parameters() if name.endswith(".share")}
    opened = [abs(gate) > 1e-3 for name, gate in gates.items() if not name.startswith("audio.")]
    assert len(opened) == 6  # two streams, CLS and AVG of the text for each
    assert all(opened)


def test_what_hears_stays_as_it_was(dataset: RetrievalDataset):
    experiment = Training("clip", changes={"epochs": 3}).experiment(dataset)
    before = experiment.trainer(dataset.split("train")).network()
    after = experiment.train().alan
    assert before.audio is not None
    assert after.audio is not None
    kept = after.audio.state_dict()
    for name, value in before.audio.state_dict().items():
        assert torch.equal(value, kept[name]), name
    assert torch.equal(after.audio.project.weight, torch.eye(16))


def test_asked_by_sound_the_ears_learn(tmp_path: Path, models: ModelLibrary):
    _, table, *_ = write_depot(tmp_path)
    Path(table).write_text('query = "audio"\n' + Path(table).read_text())
    features = write_features(tmp_path / "features", models)
    heard = open_dataset(table, annotations=None, features=features)
    experiment = Training("clip", changes={"epochs": 3}).experiment(heard)
    losses: list[dict[str, float]] = []
    alan = experiment.train(on_step=lambda step, parts: losses.append(parts)).alan
    assert losses[0].keys() == {"detector", "audio", "audio detector"}
    assert alan.audio is not None
    assert alan.audio.opening.share is not None
    assert alan.audio.opening.share.item() != 0.0  # by this the profile knows that it was trained


def test_words_to_tell_are_those_of_the_training_split(dataset: RetrievalDataset):
    training = Training("clip", changes={"epochs": 1})
    sizes = []
    for seed in range(2):
        experiment = training.experiment(dataset, seed=seed)
        trainer = experiment.trainer(dataset.split("train"))
        assert trainer.learner.phrases is not None
        sizes.append(trainer.learner.phrases.classify.out_features)
        experiment.embed(Trained(trainer.network(), None))  # asks what no training text says
    said = training.texts(dataset).backbone()
    said.cut(sorted({item.texts[0] for item in dataset.split("train")}))
    assert sizes == [said.vocabulary] * 2


def test_a_finished_run_is_found_again(dataset: RetrievalDataset, tmp_path: Path):
    steps: list[int] = []

    def run() -> dict[str, torch.Tensor]:
        experiment = Training("clip", changes={"epochs": 2}).experiment(dataset)
        return experiment.train(
            tmp_path, on_step=lambda step, _: steps.append(step)
        ).alan.state_dict()

    first, again = run(), run()
    assert steps == [1, 2]
    assert all(torch.equal(again[name], value) for name, value in first.items())


def test_sentences_are_asked_once_for_all_seeds(dataset: RetrievalDataset):
    training = Training("clip")
    first, second = (training.experiment(dataset, seed=seed) for seed in range(2))
    assert first.texts is second.texts
    assert first.texts.backbone() is not second.texts.backbone()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profile": "compact"}, "not made by a pretrained profile of this machine, but by 'comp"),
        ({"profile": None}, "pretrained profile of this machine, as --profile clip needs them"),
        ({"profile": "depot"}, "but by 'depot'.*features extract FOOTAGE --profile clip --out NEW"),
        ({"digests": {}}, r"of the profile clip-fast were made by other weights.*clap-htsat-unfus"),
        ({"profile": "clip"}, "the model siglip2-base-patch16-224 is not in .*retrace models pull"),
    ],
)
def test_features_that_do_not_belong_to_models_here_are_refused(
    tmp_path: Path, models: ModelLibrary, changes: dict[str, object], said: str
):
    _, table, *_ = write_depot(tmp_path)
    features = write_features(tmp_path / "features", models, **changes)
    strange = open_dataset(table, annotations=None, features=features)
    with pytest.raises((UserError, WeightsMissing), match=said):
        Training("clip").experiment(strange)


def test_one_other_file_is_named(tmp_path: Path, models: ModelLibrary):
    _, table, *_ = write_depot(tmp_path)
    write_features(tmp_path / "features", models)
    path = tmp_path / "features" / "features.json"
    layout = json.loads(path.read_text())
    layout["digests"]["xclip-base-patch32/model.safetensors"] = "1" * 64
    path.write_text(json.dumps(layout))
    strange = open_dataset(table, annotations=None, features=tmp_path / "features")
    with pytest.raises(UserError, match=r"\(xclip-base-patch32/model.safetensors\): run"):
        tower_texts(strange.features)


def test_features_without_a_description_are_refused(tmp_path: Path):
    _, table, _, features = write_depot(tmp_path)
    plain = open_dataset(table, annotations=None, features=Path(features))
    with pytest.raises(UserError, match="not made by a pretrained profile of this machine, as"):
        Training("clip").experiment(plain)
    with pytest.raises(UserError, match="not made by a pretrained profile"):
        Training("clip").experiment(tiny_dataset())


def test_a_text_encoder_of_one_s_own_is_refused(dataset: RetrievalDataset, tmp_path: Path):
    with pytest.raises(UserError, match="own text tower: leave out --text-encoder"):
        Training("clip", text_encoder=tmp_path).experiment(dataset)
