"""C3D features as two streams, on made-up ones."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from benchmarks.c3d.features import STREAM_DIM, peak, peak_features, scaled_clips
from benchmarks.datasets.base import DatasetMissing
from segments.vectors import ClipFeatures
from tests.support.c3d import raw_features

RAW = raw_features(10)
VIDEOS = sorted(RAW.videos)
TRAIN, TEST = VIDEOS[:8], VIDEOS[8:]


@pytest.fixture(scope="module")
def found():
    return peak_features(RAW, VIDEOS, fitted_on=TRAIN)


def test_clips_are_scaled_by_their_mean_and_the_peak_is_a_unit_vector():
    clips = RAW.read(VIDEOS[0]).streams["appearance"]
    scaled = scaled_clips(RAW, VIDEOS[0])
    assert np.linalg.norm(scaled.mean(axis=0)) == pytest.approx(1.0)
    np.testing.assert_allclose(scaled / scaled[0, 0], clips / clips[0, 0], rtol=1e-4)
    highest = peak(RAW, VIDEOS[0])
    assert np.linalg.norm(highest) == pytest.approx(1.0)
    np.testing.assert_allclose(highest / highest[0], clips.max(axis=0) / clips[:, 0].max(), 1e-4)


def test_a_video_of_nothing_stays_nothing():
    nothing = ClipFeatures({"appearance": np.zeros((32, 300), np.float32)})
    empty = replace(RAW, videos={"x": nothing})
    assert not scaled_clips(empty, "x").any()
    assert not peak(empty, "x").any()


def test_by_hand():
    two = ClipFeatures({"appearance": np.array([[6.0, 0.0], [0.0, 8.0]], np.float32)})
    raw = replace(RAW, videos={"x": two})  # mean (3, 4), highest (6, 8)
    np.testing.assert_allclose(scaled_clips(raw, "x"), [[1.2, 0.0], [0.0, 1.6]])
    np.testing.assert_allclose(peak(raw, "x"), [0.6, 0.8])


def test_components_keep_what_tells_training_videos_apart(found):
    # 8 videos of 32 clips span no more than the 256 components.
    clips = np.concatenate([scaled_clips(RAW, video) for video in TRAIN])
    kept = np.concatenate([found.read(video).streams["appearance"] for video in TRAIN])
    assert kept.shape == (256, STREAM_DIM)
    np.testing.assert_allclose(pdist(kept), pdist(clips), rtol=1e-3)
    peaks = np.stack([peak(RAW, video) for video in TRAIN])
    np.testing.assert_allclose(pdist(found.pooled("peak", TRAIN)), pdist(peaks), rtol=1e-3)


def test_the_peak_is_the_same_in_every_clip_and_as_wide_as_the_other_stream(found):
    array = found.read(TEST[0]).streams["peak"]
    assert array.shape == (32, STREAM_DIM)
    assert array.dtype == np.float32
    assert (array == array[0]).all()
    assert array[0, :7].all()
    assert not array[:, 7:].any()  # eight peaks span seven directions


def test_test_videos_decide_nothing(found):
    changed = replace(RAW, videos=dict(RAW.videos) | {TEST[0]: raw_features(1, seed=9).read("v00")})
    again = peak_features(changed, VIDEOS, fitted_on=TRAIN)
    for video in VIDEOS:
        same = all(
            np.array_equal(again.read(video).streams[name], array)
            for name, array in found.read(video).streams.items()
        )
        assert same == (video != TEST[0])


def test_pooled_is_the_mean_over_clips(found):
    for name in found.streams:
        expected = [found.read(video).streams[name].mean(axis=0) for video in TEST]
        np.testing.assert_array_equal(found.pooled(name, TEST), expected)


def test_other_videos_and_crops_are_missing(found):
    with pytest.raises(DatasetMissing, match="no C3D features of 'other'"):
        found.read("other")
    with pytest.raises(DatasetMissing, match="crop = 1"):
        found.read(VIDEOS[0], crop=1)
