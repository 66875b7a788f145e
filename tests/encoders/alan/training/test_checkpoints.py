"""A run's state goes to a file and comes back whole."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from encoders.alan.training.checkpoints import RunState, load_checkpoint, save_checkpoint
from segments.errors import UserError

IDENTITY = {"recipe": {"lr": 0.1, "sequences": ("fixed", "led")}, "videos": 3}


def fresh(seed: int, *, averaged: bool = True) -> RunState:
    torch.manual_seed(seed)
    learner = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Dropout(0.5))
    average = AveragedModel(learner, use_buffers=True) if averaged else None
    optimizer = torch.optim.AdamW(
        [{"params": [weight]} for weight in learner.parameters()], lr=0.1, weight_decay=0.01
    )
    return RunState(learner, average, optimizer, np.random.default_rng(seed))


def step(state: RunState) -> None:
    """One that depends on everything: both random states, moments, statistics."""
    batch = torch.from_numpy(state.rng.standard_normal((4, 3)).astype(np.float32))
    state.optimizer.zero_grad()
    state.learner(batch).square().sum().backward()
    state.optimizer.step()
    if isinstance(state.average, AveragedModel):
        state.average.update_parameters(state.learner)
    state.step += 1


def test_a_loaded_run_goes_on_as_the_saved_one(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    saved = fresh(0)
    for _ in range(3):
        step(saved)
    saved.epoch = 2
    save_checkpoint(path, saved, identity=IDENTITY)
    kept_rng, kept_torch = saved.rng.bit_generator.state, torch.get_rng_state()

    loaded = fresh(1)
    assert load_checkpoint(path, loaded, identity=IDENTITY)
    assert (loaded.epoch, loaded.step) == (2, 3)
    assert loaded.rng.bit_generator.state == kept_rng
    assert torch.equal(torch.get_rng_state(), kept_torch)
    moments, expected = (state.optimizer.state_dict()["state"] for state in (loaded, saved))
    assert moments.keys() == expected.keys() == {0, 1, 2, 3}
    for place, names in expected.items():
        assert names.keys() == {"step", "exp_avg", "exp_avg_sq"}
        torch.testing.assert_close(moments[place], names, atol=0, rtol=0)
    assert float(moments[0]["step"]) == 3

    for state in (saved, loaded):
        torch.set_rng_state(kept_torch)
        step(state)
        step(state)
    torch.testing.assert_close(
        loaded.learner.state_dict(), saved.learner.state_dict(), atol=0, rtol=0
    )
    assert loaded.average is not None
    assert saved.average is not None
    torch.testing.assert_close(
        loaded.average.state_dict(), saved.average.state_dict(), atol=0, rtol=0
    )
    assert int(loaded.average.n_averaged) == 5


def test_learning_rates_are_the_run_s_own_and_not_the_checkpoint_s(tmp_path):
    saved = fresh(0, averaged=False)
    step(saved)
    save_checkpoint(tmp_path / "c", saved, identity={})
    loaded = fresh(0, averaged=False)
    for group in loaded.optimizer.param_groups:
        group["lr"] = 0.5
    assert load_checkpoint(tmp_path / "c", loaded, identity={})
    assert [group["lr"] for group in loaded.optimizer.param_groups] == [0.5] * 4


def test_without_a_checkpoint_nothing_changes(tmp_path):
    state = fresh(0)
    before = state.rng.bit_generator.state
    assert not load_checkpoint(tmp_path / "none", state, identity=IDENTITY)
    assert (state.epoch, state.step, state.rng.bit_generator.state) == (0, 0, before)


def test_a_run_of_another_identity_is_refused_and_what_differs_is_said(tmp_path):
    save_checkpoint(tmp_path / "c", fresh(0), identity=IDENTITY)
    assert load_checkpoint(tmp_path / "c", fresh(1), identity=IDENTITY)  # tuples are lists in JSON
    with pytest.raises(UserError, match=r"another run: videos was 3 and is 4; choose another"):
        load_checkpoint(tmp_path / "c", fresh(1), identity=IDENTITY | {"videos": 4})


@pytest.mark.parametrize("content", [b"", b"half", b"\x02\0\0\0\0\0\0\0{}"])
def test_a_damaged_file_is_refused(tmp_path, content: bytes):
    (tmp_path / "c").write_bytes(content)
    with pytest.raises(UserError, match="is damaged: .*delete it to start the run anew"):
        load_checkpoint(tmp_path / "c", fresh(0), identity=IDENTITY)


def test_a_file_cut_short_is_refused(tmp_path):
    save_checkpoint(tmp_path / "c", fresh(0), identity=IDENTITY)
    whole = (tmp_path / "c").read_bytes()
    (tmp_path / "c").write_bytes(whole[:-7])
    with pytest.raises(UserError, match="is damaged"):
        load_checkpoint(tmp_path / "c", fresh(0), identity=IDENTITY)
