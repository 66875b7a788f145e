"""The text and the audio encoder."""

from dataclasses import replace

import pytest
import torch

from encoders.alan import AlanConfig, dual_embedding, length_mask
from tests.support.alan import SMALL, all_true, small_alan


def test_text_looks_at_cls_and_at_the_mean_of_its_words() -> None:
    model = small_alan()
    tokens = torch.randn(1, 5, 10)
    words = torch.tensor([[False, True, True, False, False]])  # [CLS] two words [SEP] padding
    with torch.inference_mode():
        output = model.text(tokens, words)
        g, w_g = model.text.cls(tokens[:, 0])
        h, w_h = model.text.avg((tokens[:, 1] + tokens[:, 2]) / 2)
    torch.testing.assert_close(output.g, g)
    torch.testing.assert_close(output.h, h)
    torch.testing.assert_close(output.w_g, w_g)
    torch.testing.assert_close(output.w_h, w_h)


def test_a_sentence_vector_takes_the_place_of_cls() -> None:
    model = small_alan()
    tokens, words = torch.randn(2, 5, 10), all_true(2, 5)
    with torch.inference_mode():
        given = model.text(tokens, words, sentence=tokens[:, 0])
        other = model.text(tokens, words, sentence=torch.randn(2, 10))
        first = model.text(tokens, words)
    assert torch.equal(given.g, first.g)
    assert torch.equal(other.h, first.h)
    assert not torch.allclose(other.g, first.g, atol=1e-3)


def test_padding_of_texts_changes_nothing() -> None:
    model = small_alan()
    tokens = torch.randn(1, 3, 10)
    padded = torch.cat([tokens, torch.full((1, 4, 10), 9.0)], dim=1)
    with torch.inference_mode():
        short = model.text(tokens, all_true(1, 3))
        long = model.text(padded, length_mask(torch.tensor([3]), 7))
    torch.testing.assert_close(long.h, short.h, atol=1e-6, rtol=0)


@pytest.mark.parametrize("config", [SMALL, SMALL.with_identity_start()], ids=["plain", "identity"])
def test_padded_sounds_equal_single_sounds(config: AlanConfig) -> None:
    model, lengths = small_alan(config), [19, 2, 4]
    features = torch.randn(3, 19, 7)
    with torch.inference_mode():
        batch = model.audio(features, length_mask(torch.tensor(lengths), 19))
        for row, length in enumerate(lengths):
            alone = model.audio(features[row : row + 1, :length], all_true(1, length))
            torch.testing.assert_close(batch.g[row], alone.g[0], atol=1e-5, rtol=0)
            torch.testing.assert_close(batch.w_h[row], alone.w_h[0], atol=1e-5, rtol=0)
    assert batch.scores[1, 2:].tolist() == [0.0] * 17


def test_audio_draws_by_its_own_detector() -> None:
    model = small_alan()
    features = torch.randn(1, 30, 7)
    with torch.inference_mode():
        plain = model.audio(features, all_true(1, 30))
        for parameter in model.video.detector.parameters():
            parameter.zero_()
        assert torch.equal(model.audio(features, all_true(1, 30)).g, plain.g)
        model.audio.detector.layers[0].weight.mul_(100.0)
        assert not torch.allclose(model.audio(features, all_true(1, 30)).g, plain.g, atol=1e-5)


def test_the_dual_embedding_has_length_one_and_both_halves() -> None:
    g, h = torch.tensor([[[3.0, 4.0], [0.0, 2.0]]]), torch.tensor([[[1.0, 0.0], [0.0, -5.0]]])
    # Four blocks of length 1, divided by sqrt(4).
    expected = torch.tensor([[0.3, 0.4, 0.0, 0.5, 0.5, 0.0, 0.0, -0.5]])
    torch.testing.assert_close(dual_embedding(g, h), expected)


def test_a_network_without_audio_has_no_audio_encoder() -> None:
    assert small_alan(replace(SMALL, audio_dim=None)).audio is None
