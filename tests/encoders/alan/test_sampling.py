"""Fixed-frame and anomaly-led sampling against cases worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch

from encoders.alan.config import AlanConfig, Sampling
from encoders.alan.sampling import anomaly_led, draw_clips, fixed_frame, length_mask
from tests.support.alan import SMALL, all_true, small_alan

LN2 = 0.6931471805599453
# softmax of [0, ln 2, 0] at temperature 1 is [1/4, 1/2, 1/4], so the wheel stands at 1/4, 3/4, 1.
SCORES = torch.tensor([[0.0, LN2, 0.0]])


def test_fixed_frames_are_the_middles_of_equal_pieces() -> None:
    # 10 clips in 4 pieces of 2.5: middles 1.25, 3.75, 6.25, 8.75. 4 clips: one each.
    clips = fixed_frame(torch.tensor([10, 4]), 4)
    assert clips.tolist() == [[1, 3, 6, 8], [0, 1, 2, 3]]


def test_random_fixed_frames_stay_in_their_pieces_and_fill_them() -> None:
    generator = torch.Generator().manual_seed(0)
    clips = fixed_frame(torch.full((500,), 12), 4, random=True, generator=generator)
    for piece in range(4):
        assert set(clips[:, piece].tolist()) == {3 * piece, 3 * piece + 1, 3 * piece + 2}


def test_systematic_roulette_by_hand() -> None:
    # Pointers 1/8, 3/8, 5/8, 7/8 fall on clips 0, 1, 1, 2.
    assert anomaly_led(SCORES, all_true(1, 3), 4, tau=1.0).tolist() == [[0, 1, 1, 2]]


def test_a_pointer_on_the_boundary_takes_the_lower_clip() -> None:
    # Two pointers at 1/4 and 3/4 meet q_1 and q_2 exactly; q_{i-1} < r <= q_i takes clips 0 and 1.
    assert anomaly_led(SCORES, all_true(1, 3), 2, tau=1.0).tolist() == [[0, 1]]


def test_temperature_sharpens() -> None:
    # At tau = 1/4 the odds are 1 : 16 : 1, the wheel 1/18, 17/18, 1: four pointers take clip 1.
    assert anomaly_led(SCORES, all_true(1, 3), 4, tau=0.25).tolist() == [[1, 1, 1, 1]]


def test_equal_scores_spread_evenly_whatever_the_rounding() -> None:
    # r_k = (2k - 1) / 100 is q_{2k-1} for 100 equal clips: every second clip, from the first.
    clips = anomaly_led(torch.full((1, 100), 0.3), all_true(1, 100), 50, tau=0.7)
    assert clips.tolist() == [list(range(0, 100, 2))]


def test_random_roulette_has_the_softmax_as_its_frequencies() -> None:
    generator = torch.Generator().manual_seed(0)
    clips = anomaly_led(SCORES, all_true(1, 3), 40_000, tau=1.0, random=True, generator=generator)
    shares = torch.bincount(clips[0]) / 40_000
    torch.testing.assert_close(shares, torch.tensor([0.25, 0.5, 0.25]), atol=0.01, rtol=0)
    assert bool((clips.diff() >= 0).all())


def test_padding_is_never_drawn_whatever_its_score() -> None:
    scores = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0.5, 9.0, 9.0]])
    mask = length_mask(torch.tensor([5]), 7)
    samples = draw_clips(scores, mask, num_samples=3, tau=0.7)
    assert samples.clips.max() <= 4
    assert samples.mask.all()


def test_short_segments_take_every_clip_in_both_sequences() -> None:
    mask = length_mask(torch.tensor([2, 4, 9]), 9)
    for random in (False, True):
        samples = draw_clips(torch.rand(3, 9), mask, num_samples=4, tau=0.7, random=random)
        assert samples.clips[0].tolist() == [[0, 1, 0, 0]] * 2
        assert samples.clips[1].tolist() == [[0, 1, 2, 3]] * 2
        assert samples.mask.sum(dim=1).tolist() == [2, 4, 4]


def test_a_batch_of_short_segments_has_no_more_slots_than_clips() -> None:
    samples = draw_clips(torch.rand(2, 3), all_true(2, 3), num_samples=50, tau=0.7)
    assert samples.clips.shape == (2, 2, 3)


def test_the_generator_decides_the_draw() -> None:
    def draw(seed: int) -> list[list[list[int]]]:
        generator = torch.Generator().manual_seed(seed)
        scores = torch.linspace(0, 1, 90)[None]
        return draw_clips(
            scores, all_true(1, 90), num_samples=20, tau=0.7, random=True, generator=generator
        ).clips.tolist()

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_gather_takes_the_clips_of_its_own_row() -> None:
    features = torch.arange(24.0).reshape(2, 6, 2)
    samples = draw_clips(torch.zeros(2, 6), all_true(2, 6), num_samples=3, tau=0.7)
    assert samples.clips[0].tolist() == [[1, 3, 5], [0, 2, 4]]
    gathered = samples.gather(features)
    assert gathered[1, 0].tolist() == [[14, 15], [18, 19], [22, 23]]
    assert gathered[0, 1].tolist() == [[0, 1], [4, 5], [8, 9]]


def drawn(sequences: Sequence[Sampling], clips: int, num_samples: int) -> list[list[int]]:
    """Of one segment whose clips all have the same score."""
    samples = draw_clips(
        torch.zeros(1, clips),
        all_true(1, clips),
        sequences=sequences,
        num_samples=num_samples,
        tau=0.7,
    )
    return samples.clips[0].tolist()


def test_one_fixed_sequence_looks_at_the_middles() -> None:
    assert drawn(("fixed",), 10, 4) == [[1, 3, 6, 8]]


def test_two_fixed_sequences_take_turns() -> None:
    # Pieces of 2.5 clips: a quarter in 0.625, 3.125, 5.625, 8.125; three quarters 1.25 later.
    assert drawn(("fixed", "fixed"), 10, 4) == [[0, 3, 5, 8], [1, 4, 6, 9]]


def test_one_led_sequence_has_pointers_in_the_middles() -> None:
    # Ten clips alike, wheel at 0.1, 0.2, ...: pointers 1/8, 3/8, 5/8, 7/8.
    assert drawn(("led",), 10, 4) == [[1, 3, 6, 8]]


def test_two_led_sequences_take_turns_too() -> None:
    # Pointers 1/16, 5/16, 9/16, 13/16, then 3/16, 7/16, 11/16, 15/16.
    assert drawn(("led", "led"), 10, 4) == [[0, 3, 5, 8], [1, 4, 6, 9]]


def test_sequences_of_one_kind_take_turns_whatever_stands_between_them() -> None:
    found = drawn(("fixed", "led", "fixed"), 10, 4)
    assert found == [[0, 3, 5, 8], [1, 3, 6, 8], [1, 4, 6, 9]]


@pytest.mark.parametrize("num_samples", [1, 4, 50])
@pytest.mark.parametrize("times", [2.0, 2.3, 3.7, 40.0])
def test_twice_as_many_fixed_frames_are_all_different(num_samples: int, times: float) -> None:
    both = drawn(("fixed", "fixed"), int(times * num_samples), num_samples)
    assert len(set(sum(both, []))) == 2 * num_samples


def test_trap_3_anomaly_led_sampling_is_a_mild_bias_with_replacement() -> None:
    """METHODS G: tau = 0.7 prefers the surest clip 4.17 times to the least, not more."""
    scores = torch.zeros(1, 100)
    scores[0, :10] = 1.0
    clips = anomaly_led(scores, all_true(1, 100), 50, tau=0.7)[0]
    # The event, a tenth of the clips, ends at 41.7 / 131.7 = 0.317 of the wheel: of the pointers
    # 0.01, 0.03, ... 16 fall on its ten clips, so some are taken twice.
    event = clips[clips < 10].tolist()
    assert (len(event), len(set(event))) == (16, 10)
    many = anomaly_led(torch.tensor([[0.0, 1.0]]), all_true(1, 2), 100_000, tau=0.7)
    least, surest = torch.bincount(many[0]).tolist()
    assert surest / least == pytest.approx(4.17, abs=0.01)
    assert AlanConfig.paper().tau == 0.7


def test_trap_3_one_index_set_is_shared_by_the_streams() -> None:
    config = replace(SMALL, streams={"appearance": 6, "motion": 6})
    model = small_alan(config).train()
    model.video.project["motion"].load_state_dict(model.video.project["appearance"].state_dict())
    seen: list[torch.Tensor] = []
    for encoder in model.video.encoders:
        encoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    features = torch.randn(2, 40, 6)  # ten times as many as are drawn, at random
    model.video({"appearance": features, "motion": features}, all_true(2, 40))
    assert len(seen) == 2
    assert torch.equal(seen[0], seen[1])


@torch.no_grad()
def test_trap_3_sound_is_sampled_by_its_own_detector() -> None:
    model = small_alan()
    assert model.audio is not None
    audio, mask = torch.randn(1, 40, 7), all_true(1, 40)
    plain = model.audio(audio, mask).g
    for weight in model.video.detector.parameters():
        weight.mul_(-9.0)
    assert torch.equal(model.audio(audio, mask).g, plain)
    for weight in model.audio.detector.layers[-1].parameters():
        weight.mul_(-90.0)
    assert not torch.allclose(model.audio(audio, mask).g, plain, atol=1e-3)
