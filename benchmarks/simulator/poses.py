"""How a body is held: joint angles as a function of phase."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

THIGH_M, SHIN_M, TORSO_M, NECK_M = 0.45, 0.47, 0.56, 0.2
UPPER_ARM_M, FOREARM_M, SHOULDER_M, HIP_M = 0.3, 0.29, 0.2, 0.1
JOINTS = ("pelvis", "neck", "head", "shoulder", "elbow", "hand", "hip", "knee", "foot")


@dataclass(frozen=True)
class Pose:
    """Angles in degrees; limbs from straight down, forwards positive. Pairs are (left, right)."""

    lean: float = 2.0
    hips: tuple[float, float] = (0.0, 0.0)
    knees: tuple[float, float] = (4.0, 4.0)
    """Bent backwards."""
    arms: tuple[float, float] = (3.0, -3.0)
    elbows: tuple[float, float] = (12.0, 12.0)
    """Bent forwards."""


def _wave(phase: float, shift: float = 0.0) -> float:
    return math.sin(2 * math.pi * (phase + shift))


def _gait(phase: float, *, stride: float, lift: float, elbow: float, lean: float) -> Pose:
    left, right = stride * _wave(phase), -stride * _wave(phase)
    knees = (lift * max(0.0, _wave(phase, 0.3)) + 6, lift * max(0.0, -_wave(phase, 0.3)) + 6)
    return Pose(lean, (left, right), knees, (right * 0.8, left * 0.8), (elbow, elbow))


def walk(phase: float) -> Pose:
    return _gait(phase, stride=27, lift=45, elbow=18, lean=3)


def run(phase: float) -> Pose:
    return _gait(phase, stride=52, lift=95, elbow=85, lean=15)


def stand(phase: float) -> Pose:
    return Pose(lean=1 + 1.5 * _wave(phase * 0.3))


def talk(phase: float) -> Pose:
    gesture = 35 + 22 * _wave(phase * 0.9)
    return Pose(2 + 2 * _wave(phase * 0.4), arms=(4, gesture), elbows=(15, 70))


def punch(phase: float) -> Pose:
    left, right = max(0.0, _wave(phase * 1.6)), max(0.0, -_wave(phase * 1.6))
    return Pose(
        12 + 6 * _wave(phase),
        (26, -22),
        (18, 14),
        (35 + 55 * left, 35 + 55 * right),
        (110 - 105 * left, 110 - 105 * right),
    )


def kick(phase: float) -> Pose:
    swing = 35 + 55 * _wave(phase * 1.3)
    return Pose(-4, (-6, swing), (10, 40 - swing * 0.35), (30, -25), (50, 40))


def sit(phase: float) -> Pose:
    return Pose(2 + _wave(phase * 0.2), (86, 86), (86, 86), (32, 32), (40, 40))


def crouch(phase: float) -> Pose:
    return Pose(48 + 3 * _wave(phase * 0.5), (84, 60), (115, 105), (55, 50), (15, 20))


def bend(phase: float) -> Pose:
    return Pose(62, (32, 26), (40, 34), (55, 50), (5, 8))


def hands_up(phase: float) -> Pose:
    return Pose(-2, (4, -4), arms=(152 + 6 * _wave(phase), 152 - 6 * _wave(phase)), elbows=(25, 25))


def aim(phase: float) -> Pose:
    return Pose(4, (16, -12), (8, 8), (82, 88 + 2 * _wave(phase)), (14, 2))


def carry(phase: float) -> Pose:
    return replace(walk(phase), lean=-4, arms=(38, 38), elbows=(58, 58))


def push(phase: float) -> Pose:
    return replace(walk(phase), lean=8, arms=(52, 52), elbows=(28, 28))


def sweep(phase: float) -> Pose:
    swing = 16 * _wave(phase * 0.8)
    return Pose(20, (12, -10), (14, 12), (40 + swing, 62 + swing), (40, 30))


def swing(phase: float) -> Pose:
    """Hitting with something held in the right hand, once per unit of phase."""
    turn = phase % 1.0
    raised = 175 * min(1.0, turn / 0.6) if turn < 0.6 else 175 - 130 * (turn - 0.6) / 0.4
    return Pose(6 + 0.06 * (175 - raised), (20, -16), (12, 12), (raised * 0.9, raised), (20, 12))


def spray(phase: float) -> Pose:
    return Pose(4, (8, -6), arms=(8, 108 + 18 * _wave(phase * 0.9)), elbows=(20, 12))


def climb(phase: float) -> Pose:
    left, right = _wave(phase), -_wave(phase)
    return Pose(
        10,
        (55 + 30 * left, 55 + 30 * right),
        (85, 85),
        (145 - 25 * left, 145 - 25 * right),
        (20, 20),
    )


def ride(phase: float) -> Pose:
    left, right = 58 + 24 * _wave(phase), 58 - 24 * _wave(phase)
    return Pose(
        26, (left, right), (58 + 24 * _wave(phase, 0.2), 58 - 24 * _wave(phase, 0.2)), (68, 68)
    )


def sprawl(phase: float) -> Pose:
    return Pose(0, (14, -10), (30, 12), (120, -50), (20, 30))


POSES: dict[str, Callable[[float], Pose]] = {
    pose.__name__: pose
    for pose in (
        walk,
        run,
        stand,
        talk,
        punch,
        kick,
        sit,
        crouch,
        bend,
        hands_up,
        aim,
        carry,
        push,
        sweep,
        swing,
        spray,
        climb,
        ride,
        sprawl,
    )
}


def skeleton(pose: Pose, *, pitch_deg: float, stature: float) -> Float64[np.ndarray, "15 3"]:
    """Joints in metres: forward, up and to the left of the point between the feet.

    Rows are pelvis, neck, head, then shoulder, elbow and hand, left and right, then hip, knee and
    foot, left and right.

    Args:
        pitch_deg: 90 lies on the face, -90 on the back.
        stature: factor of the body's size.
    """
    hips = [_leg(h, k) for h, k in zip(pose.hips, pose.knees, strict=True)]
    pelvis_up = max(-foot[1] for _, foot in hips)
    neck = _swing((0.0, pelvis_up), -pose.lean, -TORSO_M)
    head = (neck[0] + NECK_M * _sin(pose.lean), neck[1] + NECK_M)
    rows = [(0.0, pelvis_up, 0.0), (*neck, 0.0), (*head, 0.0)]
    for side, arm, elbow in zip((1, -1), pose.arms, pose.elbows, strict=True):
        joint = _swing((neck[0], neck[1] - 0.05), arm + pose.lean * 0.3, UPPER_ARM_M)
        hand = _swing(joint, arm + elbow, FOREARM_M)
        rows += [(neck[0], neck[1] - 0.05, side * SHOULDER_M), (*joint, side * SHOULDER_M * 1.1)]
        rows.append((*hand, side * SHOULDER_M * 0.8))
    for side, (knee, foot) in zip((1, -1), hips, strict=True):
        rows += [(f, pelvis_up + u, side * HIP_M) for f, u in ((0.0, 0.0), knee, foot)]
    return _pitched(np.array(rows) * stature, pitch_deg)


def _leg(hip: float, knee: float) -> tuple[tuple[float, float], tuple[float, float]]:
    joint = _swing((0.0, 0.0), hip, THIGH_M)
    return joint, _swing(joint, hip - knee, SHIN_M)


def _swing(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    return start[0] + length * _sin(angle), start[1] - length * _cos(angle)


def _pitched(joints: Float64[np.ndarray, "15 3"], pitch_deg: float) -> Float64[np.ndarray, "15 3"]:
    sine, cosine = _sin(pitch_deg), _cos(pitch_deg)
    forward, up = joints[:, 0].copy(), joints[:, 1].copy()
    joints[:, 0] = forward * cosine + up * sine
    joints[:, 1] = np.maximum(up * cosine - forward * sine, 0.0) + 0.1 * abs(sine)
    return joints


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))
