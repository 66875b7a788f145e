import numpy as np
import pytest

from benchmarks.simulator.ambiences import AMBIENCES
from benchmarks.simulator.cues import CUES
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.sounds import render_sound
from benchmarks.simulator.synthesis import band_noise, glide, repeat


def test_everything_that_is_heard_can_be_made():
    assert {cue for spec in EVENTS.values() for cue, _, _ in spec.cues} <= set(CUES)
    assert {place.ambience for place in PLACES.values()} <= set(AMBIENCES)


@pytest.mark.parametrize("name", [*CUES, *AMBIENCES])
def test_a_sound_has_the_length_that_was_asked_for(name: str):
    for length in (3, 700, 24_000):
        sound = (CUES | AMBIENCES)[name](np.random.default_rng(1), length)
        assert sound.shape == (length,)
        assert np.isfinite(sound).all()


def test_a_track_is_as_long_as_the_pictures_and_does_not_clip():
    track = render_sound(sample_scene(10, kind="crash", has_sound=True))
    assert track is not None
    assert track.dtype == np.float32
    assert len(track) == 6 * 16_000
    assert np.abs(track).max() == pytest.approx(0.7)


def test_a_silent_scene_has_no_track():
    assert render_sound(sample_scene(10, has_sound=False)) is None


def test_a_track_is_deterministic():
    scene = sample_scene(4, kind="shooting", has_sound=True)
    first, second = render_sound(scene), render_sound(scene)
    assert first is not None
    assert second is not None
    assert (first == second).all()


def test_shots_are_heard_when_they_flash():
    scene = sample_scene(4, kind="shooting", place="office", has_sound=True)
    track = render_sound(scene)
    assert track is not None
    first = round(scene.event.start_s * 16_000)
    before = np.abs(track[first - 3200 : first]).mean()
    after = np.abs(track[first : first + 800]).mean()
    assert after > 3 * before


def test_a_glide_goes_through_its_pitches():
    tone = glide(16_000, 500, 500)
    assert np.abs(np.fft.rfft(tone)).argmax() == 500


def test_band_noise_stays_in_its_band():
    power = np.abs(np.fft.rfft(band_noise(np.random.default_rng(0), 16_000, 500, 1500))) ** 2
    assert power[400:1800].sum() > 0.97 * power.sum()


def test_bursts_are_cut_at_the_end():
    burst = np.ones(4, np.float32)
    track = repeat(10, burst, np.array([1 / 16_000, 8 / 16_000, 1.0], np.float32))
    assert track.tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 1, 1]
