import numpy as np
import pytest

from segments.media import VideoSegment
from segments.payload import point_id
from segments.spans import TimeSpan, merge_spans
from segments.vectors import ClipFeatures, DualQuery, VectorSpec

SPEC = VectorSpec("alan", ("cls.appearance", "cls.motion", "avg.appearance", "avg.motion"), 2)


def test_parts_are_what_each_block_adds_to_the_inner_product():
    query = np.array([1, 0, 2, 0, 0, 3, 1, 1], np.float32)
    stored = np.array([0.5, 9, 0.25, 9, 9, -1, 1, 2], np.float32)
    assert SPEC.dim == 8
    assert SPEC.parts(query, stored) == {
        "cls.appearance": 0.5,
        "cls.motion": 0.5,
        "avg.appearance": -3.0,
        "avg.motion": 3.0,
    }
    assert SPEC.block(stored, "avg.appearance").tolist() == [9, -1]


def test_a_query_weights_streams_and_alignments():
    query = DualQuery(
        g=np.array([[1, 0], [0, 1]], np.float32),
        h=np.array([[0, 1], [1, 0]], np.float32),
        w_g=np.array([0.75, 0.25], np.float32),
        w_h=np.array([0.5, 0.5], np.float32),
    )
    assert query.vector(0.5).tolist() == [0.375, 0, 0, 0.125, 0, 0.25, 0.25, 0]
    assert query.vector(1.0).tolist() == [0.75, 0, 0, 0.25, 0, 0, 0, 0]


def test_features_of_a_run_of_clips():
    features = ClipFeatures({"a": np.arange(8.0, dtype=np.float32).reshape(4, 2)}, None)
    assert len(features) == 4
    assert features[1:3].streams["a"].tolist() == [[2, 3], [4, 5]]
    with pytest.raises(ValueError, match="unequal length"):
        ClipFeatures({"a": np.zeros((4, 2), np.float32)}, np.zeros((3, 2), np.float32))


def test_spans_are_half_open():
    span = TimeSpan(1.0, 3.0)
    assert [span.contains(t) for t in (0.999, 1.0, 2.999, 3.0)] == [False, True, True, False]
    assert span.iou(TimeSpan(2.0, 5.0)) == 0.25
    assert span.overlap_s(TimeSpan(3.0, 4.0)) == 0.0
    with pytest.raises(ValueError, match="ends before it starts"):
        TimeSpan(2.0, 1.0)
    with pytest.raises(ValueError, match="ends before it starts"):
        TimeSpan(float("nan"), 1.0)


def test_spans_merge_over_small_gaps():
    spans = [TimeSpan(4, 5), TimeSpan(0, 1), TimeSpan(1, 2), TimeSpan(2.5, 3)]
    assert merge_spans(spans) == [TimeSpan(0, 2), TimeSpan(2.5, 3), TimeSpan(4, 5)]
    assert merge_spans(spans, gap_s=0.5) == [TimeSpan(0, 3), TimeSpan(4, 5)]


def test_a_point_is_named_by_content_level_span_and_space():
    segment = VideoSegment("ab" * 32, ("moment",), 1, TimeSpan(5.12, 15.36), range(8, 24))
    assert point_id(segment, "compact") == "e651d2ba-f176-559d-8716-8e6b22057d34"
