"""Mel power and what is measured on it, against values worked out by hand."""

import math

import pytest
import torch

from encoders.compact.mel import (
    CLIP_FRAMES,
    CLIP_SAMPLES,
    FULL_SCALE,
    NUM_MELS,
    WINDOW_FRAMES,
    MelPower,
    audibility,
    cut_windows,
    normalise_level,
    statistics,
)


def noise(num_clips: int, *, rms: float = 0.1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return rms * torch.randn(num_clips * CLIP_SAMPLES, generator=generator)


def tone(hz: float) -> torch.Tensor:
    return torch.sin(2 * math.pi * hz * torch.arange(CLIP_SAMPLES) / 16_000)


def test_a_clip_is_64_frames() -> None:
    assert MelPower()(noise(3)).shape == (NUM_MELS, 3 * 64)


def test_power_is_calibrated_to_full_scale() -> None:
    power = MelPower()(noise(4, rms=0.1)).sum(dim=0).mean() / FULL_SCALE
    # 60..7500 Hz are 93 % of 0..8000; the outermost filters' slopes lose a little more.
    assert float(power) == pytest.approx(0.1**2 * 0.93, rel=0.05)


@pytest.mark.parametrize("hz", [200.0, 1000.0, 5000.0])
def test_a_tone_is_loudest_in_its_own_band(hz: float) -> None:
    def mel(value: float) -> float:
        return 2595 * math.log10(1 + value / 700)

    share = (mel(hz) - mel(60)) / (mel(7500) - mel(60))
    loudest = int(MelPower()(tone(hz))[:, 10:50].mean(dim=1).argmax())
    assert loudest == pytest.approx(share * (NUM_MELS + 1) - 1, abs=1)


def test_windows_are_centred_on_their_clips() -> None:
    power = torch.arange(3.0 * CLIP_FRAMES).expand(NUM_MELS, -1)
    windows = cut_windows(power)
    assert windows.shape == (3, NUM_MELS, WINDOW_FRAMES)
    assert torch.equal(windows[1, 0], torch.arange(32.0, 160.0))
    assert torch.equal(windows[0, 0, :33], torch.zeros(33))
    assert windows[2, 0, -33] == 191
    assert torch.equal(windows[2, 0, -32:], torch.zeros(32))


@pytest.mark.parametrize(("level_db", "expected"), [(-60, 0.5), (-20, 1.0), (-100, 0.0)])
def test_audibility_is_a_soft_threshold_at_60_db_under_full_scale(
    level_db: float, expected: float
) -> None:
    windows = torch.full(
        (1, NUM_MELS, WINDOW_FRAMES), FULL_SCALE / NUM_MELS * 10 ** (level_db / 10)
    )
    assert float(audibility(windows)) == pytest.approx(expected, abs=1e-3)


def test_audibility_asks_for_the_clip_itself_not_its_neighbours() -> None:
    samples = noise(3)
    samples[: 2 * CLIP_SAMPLES] = 0.0
    heard = audibility(cut_windows(MelPower()(samples)))
    assert heard[:2].max() < 1e-6
    assert heard[2] > 0.999


def test_level_has_no_part_in_pictures_and_statistics() -> None:
    windows = cut_windows(MelPower()(noise(4)))
    for measure in (normalise_level, statistics):
        torch.testing.assert_close(measure(windows), measure(windows * 1e-3), rtol=1e-3, atol=1e-3)


def test_statistics_leave_silent_frames_out() -> None:
    windows = torch.zeros(1, NUM_MELS, WINDOW_FRAMES)
    windows[..., :4] = torch.tensor([1.0, math.e, 1.0, math.e])
    mean, deviation, change, change_deviation = statistics(windows)[0].view(4, NUM_MELS)
    torch.testing.assert_close(mean, torch.zeros(NUM_MELS))
    torch.testing.assert_close(deviation, torch.full((NUM_MELS,), 0.5), rtol=0, atol=1e-3)
    torch.testing.assert_close(change, torch.ones(NUM_MELS), rtol=0, atol=1e-3)
    torch.testing.assert_close(change_deviation, torch.zeros(NUM_MELS), rtol=0, atol=2e-3)


def test_silence_is_finite() -> None:
    windows = cut_windows(MelPower()(torch.zeros(2 * CLIP_SAMPLES)))
    for measure in (normalise_level, statistics, audibility):
        assert measure(windows).isfinite().all()
