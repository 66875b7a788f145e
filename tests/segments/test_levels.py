import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.levels import CLIP_S, clips_span, count_clips, iter_segments


def layout(num_clips: int) -> list[tuple[tuple[str, ...], list[tuple[int, int]]]]:
    segments = list(iter_segments("v", num_clips * CLIP_S))
    runs: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for segment in segments:
        runs.setdefault(segment.levels, []).append((segment.clips.start, segment.clips.stop))
    return list(runs.items())


ALL = ("moment", "scene", "video")


@pytest.mark.parametrize(
    ("num_clips", "expected"),
    [
        (1, [(ALL, [(0, 1)])]),
        (19, [(ALL, [(0, 19)])]),  # 3 clips more than a moment: less than half a step
        (20, [(("moment",), [(0, 16), (8, 20)]), (("scene", "video"), [(0, 20)])]),
        (32, [(("moment",), [(0, 16), (8, 24), (16, 32)]), (("scene", "video"), [(0, 32)])]),
        (35, [(("moment",), [(0, 16), (8, 24), (16, 35)]), (("scene", "video"), [(0, 35)])]),
    ],
)
def test_short_videos_repeat_no_level(num_clips: int, expected: object):
    assert layout(num_clips) == expected


def test_a_long_video_has_three_levels():
    (moments, scenes, video) = layout(192 + 50)
    assert scenes == (("scene",), [(0, 96), (96, 192), (192, 242)])
    assert video == (("video",), [(0, 242)])
    assert len(moments[1]) == 1 + round((242 - 16) / 8)


@pytest.mark.parametrize(
    ("duration_s", "num_clips"), [(0.0, 1), (0.3, 1), (0.95, 1), (0.97, 2), (6.4, 10), (600, 938)]
)
def test_a_tail_under_half_a_clip_joins_the_last(duration_s: float, num_clips: int):
    assert count_clips(duration_s) == num_clips


def test_the_last_clip_ends_where_the_video_ends():
    assert clips_span(range(1), 0.3).end_s == 0.3
    assert clips_span(range(1), 2.0).end_s == CLIP_S
    assert clips_span(range(2, 3), 2.0).end_s == 2.0


@settings(deadline=None)
@given(st.floats(0.0, 20_000.0))
def test_every_level_covers_every_clip(duration_s: float):
    segments = list(iter_segments("v", duration_s))
    for level in ALL:
        covered = {clip for s in segments if level in s.levels for clip in s.clips}
        assert covered == set(range(count_clips(duration_s)))
    spans = [(s.span.start_s, s.span.end_s) for s in segments]
    assert len(set(spans)) == len(spans)  # no span twice: no point id twice
    assert max(end for _, end in spans) == duration_s
