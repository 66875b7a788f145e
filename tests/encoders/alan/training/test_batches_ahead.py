"""Batches made ahead are the same batches; what stays narrow until it is on the device."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan.training import AlanRecipe, held
from encoders.alan.training.batches import BatchMaker
from segments.vectors import ClipFeatures
from tests.support.lessons import training_set

RECIPE = AlanRecipe(batch_size=10, masking="none")


def test_batches_made_ahead_are_the_same_and_leave_the_generator_as_it_would_be():
    data = replace(training_set(), sounds=())
    epochs = []
    for is_ahead in (False, True):
        maker = BatchMaker(data, RECIPE, np.random.default_rng(3), is_ahead=is_ahead)
        assert maker.is_ahead == is_ahead
        epochs.append([*maker.epoch(), *maker.epoch(), maker.rng.random()])
    *plain, drawn = epochs[0]
    *ahead, drawn_after = epochs[1]
    assert len(plain) == len(ahead) == 8
    assert drawn == drawn_after
    for one, other in zip(plain, ahead, strict=True):
        assert torch.equal(one.streams["appearance"], other.streams["appearance"])
        assert torch.equal(one.text.ids, other.text.ids)


def test_sounds_share_the_generator_so_that_nothing_is_made_ahead():
    assert not BatchMaker(training_set(), RECIPE, np.random.default_rng(0), is_ahead=True).is_ahead


def test_what_fails_in_the_making_fails_in_the_run():
    def unreadable(crop):
        raise OSError("the disk is gone")

    data = replace(training_set(), sounds=())
    broken = replace(data, videos=(*data.videos, replace(data.videos[0], read=unreadable)))
    maker = BatchMaker(broken, RECIPE, np.random.default_rng(0), is_ahead=True)
    with pytest.raises(OSError, match="the disk is gone"):
        list(maker.epoch())


def test_float16_features_are_widened_on_the_device_and_padded_with_zeros():
    data = replace(training_set(), sounds=())
    rows = np.arange(24, dtype=np.float16).reshape(3, 8) / 7
    twice = np.repeat(rows, 2, axis=0)
    short, long = (ClipFeatures({"appearance": x, "motion": x[:, :4]}) for x in (rows, twice))
    videos = tuple(
        replace(video, read=held(features))
        for video, features in zip(data.videos, (short, long), strict=False)
    )
    maker = BatchMaker(replace(data, videos=videos), RECIPE, np.random.default_rng(0))
    batch = next(maker.epoch())
    assert batch.streams["appearance"].dtype == torch.float16
    moved = batch.to(torch.device("cpu"))
    assert moved.streams["appearance"].dtype == torch.float32
    place = int((moved.mask.sum(dim=1) == 3).nonzero()[0, 0])
    expected = np.concatenate([rows, np.zeros((3, 8))]).astype(np.float32)
    np.testing.assert_array_equal(moved.streams["appearance"][place].numpy(), expected)
