"""CLS tokens, pooling and places by hand."""

import torch

from encoders.alan.sampling import ClipSamples, length_mask
from encoders.alan.tokens import TokenEmbedding, add_cls, masked_mean, pool_tokens, token_mask
from tests.support.alan import SMALL, all_true, random_streams, small_alan


def test_trap_1_cls_is_the_mean_of_its_own_sequence() -> None:
    """METHODS G: not a learned vector."""
    sampled = torch.tensor([[[[1.0], [3.0]], [[10.0], [20.0]]]])
    tokens = add_cls(sampled, torch.tensor([[True, True]]))
    assert tokens[0, :, 0].tolist() == [2, 1, 3, 15, 10, 20]


def test_trap_1_each_stream_has_two_cls_tokens_of_its_own_clips() -> None:
    model = small_alan()
    video = model.video
    entered: list[torch.Tensor] = []
    for encoder in video.encoders:
        encoder.register_forward_pre_hook(lambda _, inputs: entered.append(inputs[0]))
    features = random_streams(SMALL, 1, 9)
    video(features, all_true(1, 9), lead=torch.zeros(1, 9))
    # Nine clips alike: both sequences of four take the middles of pieces of 2.25.
    clips = torch.tensor([[[1, 3, 5, 7]] * 2])
    places = video.embedding(ClipSamples(clips, all_true(1, 4), torch.tensor([9])))
    for name, tokens in zip(SMALL.streams, entered, strict=True):
        mean = video.project[name](features[name])[0, clips[0, 0]].mean(dim=0)
        torch.testing.assert_close((tokens - places)[0, [0, 5]], torch.stack([mean, mean]))


def test_cls_leaves_padding_out() -> None:
    sampled = torch.tensor([[[[1.0], [3.0], [90.0]], [[10.0], [20.0], [90.0]]]])
    mask = torch.tensor([[True, True, False]])
    assert add_cls(sampled, mask)[0, [0, 4], 0].tolist() == [2, 15]
    samples = ClipSamples(torch.zeros(1, 2, 3, dtype=torch.long), mask, torch.tensor([2]))
    assert token_mask(samples).tolist() == [[True, True, True, False] * 2]


def test_pooling_by_hand() -> None:
    # [U_CLS, U_1, U_2, R_CLS, R_1, R_2], the last slot of each sequence padded.
    tokens = torch.tensor([[[4.0], [1.0], [50.0], [6.0], [3.0], [50.0]]])
    g, h = pool_tokens(tokens, torch.tensor([[True, False]]))
    assert g.tolist() == [[5.0]]
    assert h.tolist() == [[2.0]]


def test_mean_of_nothing_is_zero() -> None:
    mean = masked_mean(torch.ones(1, 2, 3), torch.zeros(1, 2, dtype=torch.bool))
    assert mean.tolist() == [[0.0, 0.0, 0.0]]


def test_places_are_the_clips_own_times() -> None:
    embedding = TokenEmbedding(SMALL)
    embedding.sequence.weight.data = torch.tensor([[100.0], [200.0]]).expand(2, SMALL.d)
    embedding.position.weight.data = torch.arange(17.0)[:, None].expand(17, SMALL.d)
    clips = torch.tensor([[[0, 5, 9], [3, 3, 9]]])
    places = embedding(ClipSamples(clips, length_mask(torch.tensor([3]), 3), torch.tensor([10])))
    # floor(16 t / 10) of 0, 5, 9, 3 is 0, 8, 14, 4; CLS has the extra row, 16.
    assert places[0, :, 0].tolist() == [116, 100, 108, 114, 216, 204, 204, 214]
