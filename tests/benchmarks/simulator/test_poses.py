import numpy as np
import pytest

from benchmarks.simulator.poses import POSES, Pose, skeleton

FEET = [11, 14]


def test_a_straight_body_is_as_tall_as_its_parts():
    joints = skeleton(Pose(0, (0, 0), (0, 0), (0, 0), (0, 0)), pitch_deg=0, stature=1)
    assert joints[0] == pytest.approx([0, 0.45 + 0.47, 0])
    assert joints[2, 1] == pytest.approx(0.92 + 0.56 + 0.2)
    assert joints[5] == pytest.approx([0, 0.92 + 0.56 - 0.05 - 0.3 - 0.29, 0.16])
    assert joints[FEET] == pytest.approx(np.array([[0, 0, 0.1], [0, 0, -0.1]]))


@pytest.mark.parametrize("name", POSES)
def test_one_foot_is_always_on_the_ground(name: str):
    for phase in np.linspace(0, 1, 9).tolist():
        joints = skeleton(POSES[name](phase), pitch_deg=0, stature=1)
        assert joints[FEET, 1].min() == pytest.approx(0)
        assert joints[:, 1].min() >= -1e-9


@pytest.mark.parametrize(("pitch_deg", "side"), [(90, 1), (-90, -1)])
def test_the_fallen_lie_flat(pitch_deg: float, side: int):
    joints = skeleton(POSES["sprawl"](0), pitch_deg=pitch_deg, stature=1)
    assert joints[:, 1].max() < 0.7
    assert side * joints[2, 0] > 1.3


def test_someone_sitting_is_lower_than_someone_standing():
    heights = {name: skeleton(POSES[name](0), pitch_deg=0, stature=1)[2, 1] for name in POSES}
    assert heights["crouch"] < heights["sit"] < heights["stand"]
    assert heights["sit"] == pytest.approx(0.5 + 0.76, abs=0.02)
