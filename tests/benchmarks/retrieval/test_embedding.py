"""A split through a network gives Eq. 5 of the network's own outputs."""

import numpy as np
import pytest
import torch

from benchmarks.datasets.base import Item
from benchmarks.retrieval.embedding import ask_by_sound, ask_by_text, embed_items
from encoders.alan import AlanPredictor, length_mask, similarity_matrix
from encoders.alan.config import AlanConfig
from encoders.alan.training import Sentences
from segments.errors import UserError
from tests.support.alan import all_true, small_alan
from tests.support.retrieval import AUDIO_DIM, STREAMS, HeldFeatures, clips_of
from tests.support.text import tiny_bert

CONFIG = AlanConfig(
    streams=STREAMS,
    text_dim=16,
    audio_dim=AUDIO_DIM,
    d=8,
    heads=2,
    ffn=16,
    num_samples=4,
    detector_hidden=(4,),
)
ITEMS = [
    Item("x", "test", True, ("a man runs", "never asked")),
    Item("y", "test", False, ("the big dog enters a shop",)),
    Item("z", "test", False, ("the car",)),
]
LENGTHS = (9, 3, 6)
FEATURES = HeldFeatures(
    {
        item.video: clips_of(item.video, clips=clips, sound=True)
        for item, clips in zip(ITEMS, LENGTHS, strict=True)
    },
    audio_dim=AUDIO_DIM,
)


def seen(model, *, lead: torch.Tensor | None = None):
    streams = {
        name: torch.nn.utils.rnn.pad_sequence(
            [torch.from_numpy(FEATURES.read(item.video).streams[name]) for item in ITEMS],
            batch_first=True,
        )
        for name in STREAMS
    }
    return model.video(streams, length_mask(torch.tensor(LENGTHS), 9), lead=lead)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@torch.inference_mode()
def test_similarity_is_eq_5_of_the_first_sentences(alpha: float):
    model, backbone = small_alan(CONFIG), tiny_bert(pooling="cls").freeze()
    ask = ask_by_text(Sentences(backbone))
    embedded = embed_items(AlanPredictor(model), ITEMS, FEATURES, ask)
    said = backbone([item.texts[0] for item in ITEMS])
    text = model.text(said.tokens, said.words)
    expected = similarity_matrix(seen(model), text, alpha=alpha).T
    np.testing.assert_allclose(embedded.similarity(alpha), expected, atol=2e-3)  # float16 states
    some = embed_items(AlanPredictor(model), ITEMS[1:], FEATURES, ask)
    np.testing.assert_allclose(embedded.against(some, alpha), expected[:, 1:], atol=2e-3)
    np.testing.assert_allclose(some.against(embedded, alpha), expected[1:], atol=2e-3)


@torch.inference_mode()
def test_by_sound_each_video_asks_by_its_own():
    model = small_alan(CONFIG)
    embedded = embed_items(AlanPredictor(model), ITEMS, FEATURES, ask_by_sound(FEATURES))
    videos = seen(model)
    for row, item in enumerate(ITEMS):
        audio = FEATURES.read(item.video).audio
        assert audio is not None
        heard = model.audio(torch.from_numpy(audio)[None], all_true(1, len(audio)))
        expected = similarity_matrix(videos, heard, alpha=0.5)[:, 0]
        np.testing.assert_allclose(embedded.similarity(0.5)[row], expected, atol=1e-5)


@torch.inference_mode()
def test_something_else_than_the_detector_may_lead():
    model = small_alan(CONFIG)
    late = torch.tensor([[0.0] * 5 + [1.0] * 4] * 3)
    embedded = embed_items(
        AlanPredictor(model),
        ITEMS,
        FEATURES,
        ask_by_sound(FEATURES),
        lead=lambda item, features, predictor: late[0, : len(features)].numpy(),
    )
    videos = seen(model, lead=late)
    stored = torch.nn.functional.normalize(torch.cat([videos.g, videos.h], dim=1), dim=-1)
    np.testing.assert_allclose(embedded.videos, stored.flatten(1), atol=1e-5)


def test_a_silent_video_cannot_ask():
    silent = HeldFeatures({"x": clips_of("x")}, audio_dim=AUDIO_DIM)
    with pytest.raises(UserError, match="x has no sound features to ask by"):
        embed_items(AlanPredictor(small_alan(CONFIG)), ITEMS[:1], silent, ask_by_sound(silent))
