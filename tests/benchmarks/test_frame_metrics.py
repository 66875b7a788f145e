import numpy as np
import pytest

from benchmarks.frame_metrics import (
    FrameTrack,
    average_precision,
    frame_scores,
    macro_auc,
    micro_auc,
    min_max,
    of_clips,
)


def _track(scores, truth):
    return FrameTrack(np.asarray(scores, float), np.asarray(truth, bool))


ONE = _track([0.1, 0.2, 0.6, 0.4], [0, 0, 1, 1])  # 4 of 4 pairs in order
TWO = _track([0.9, 0.7, 0.8, 0.3], [0, 0, 1, 1])  # 1 of 4 pairs in order
NORMAL = _track([0.5, 0.5], [0, 0])
ABNORMAL = _track([0.5, 0.0], [1, 1])


def test_micro_is_one_area_over_all_frames():
    # normal 0.1 0.2 0.9 0.7, abnormal 0.6 0.4 0.8 0.3: 2 + 2 + 3 + 2 of 16 pairs
    assert micro_auc([ONE, TWO]) == pytest.approx(100 * 9 / 16)


def test_macro_is_the_mean_of_the_videos_that_have_both():
    assert macro_auc([ONE, TWO, NORMAL, ABNORMAL], padded=False) == pytest.approx(100 * 5 / 8)


def test_trap_10_runner_up_macro_pads_every_video_with_two_fake_frames():
    # TWO with 0 and the largest float: 3 x 3 pairs, in order are all 3 of the fake abnormal
    # frame, 2 more of the fake normal one, and the one there was
    assert macro_auc([TWO], padded=True) == pytest.approx(100 * 6 / 9)
    assert macro_auc([TWO], padded=False) == pytest.approx(100 * 1 / 4)
    # a video of one class is defined now: every normal frame is below the fake abnormal one
    assert macro_auc([NORMAL], padded=True) == pytest.approx(100.0)
    # the fake normal frame ties with a score of 0: half a pair of 1 x 3
    assert macro_auc([ABNORMAL], padded=True) == pytest.approx(100 * 2.5 / 3)
    assert macro_auc([ONE, TWO], padded=True) > macro_auc([ONE, TWO], padded=False)


def test_ties_count_half():
    tied = _track([0.5, 0.5, 0.5, 0.2], [0, 1, 1, 0])
    # each abnormal frame is above 0.2 and level with 0.5
    assert micro_auc([tied]) == pytest.approx(75.0)


def test_precision_is_summed_in_steps_or_joined_by_lines():
    # by descending score: abnormal, normal, abnormal
    track = _track([0.9, 0.8, 0.7], [1, 0, 1])
    assert average_precision([track], "step") == pytest.approx(100 * (1 / 2 + 1 / 2 * 2 / 3))
    # points (recall, precision): (0, 1), (1/2, 1), (1/2, 1/2), (1, 2/3)
    lines = 1 / 2 * 1 + 1 / 2 * (1 / 2 + 2 / 3) / 2
    assert average_precision([track], "trapezoid") == pytest.approx(100 * lines)


def test_all_tied_frames_have_the_precision_of_their_share():
    track = _track([0.3] * 4, [1, 0, 0, 0])
    assert average_precision([track], "step") == pytest.approx(25.0)
    # (0, 1) and (1, 1/4) joined by a line: what the trapezoid gives away
    assert average_precision([track], "trapezoid") == pytest.approx(62.5)


@pytest.mark.parametrize("tracks", [[], [NORMAL], [_track([], [])]])
def test_without_abnormal_frames_nothing_is_found(tracks):
    scores = frame_scores(tracks)
    assert np.isnan([scores.micro_auc, scores.ap_step, scores.ap_trapezoid]).all()
    assert np.isnan(scores.macro_auc)
    assert scores.num_with_both == 0


def test_padding_has_nothing_to_average_without_videos():
    assert np.isnan(macro_auc([], padded=True))


def test_all_abnormal_frames_are_always_right():
    scores = frame_scores([ABNORMAL])
    assert np.isnan(scores.micro_auc)
    assert (scores.ap_step, scores.ap_trapezoid) == (100.0, 100.0)


def test_all_numbers_of_a_set():
    scores = frame_scores([ONE, TWO, NORMAL])
    # the two normal frames of 0.5 are below 0.6 and 0.8
    assert scores.micro_auc == pytest.approx(100 * 13 / 24)
    assert scores.macro_auc == pytest.approx(62.5)
    assert scores.macro_auc_padded == pytest.approx(100 * (1 + 6 / 9 + 1) / 3)
    assert (scores.num_frames, scores.num_videos, scores.num_with_both) == (10, 3, 2)


def test_a_clips_score_is_that_of_its_16_frames():
    truth = np.zeros(40, bool)
    truth[20:40] = True
    track = of_clips(np.array([0.25, 0.5]), truth)
    assert track.scores.tolist() == [0.25] * 16 + [0.5] * 16
    assert track.truth.tolist() == [False] * 20 + [True] * 12  # cut to 16 T


def test_a_clip_that_reaches_beyond_the_last_frame_is_cut():
    track = of_clips(np.array([0.25, 0.5]), np.ones(3, bool), frames_per_clip=2)
    assert track.scores.tolist() == [0.25, 0.25, 0.5]


def test_each_video_can_be_stretched_on_its_own():
    stretched = min_max(_track([2.0, 4.0, 3.0], [0, 1, 0]))
    assert stretched.scores.tolist() == [0.0, 1.0, 0.5]
    assert min_max(_track([7.0, 7.0], [0, 1])).scores.tolist() == [0.0, 0.0]
    assert len(min_max(_track([], [])).scores) == 0


def test_stretching_changes_the_order_between_videos_only():
    videos = [_track([0.0, 0.1], [0, 1]), _track([0.5, 0.9], [0, 1])]
    assert micro_auc(videos) == pytest.approx(75.0)
    assert micro_auc([min_max(video) for video in videos]) == pytest.approx(100.0)


def test_scores_and_truth_are_of_the_same_frames():
    with pytest.raises(ValueError, match="truth"):
        _track([0.1, 0.2], [0])
