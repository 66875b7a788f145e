"""The compact profile's regions, by its shipped weights."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from jaxtyping import Float32, UInt8

from benchmarks.simulator.regions import regions
from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sampling import sample_scene, split_seeds
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder

BANK = ("a red car", "a blue car", "a man in a red jacket", "a dog", "fire and smoke")


@pytest.fixture(scope="module")
def profile() -> CompactProfile:
    return CompactProfile.load()


@pytest.fixture(scope="module")
def encoder(profile: CompactProfile) -> CompactRegionEncoder:
    return CompactRegionEncoder.of(profile, BANK, inside=1.0)


Seen = tuple[UInt8[np.ndarray, "h w 3"], Float32[np.ndarray, "1 4"], str]


def drive(seed: int) -> Seen:
    """A vehicle on a street, its box and what the simulator calls it."""
    scene = sample_scene(seed, kind="drive", place="street", time="day", weather="clear")
    scene = replace(scene, background=())
    found = regions(scene, 3.0)
    assert len(found) == 1
    renderer = Renderer(replace(scene, width=192, height=144))
    box = np.array([found[0].box]) / np.tile([scene.width, scene.height], 2)
    return renderer.draw(renderer.visible(3.0), 3.0), box.astype(np.float32), found[0].caption


def pictures(count: int = 1) -> UInt8[np.ndarray, "f 144 192 3"]:
    return np.random.default_rng(0).integers(0, 256, (count, 144, 192, 3), dtype=np.uint8)


def test_a_boxs_tokens_have_the_whole_boxs_vector_as_their_mean(
    profile: CompactProfile, encoder: CompactRegionEncoder
) -> None:
    box = np.array([[0.1, 0.2, 0.6, 0.9]], np.float32)
    (tokens,) = encoder.encode(pictures(), [box])
    assert (tokens.shape, tokens.dtype) == ((1, 32, 384), np.float32)
    appearance = profile.encoders.appearance
    with torch.inference_mode():
        features = appearance.features(torch.from_numpy(pictures()))
        whole = appearance.regions(features, torch.from_numpy(box)[None])[0].numpy()
    mean = tokens.mean(axis=1)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), whole, atol=1e-4)
    assert np.linalg.norm(tokens, axis=-1).std() > 0.5  # raw: lengths differ


def test_the_grid_lies_over_the_middle_of_an_expanded_box(
    profile: CompactProfile, encoder: CompactRegionEncoder
) -> None:
    wide = np.array([[0.2, 0.1, 0.6, 0.9]], np.float32)
    tight = np.array([[0.3, 0.3, 0.5, 0.7]], np.float32)
    (tokens,) = CompactRegionEncoder.of(profile, BANK).encode(pictures(), [wide])
    np.testing.assert_allclose(tokens, encoder.encode(pictures(), [tight])[0], atol=1e-3)


def test_pictures_with_several_boxes_and_with_none(encoder: CompactRegionEncoder) -> None:
    boxes = np.array([[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [0.2, 0, 0.4, 1]], np.float32)
    three = pictures(3)
    found = encoder.encode(three, [boxes[:2], boxes[:0], boxes])
    assert [len(tokens) for tokens in found] == [2, 0, 3]
    alone = encoder.encode(three[2:], [boxes[1:2]])[0]
    np.testing.assert_allclose(found[2][1], alone[0], atol=1e-4)
    assert encoder.describe(found[1]) == []


def test_larger_pictures_are_looked_at_in_the_profiles_size(encoder: CompactRegionEncoder) -> None:
    box = np.array([[0.1, 0.2, 0.6, 0.9]], np.float32)
    large = np.stack([cv2.resize(pictures()[0], (384, 288), interpolation=cv2.INTER_NEAREST)])
    np.testing.assert_array_equal(
        encoder.encode(large, [box])[0], encoder.encode(pictures(), [box])[0]
    )


def test_vehicles_are_called_by_their_kind_and_colour(profile: CompactProfile) -> None:
    """14 of 16 when this was written; by chance it would be two."""
    seen = [drive(seed) for seed in split_seeds("train", 16, start=9000)]
    bank = sorted({caption for _, _, caption in seen})
    assert len(bank) >= 8
    encoder = CompactRegionEncoder.of(profile, bank, inside=1.0)
    tokens = encoder.encode(np.stack([p for p, _, _ in seen]), [box for _, box, _ in seen])
    said = encoder.describe(np.concatenate(tokens))
    right = [said == caption for said, (_, _, caption) in zip(said, seen, strict=True)]
    assert sum(right) >= 12


def test_sentences_and_questions_share_their_own_vector(encoder: CompactRegionEncoder) -> None:
    texts = ["is there a dog?", "does a man in a red jacket run away from here?"]
    tokens, mask = encoder.encode_questions(texts)
    assert mask.sum(axis=1).tolist() == [1 + 5, 1 + 12]  # its own, and the pieces
    np.testing.assert_allclose(tokens[:, 0], encoder.encode_texts(texts), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(tokens[:, 0], axis=1), 1.0, atol=1e-5)
    assert not tokens[0, 6:].any()
    alone = encoder.encode_questions(texts[:1])[0][0]
    np.testing.assert_allclose(alone, tokens[0, :6], atol=1e-5)


def test_heat_follows_the_grid(encoder: CompactRegionEncoder) -> None:
    (words,) = encoder.encode_texts(["a dog"])
    other = np.roll(words, 1) - words * (np.roll(words, 1) @ words)  # speaks of something else
    tokens = np.tile(other, (1, 32, 1)).astype(np.float32)
    tokens[0, 4 * 7 + 3] = 3 * words  # the last row's last cell
    heat = encoder.heat(tokens, words[None], (16, 8))
    assert heat.shape == (1, 16, 8)
    assert heat[0, 15, 7] == 1.0
    assert heat[0, :12].max() == 0.0
