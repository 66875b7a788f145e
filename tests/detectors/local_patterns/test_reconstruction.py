"""The autoencoder of normal regions: sizes, standardisation, scores, files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from segments.errors import UserError, WeightsMissing


def small(**changes: object) -> ReconstructionConfig:
    values = {"appearance_dim": 6, "motion_dim": 2, "hidden": 8, "layers": 3} | changes
    return ReconstructionConfig(**values)  # type: ignore[arg-type]


def clusters(seed: int = 0) -> np.ndarray:
    """Normal regions of two kinds: 8 numbers each, around two places."""
    rng = np.random.default_rng(seed)
    places = np.array([[2, 0, 1, 0, 3, 0, 0.1, 0.0], [-2, 1, 0, 0, -3, 2, 0.0, 0.3]])
    kind = rng.integers(2, size=400)
    spread = np.array([0.3] * 6 + [0.02] * 2)
    return (places[kind] + rng.normal(size=(400, 8)) * spread).astype(np.float32)


def _auc(normal: np.ndarray, odd: np.ndarray) -> float:
    """Share of pairs in which the odd one scores higher."""
    return float((odd[:, None] > normal[None]).mean())


def test_the_papers_size() -> None:
    module = ReconstructionModule(ReconstructionConfig())
    linear = [layer for layer in module.layers if isinstance(layer, torch.nn.Linear)]
    widths = [(layer.in_features, layer.out_features) for layer in linear]
    assert widths == [(776, 512), *[(512, 512)] * 5, (512, 776)]
    assert isinstance(module.layers[-1], torch.nn.Linear)  # G has negative numbers
    assert [type(layer).__name__ for layer in module.layers[1::2]] == ["ReLU"] * 6


def _blank(**changes: object) -> ReconstructionModule:
    """Gives back the mean, whatever comes in."""
    module = ReconstructionModule(small(appearance_dim=3, motion_dim=1, **changes))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
        module.mean.copy_(torch.tensor([1.0, 0.0, 0.0, 0.5]))
        module.deviation.copy_(torch.tensor([2.0, 1.0, 1.0, 0.5]))
    return module


def test_errors_by_hand() -> None:
    rows = np.array([[5.0, 1.0, 0.0, 2.0]], np.float32)
    # in deviations from the mean: 2, 1, 0 and 3; squared 4, 1, 0 and 9
    blocks = _blank()
    np.testing.assert_allclose(blocks.errors(rows), [[5 / 3 / 2, 9 / 2]], rtol=1e-6)
    np.testing.assert_allclose(blocks.score(rows), [(5 / 3 + 9) / 2], rtol=1e-6)
    plain = _blank(weighting="dimensions")
    np.testing.assert_allclose(plain.errors(rows), [[5 / 4, 9 / 4]], rtol=1e-6)
    np.testing.assert_allclose(plain.score(rows), [14 / 4], rtol=1e-6)


def test_slower_than_what_comes_back_may_count_nothing() -> None:
    faster, slower = [1.0, 0.0, 0.0, 2.0], [1.0, 2.0, 0.0, -1.0]  # by 3 deviations either way
    rows = np.array([faster, slower], np.float32)
    np.testing.assert_allclose(_blank().errors(rows), [[0, 9 / 2], [4 / 3 / 2, 9 / 2]], rtol=1e-6)
    one_sided = _blank(motion_sides="more").errors(rows)
    np.testing.assert_allclose(one_sided, [[0, 9 / 2], [4 / 3 / 2, 0]], rtol=1e-6)
    unsquared = _blank(motion_sides="excess").errors(rows)
    np.testing.assert_allclose(unsquared, [[0, 3 / 2], [4 / 3 / 2, 0]], rtol=1e-6)


@pytest.mark.parametrize("layers", [5, 7])
def test_what_was_never_seen_scores_higher(layers: int) -> None:
    config = small(layers=layers, hidden=32, epochs=20)
    module = ReconstructionModule.fit(clusters(), config, seed=0)
    normal = module.score(clusters(seed=1))
    mixed = clusters(seed=2)
    mixed[:, :3], mixed[:, 3:] = clusters(seed=2)[:, :3], clusters(seed=3)[:, 3:]
    moving = clusters(seed=2)
    moving[:, 6:] += 0.4  # faster than anything normal
    is_mixed = mixed[:, 0] * mixed[:, 4] < 0  # half of one kind, half of the other
    assert _auc(normal, module.score(mixed[is_mixed])) > 0.95
    assert _auc(normal, module.score(moving)) > 0.95
    appearance, motion = module.errors(moving).mean(axis=0)
    assert motion > 3 * appearance


@pytest.mark.parametrize(("appearance_dim", "motion_dim"), [(8, 0), (0, 8)])
def test_one_block_alone(appearance_dim: int, motion_dim: int) -> None:
    config = small(appearance_dim=appearance_dim, motion_dim=motion_dim, hidden=16)
    module = ReconstructionModule.fit(clusters(), config, seed=0)
    errors = module.errors(clusters(seed=1))
    absent = 0 if appearance_dim == 0 else 1
    assert not errors[:, absent].any()
    assert errors[:, 1 - absent].min() > 0
    np.testing.assert_allclose(
        ReconstructionModule.fit(
            clusters(),
            small(appearance_dim=appearance_dim, motion_dim=motion_dim, hidden=16),
            seed=0,
        ).score(clusters(seed=1)),
        errors.sum(axis=1),
    )


def test_features_are_standardised_with_a_floor() -> None:
    rows = clusters()
    rows[:, 3] = 7.0  # never changes
    module = ReconstructionModule.fit(rows, small(epochs=1), seed=0)
    np.testing.assert_allclose(module.mean.numpy(), rows.mean(axis=0), atol=1e-4)
    spread = rows.std(axis=0)
    block = np.sqrt((spread[:6] ** 2).mean())
    np.testing.assert_allclose(module.deviation[:3].numpy(), spread[:3], rtol=1e-3)
    assert float(module.deviation[3]) == pytest.approx(0.05 * block, rel=1e-3)
    still = ReconstructionModule.fit(np.ones((4, 8), np.float32), small(epochs=1), seed=0)
    assert still.deviation.tolist() == [1.0] * 8


def test_a_deviation_may_be_that_of_the_block() -> None:
    rows = clusters()
    module = ReconstructionModule.fit(rows, small(epochs=1, deviations="blocks"), seed=0)
    spread = rows.std(axis=0) ** 2
    blocks = np.sqrt([spread[:6].mean()] * 6 + [spread[6:].mean()] * 2)
    np.testing.assert_allclose(module.deviation.numpy(), blocks, rtol=1e-3)
    still = np.ones((4, 8), np.float32)
    still[:, 6] = [0, 1, 0, 1]
    module = ReconstructionModule.fit(still, small(epochs=1, deviations="blocks"), seed=0)
    np.testing.assert_allclose(module.deviation.numpy(), [1] * 6 + [np.sqrt(0.125)] * 2)


def test_sped_up_motion_comes_back_at_its_normal_speed() -> None:
    rng = np.random.default_rng(0)
    walking = rng.normal(0.1, 0.02, size=(600, 1)).astype(np.float32)
    other = {"appearance_dim": 0, "motion_dim": 1, "hidden": 32, "epochs": 20}
    running = torch.tensor([[0.25], [0.3]])
    ahead = {}
    for faster in (1.0, 4.0):
        module = ReconstructionModule.fit(walking, small(**other, faster=faster), seed=0)
        back = running - module.misses(running, running) * module.deviation
        ahead[faster] = (running - back).mean().item()
    assert ahead[4.0] > 0.1  # of 0.275 on average, about 0.12 comes back
    assert ahead[4.0] > 3 * abs(ahead[1.0])


def test_scale_and_place_of_the_features_do_not_matter() -> None:
    scale, offset = np.array([9.0] * 6 + [0.01] * 2, np.float32), np.float32(3)
    plain = ReconstructionModule.fit(clusters(), small(), seed=0).score(clusters(seed=1))
    scaled = ReconstructionModule.fit(clusters() * scale + offset, small(), seed=0)
    np.testing.assert_allclose(
        scaled.score(clusters(seed=1) * scale + offset), plain, rtol=0.05, atol=0.02
    )


def test_the_seed_decides_everything() -> None:
    torch.manual_seed(5)
    first = ReconstructionModule.fit(clusters(), small(), seed=1).score(clusters())
    torch.manual_seed(6)
    state = torch.get_rng_state()
    again = ReconstructionModule.fit(clusters(), small(), seed=1).score(clusters())
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(first, again)
    for epochs in (0, 10):  # the weights that it begins with, too
        one, other = (
            ReconstructionModule.fit(clusters(), small(epochs=epochs), seed=s).score(clusters())
            for s in (1, 2)
        )
        assert np.abs(other - one).max() > 1e-3


def test_no_regions_have_no_scores() -> None:
    module = ReconstructionModule.fit(clusters(), small(epochs=1), seed=0)
    assert module.score(np.zeros((0, 8), np.float32)).shape == (0,)
    assert module.errors(np.zeros((0, 8), np.float32)).shape == (0, 2)


def test_too_little_or_wrong_features_are_refused() -> None:
    with pytest.raises(UserError, match="at least two"):
        ReconstructionModule.fit(np.zeros((1, 8), np.float32), small(), seed=0)
    with pytest.raises(UserError, match="finite"):
        ReconstructionModule.fit(np.full((3, 8), np.nan, np.float32), small(), seed=0)
    with pytest.raises(ValueError, match="rows of 8"):
        ReconstructionModule.fit(np.zeros((3, 7), np.float32), small(), seed=0)
    for changes in ({"appearance_dim": 0, "motion_dim": 0}, {"layers": 1}, {"faster": 0.5}):
        with pytest.raises(ValueError, match=r"nothing|layers|sped up"):
            small(**changes)


def test_files_give_the_module_back(tmp_path: Path) -> None:
    module = ReconstructionModule.fit(clusters(), small(weighting="dimensions"), seed=0)
    module.save_pretrained(tmp_path)
    back = ReconstructionModule.from_pretrained(tmp_path)
    assert back.config == module.config
    np.testing.assert_array_equal(back.errors(clusters()), module.errors(clusters()))


@pytest.mark.parametrize("damage", ["no config", "no weights", "cut", "json", "other size"])
def test_missing_and_damaged_files_say_what_to_do(tmp_path: Path, damage: str) -> None:
    ReconstructionModule(small()).save_pretrained(tmp_path)
    if damage == "no config":
        (tmp_path / CONFIG_FILE).unlink()
    elif damage == "no weights":
        (tmp_path / WEIGHTS_FILE).unlink()
    elif damage == "cut":
        (tmp_path / WEIGHTS_FILE).write_bytes((tmp_path / WEIGHTS_FILE).read_bytes()[:-9])
    elif damage == "json":
        (tmp_path / CONFIG_FILE).write_text('{"hidden": "wide"}')
    else:
        text = (tmp_path / CONFIG_FILE).read_text()
        (tmp_path / CONFIG_FILE).write_text(text.replace('"hidden": 8', '"hidden": 9'))
    with pytest.raises(WeightsMissing, match="--part rm"):
        ReconstructionModule.from_pretrained(tmp_path)
