"""What the compact profile makes of sentences."""

import numpy as np
import pytest

from encoders.compact.profile import SENTENCE_BATCH, CompactProfile


@pytest.fixture(scope="module")
def profile() -> CompactProfile:
    return CompactProfile.load()


def test_sentences_are_unit_and_do_not_depend_on_their_batch(profile: CompactProfile) -> None:
    texts = [f"{number} dogs sleep" + " in the sun" * (number % 3) for number in range(70)]
    assert len(texts) > SENTENCE_BATCH
    vectors = profile.encode_sentences(texts)
    assert (vectors.shape, vectors.dtype) == ((70, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for row in (0, 63, 64, 69):
        np.testing.assert_allclose(
            profile.encode_sentences([texts[row]])[0], vectors[row], atol=1e-5
        )
    assert profile.encode_sentences([]).shape == (0, 384)


def test_sentences_that_say_the_same_are_near(profile: CompactProfile) -> None:
    fire, blaze, shop = profile.encode_sentences(
        ["a car is on fire", "a burning vehicle", "a woman buys bread"]
    )
    assert fire @ blaze > 0.6 > 0.3 > fire @ shop


def test_a_picture_is_a_query_whose_streams_count_alike(profile: CompactProfile) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (200, 300, 3), np.uint8)
    query = profile.encode_image(pixels)
    assert query.w_g.tolist() == query.w_h.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(np.linalg.norm(query.g, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(query.h, axis=1), 1.0, atol=1e-5)


def test_a_picture_of_the_clips_size_is_seen_as_a_clip_that_stands_still(
    profile: CompactProfile,
) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (144, 192, 3), np.uint8)
    once = profile.encoders.look_once(pixels)
    clip = profile.encoders.look(np.stack([pixels, pixels])[None])[0]
    np.testing.assert_allclose(once, clip, atol=1e-5)
