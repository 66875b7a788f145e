import numpy as np
import pytest

from detectors.alan import build_track
from detectors.registry import require_detectors
from segments.errors import UserError
from segments.spans import TimeSpan


def test_a_track_speaks_for_its_clips():
    track = build_track(np.array([0.1, 0.9], np.float32), range(3, 5), duration_s=100.0)
    assert track.detector == "alan"
    np.testing.assert_allclose(track.pts_s, [1.92, 2.56])
    assert track.end_s == pytest.approx(3.2)
    assert track.pooled(TimeSpan(0.0, 2.0)) == pytest.approx(0.1)


def test_the_last_clip_ends_where_the_video_ends():
    track = build_track(np.ones(2, np.float32), range(3, 5), duration_s=3.4)
    assert track.end_s == 3.4


def test_detectors_are_named():
    assert require_detectors(["alan", "alan"]) == ("alan",)
    with pytest.raises(UserError, match="no detector 'x'; there are: alan"):
        require_detectors(["alan", "x"])
    with pytest.raises(UserError, match="no detector is named"):
        require_detectors([])
