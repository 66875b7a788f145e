import numpy as np
import pytest
import torch

from encoders.compact.appearance import DIM, AppearanceEncoder, _box_weights
from encoders.compact.train_appearance import (
    AppearanceRecipe,
    PictureSet,
    augmented,
    matching_loss,
    train_appearance,
)


def test_a_box_weighs_cells_by_their_share_of_it():
    boxes = torch.tensor([[[0.0, 0.0, 0.5, 1.0], [0.25, 0.5, 0.75, 1.0], [0.3, 0.3, 0.3, 0.3]]])
    weights = _box_weights(boxes, rows=2, columns=2)[0]
    torch.testing.assert_close(
        weights[0], torch.tensor([[0.5, 0.0], [0.5, 0.0]]), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(
        weights[1], torch.tensor([[0.0, 0.0], [0.5, 0.5]]), atol=1e-5, rtol=0
    )
    assert weights[2].sum() == pytest.approx(1.0)  # an empty box is still somewhere


def test_a_region_is_described_by_what_is_inside_its_box():
    torch.manual_seed(0)
    encoder = AppearanceEncoder().eval()
    features = torch.rand(1, 192, 4, 4)
    changed = features.clone()
    changed[..., 2:] += 1.0  # the right half
    left, right = torch.tensor([[[0.0, 0.0, 0.5, 1.0]]]), torch.tensor([[[0.5, 0.0, 1.0, 1.0]]])
    before, after = encoder.regions(features, left), encoder.regions(changed, left)
    torch.testing.assert_close(before, after, atol=1e-4, rtol=0)
    assert (encoder.regions(features, right) - encoder.regions(changed, right)).norm() > 0.01


def test_outputs_are_unit_vectors_and_the_encoder_stays_small():
    encoder = AppearanceEncoder().eval()
    pixels = torch.randint(0, 255, (3, 144, 192, 3), dtype=torch.uint8)
    with torch.inference_mode():
        features = encoder.features(pixels)
        frames = encoder.frames(features)
    assert features.shape == (3, 192, 9, 12)
    assert frames.shape == (3, DIM)
    torch.testing.assert_close(frames.norm(dim=-1), torch.ones(3))
    assert sum(weight.numel() for weight in encoder.parameters()) <= 3_000_000


def test_the_matching_loss_is_the_cross_entropy_against_similar_sentences():
    sentences = torch.eye(2)
    # logits 20 and 0 on and off the diagonal; the target is one-hot to 1e-14
    expected = float(np.log(1 + np.exp(-20.0)))
    assert float(matching_loss(torch.eye(2), sentences)) == pytest.approx(expected, abs=1e-6)
    swapped = float(matching_loss(torch.eye(2).flip(0), sentences))
    assert swapped == pytest.approx(20.0, abs=1e-3)
    # two equal sentences share the target: the best loss is log 2
    equal = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(matching_loss(equal, equal)) == pytest.approx(np.log(2), abs=1e-6)


def test_augmentation_keeps_shape_and_mirrors_nothing():
    pixels = np.zeros((4, 8, 8, 3), np.uint8)
    pixels[:, :, :4] = 200
    changed = augmented(pixels, np.random.default_rng(0))
    assert changed.shape == pixels.shape
    assert changed.dtype == np.uint8
    assert (
        changed[:, :, :4].mean(axis=(1, 2, 3)) > changed[:, :, 4:].mean(axis=(1, 2, 3)) + 50
    ).all()
    assert (changed != pixels).any()


def test_training_learns_colours_and_repeats_itself():
    colours = np.array([[200, 30, 30], [30, 200, 30], [30, 30, 200]], np.uint8)
    kinds = np.arange(48) % 3
    pixels = np.broadcast_to(colours[kinds][:, None, None], (48, 32, 32, 3)).copy()
    captions = np.eye(3, 384, dtype=np.float32)[kinds][:, None]
    pictures = PictureSet(pixels, captions, np.zeros((48, 1, 4), np.float32), captions)
    recipe = AppearanceRecipe(epochs=6, batch_size=12)
    losses: list[float] = []
    encoder = train_appearance(pictures, recipe, on_epoch=lambda _, loss: losses.append(loss))
    # four of each colour share a batch, so the best possible loss is log 4
    assert losses[-1] < losses[0]
    assert losses[-1] == pytest.approx(np.log(4), abs=0.1)
    with torch.inference_mode():
        found = encoder(torch.from_numpy(pixels[:3]))[:, :3].argmax(dim=1)
    assert found.tolist() == [0, 1, 2]
    again = train_appearance(pictures, AppearanceRecipe(epochs=1, batch_size=12))
    once = train_appearance(pictures, AppearanceRecipe(epochs=1, batch_size=12))
    for name, weight in again.state_dict().items():
        torch.testing.assert_close(weight, once.state_dict()[name], atol=0, rtol=0)
