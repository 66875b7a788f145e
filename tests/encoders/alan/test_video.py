"""The video encoder: shapes, padding, streams, gradients, determinism, the identity start."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from encoders.alan import Alan, VideoOutput, length_mask, similarity_matrix
from encoders.alan.tokens import masked_mean, pool_tokens
from encoders.alan.video import CrossEncoder
from tests.support.alan import SMALL, all_true, random_streams, small_alan

STREAM_SETS = [{"a": 6}, {"a": 6, "b": 3}, {"a": 6, "b": 3, "c": 9}]


def _embed(model: Alan, streams: dict[str, Tensor], lengths: list[int]) -> VideoOutput:
    clips = next(iter(streams.values())).shape[1]
    with torch.inference_mode():
        return model.video(streams, length_mask(torch.tensor(lengths), clips))


@pytest.mark.parametrize("streams", STREAM_SETS, ids=len)
def test_shapes_for_any_number_of_streams(streams: dict[str, int]) -> None:
    config = replace(SMALL, streams=streams)
    output = _embed(small_alan(config), random_streams(config, 3, 9), [9, 4, 2])
    assert output.g.shape == output.h.shape == (3, len(streams), 8)
    assert output.tokens.shape == (3, len(streams), 2 * (1 + 4), 8)
    assert output.mask.sum(dim=1).tolist() == [10, 10, 6]
    assert output.scores.shape == (3, 9)


@pytest.mark.parametrize("streams", STREAM_SETS, ids=len)
def test_padded_batches_equal_single_segments(streams: dict[str, int]) -> None:
    config = replace(SMALL, streams=streams)
    model, features, lengths = small_alan(config), random_streams(config, 4, 23), [23, 3, 1, 11]
    batch = _embed(model, features, lengths)
    for row, length in enumerate(lengths):
        alone = _embed(model, {k: v[row : row + 1, :length] for k, v in features.items()}, [length])
        torch.testing.assert_close(batch.g[row], alone.g[0], atol=1e-5, rtol=0)
        torch.testing.assert_close(batch.h[row], alone.h[0], atol=1e-5, rtol=0)


def test_a_permuted_batch_gives_permuted_embeddings() -> None:
    model, features, lengths = small_alan(), random_streams(SMALL, 4, 12), [12, 3, 7, 5]
    order = [2, 0, 3, 1]
    plain = _embed(model, features, lengths)
    permuted = {name: array[order] for name, array in features.items()}
    moved = _embed(model, permuted, [lengths[i] for i in order])
    torch.testing.assert_close(moved.g, plain.g[order], atol=1e-6, rtol=0)


def test_pooled_embeddings_are_those_of_the_tokens() -> None:
    output = _embed(small_alan(), random_streams(SMALL, 1, 9), [9])
    for x in range(2):
        g, h = pool_tokens(output.tokens[:, x], all_true(1, 4))
        torch.testing.assert_close(output.g[:, x], g)
        torch.testing.assert_close(output.h[:, x], h)


def test_inference_is_deterministic_and_training_follows_its_generator() -> None:
    model, features = small_alan(), random_streams(SMALL, 2, 40)
    assert torch.equal(_embed(model, features, [40, 40]).g, _embed(model, features, [40, 40]).g)

    model = small_alan(replace(SMALL, dropout=0.0, detector_dropout=0.0)).train()

    def draw(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return model.video(features, all_true(2, 40), generator=generator).g

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def test_given_scores_lead_the_sampling() -> None:
    model, features = small_alan(), random_streams(SMALL, 1, 40)
    own = model.video(features, all_true(1, 40))
    again = model.video(features, all_true(1, 40), scores=own.scores)
    assert torch.equal(again.g, own.g)
    elsewhere = torch.zeros(1, 40)
    elsewhere[0, 30:] = 1.0
    assert not torch.allclose(
        model.video(features, all_true(1, 40), scores=elsewhere).g, own.g, atol=1e-3
    )


def test_each_stream_hears_of_the_other_and_a_single_one_of_none() -> None:
    model, features = small_alan(), random_streams(SMALL, 1, 4)
    changed = features | {"motion": torch.randn(1, 4, 5)}
    plain, other = _embed(model, features, [4]), _embed(model, changed, [4])
    assert not torch.allclose(plain.g[:, 0], other.g[:, 0], atol=1e-3)
    assert len(small_alan(replace(SMALL, streams={"a": 6})).video.cross_encoders) == 0


def test_cross_encoder_is_attention_residual_and_norm() -> None:
    torch.manual_seed(0)
    encoder = CrossEncoder(replace(SMALL, heads=1)).eval()
    own, others = torch.randn(1, 3, 8), torch.randn(1, 5, 8)
    mask = torch.tensor([[True, True, False, True, True]])
    w_q, w_k, w_v = encoder.attention.in_proj_weight.chunk(3)
    b_q, b_k, b_v = encoder.attention.in_proj_bias.chunk(3)
    seen = others[:, mask[0]]
    logits = (own @ w_q.T + b_q) @ (seen @ w_k.T + b_k).transpose(1, 2) / 8**0.5
    found = encoder.attention.out_proj(logits.softmax(dim=-1) @ (seen @ w_v.T + b_v))
    summed = own + found
    centred = summed - summed.mean(dim=-1, keepdim=True)
    expected = centred / (summed.var(dim=-1, keepdim=True, correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(encoder(own, others, mask), expected, atol=1e-5, rtol=0)


def test_alignment_teaches_the_encoders_and_not_the_detector() -> None:
    model, features = small_alan().train(), random_streams(SMALL, 3, 20)
    videos = model.video(features, all_true(3, 20))
    texts = model.text(torch.randn(3, 5, 10), all_true(3, 5))
    similarity_matrix(videos, texts, alpha=0.5).diagonal().sum().backward()
    assert all(p.grad is None for p in model.video.detector.parameters())
    taught = {
        name: parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
        for name, parameter in [*model.video.named_parameters(), *model.text.named_parameters()]
        # Softmax ignores what all keys share; batch norm ignores a shift; both have no gradient.
        if not name.startswith("detector") and "gate.bias" not in name
    }
    assert [name for name, has in taught.items() if not has] == []


def test_the_detectors_loss_teaches_the_detector_and_the_projections_only() -> None:
    model = small_alan().train()
    model.video(random_streams(SMALL, 3, 20), all_true(3, 20)).scores.sum().backward()
    taught = {
        name.split(".")[0] for name, p in model.video.named_parameters() if p.grad is not None
    }
    assert taught == {"detector", "project"}


def test_untrained_identity_start_is_mean_pooled_retrieval() -> None:
    config = replace(SMALL, streams={"appearance": 8, "motion": 5}, text_dim=8)
    torch.manual_seed(0)
    model = Alan(config.with_identity_start()).eval()
    features, lengths = random_streams(config, 3, 4), torch.tensor([4, 2, 3])
    sentences = torch.randn(5, 8)
    with torch.inference_mode():
        mask = length_mask(lengths, 4)
        videos = model.video(features, mask)
        texts = model.text(sentences[:, None], all_true(5, 1), sentence=sentences)
        similarity = similarity_matrix(videos, texts, alpha=0.3)
    means = masked_mean(features["appearance"], mask)
    torch.testing.assert_close(videos.g[:, 0], means, atol=1e-5, rtol=0)
    torch.testing.assert_close(videos.h[:, 0], means, atol=1e-5, rtol=0)
    expected = torch.nn.functional.cosine_similarity(means[:, None], sentences[None], dim=-1)
    torch.testing.assert_close(similarity, expected, atol=1e-5, rtol=0)


def test_every_gate_of_the_identity_start_learns_from_the_first_step() -> None:
    config = replace(SMALL, streams={"appearance": 8, "motion": 5}, text_dim=8)
    torch.manual_seed(0)
    model = Alan(config.with_identity_start()).train()
    videos = model.video(random_streams(config, 3, 4), all_true(3, 4))
    texts = model.text(torch.randn(3, 5, 8), all_true(3, 5))
    similarity_matrix(videos, texts, alpha=0.5).diagonal().sum().backward()
    share = model.video.openings[0].share
    assert abs(float(share.grad)) > 1e-4
    for weights in (model.text.cls.weights, model.text.avg.weights):
        assert weights.factors is not None
        assert weights.factors.grad is not None
        assert abs(float(weights.factors.grad[1])) > 1e-5
