"""BLIP-2's regions, on a tiny model with random weights."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import Float32, UInt8
from transformers import Blip2ForImageTextRetrieval

from encoders.regions.blip2 import Blip2RegionEncoder
from encoders.regions.blip2_writing import CaptionWriter, WordHead, Writing
from encoders.regions.grids import heat_of
from encoders.towers.base import Placement
from encoders.towers.loading import load_tokenizer
from segments.errors import WeightsMissing

BANK = ("a man runs", "a red car", "the dog sits")
BOXES = np.array([[0.1, 0.1, 0.6, 0.9], [0.5, 0.0, 1.0, 0.5], [0.2, 0.2, 0.3, 0.3]], np.float32)


@pytest.fixture(scope="module")
def encoder(blip2: Blip2RegionEncoder) -> Blip2RegionEncoder:
    return blip2


@pytest.fixture(scope="module")
def model(blip2_folder: Path) -> Blip2ForImageTextRetrieval:
    loaded = Blip2ForImageTextRetrieval.from_pretrained(blip2_folder)
    assert isinstance(loaded, Blip2ForImageTextRetrieval)
    return loaded.eval()


def pictures(count: int = 2) -> UInt8[np.ndarray, "f 56 56 3"]:
    return np.random.default_rng(0).integers(0, 256, (count, 56, 56, 3), dtype=np.uint8)


def test_tokens_of_all_boxes_together_and_one_by_one(encoder: Blip2RegionEncoder) -> None:
    found = encoder.encode(pictures(3), [BOXES[:2], BOXES[:0], BOXES])
    assert [tokens.shape for tokens in found] == [(2, 4, 16), (0, 4, 16), (3, 4, 16)]
    for row in range(3):
        alone = encoder.encode(pictures(3)[2:], [BOXES[row : row + 1]])[0][0]
        np.testing.assert_allclose(found[2][row], alone, atol=1e-5)
    assert np.abs(found[2][0] - found[2][1]).max() > 0.1
    assert [len(tokens) for tokens in encoder.encode(pictures(2), [BOXES[:0]] * 2)] == [0, 0]


def test_image_tokens_are_transformers_own(
    encoder: Blip2RegionEncoder, model: Blip2ForImageTextRetrieval
) -> None:
    """A whole picture of the model's size: pixels minus CLIP's mean, over its deviation."""
    picture = pictures(1)[:, :28, :28]
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    pixels = torch.from_numpy((picture / 255.0 - mean) / std).float().permute(0, 3, 1, 2)
    ids = torch.tensor([[2, 5, 7, 3]])
    with torch.inference_mode():
        outputs = model(pixels, ids, torch.ones_like(ids))
        projected = model.vision_projection(
            torch.from_numpy(encoder.encode(picture, [np.array([[0, 0, 1, 1]], np.float32)])[0])
        )
    wanted = outputs.image_embeds
    torch.testing.assert_close(
        torch.nn.functional.normalize(projected, dim=-1), wanted, atol=1e-4, rtol=0
    )


def test_sentences_are_cls_and_padding_changes_nothing(
    encoder: Blip2RegionEncoder, model: Blip2ForImageTextRetrieval
) -> None:
    texts = ["a dog", "does the man in the red car run ?"]
    tokens, mask = encoder.encode_questions(texts)
    assert mask.sum(axis=1).tolist() == [4, 11]  # [CLS] and [SEP] beside the words
    alone, _ = encoder.encode_questions(texts[:1])
    np.testing.assert_allclose(alone[0], tokens[0, :4], atol=1e-5)
    assert not tokens[0, 4:].any()
    np.testing.assert_array_equal(encoder.encode_texts(texts), tokens[:, 0])
    ids = torch.tensor([[2, 5, 8, 3]])
    with torch.inference_mode():
        states = model.qformer(query_embeds=model.embeddings(ids), query_length=0)
    np.testing.assert_allclose(alone[0], states.last_hidden_state[0].numpy(), atol=1e-5)


def test_a_long_question_is_cut_at_32_tokens(encoder: Blip2RegionEncoder) -> None:
    tokens, mask = encoder.encode_questions(["a dog " * 40])
    assert tokens.shape == (1, 32, 16)
    assert mask.all()


def test_bfloat16_stays_near(blip2_folder: Path, encoder: Blip2RegionEncoder) -> None:
    half = Blip2RegionEncoder(blip2_folder, BANK, place=Placement(dtype=torch.bfloat16))
    tokens, wanted = (e.encode(pictures(1), [BOXES])[0] for e in (half, encoder))
    assert tokens.dtype == np.float32
    cosines = (tokens * wanted).sum(-1) / np.linalg.norm(tokens, axis=-1)
    assert (cosines / np.linalg.norm(wanted, axis=-1)).min() > 0.99
    assert half.describe(tokens) != []


def test_without_the_head_the_nearest_sentence_is_told(blip2_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    shutil.copytree(blip2_folder, folder)
    (folder / "lm_head.safetensors").unlink()
    encoder = Blip2RegionEncoder(folder, BANK)
    (tokens,) = encoder.encode(pictures(1), [BOXES])
    unit = tokens / np.linalg.norm(tokens, axis=-1, keepdims=True)
    words = encoder.encode_texts(BANK)
    agreement = unit.sum(axis=1) @ (words / np.linalg.norm(words, axis=-1, keepdims=True)).T
    assert encoder.describe(tokens) == [BANK[k] for k in agreement.argmax(axis=1)]


def test_captions_are_written_for_regions_that_are_remembered(encoder: Blip2RegionEncoder) -> None:
    (tokens,) = encoder.encode(pictures(1), [BOXES])
    said = encoder.describe(tokens)
    assert said == [encoder.describe(tokens[row : row + 1])[0] for row in range(3)]
    known = set("a the man dog car runs sits is does there in red blue ?".split())
    assert all(set(sentence.split()) <= known for sentence in said)
    assert encoder.describe(tokens + 1.0)[0] in BANK  # never seen: nothing to write from


def features() -> Float32[torch.Tensor, "2 5 24"]:
    return torch.randn(2, 5, 24, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def writer(blip2_folder: Path, model: Blip2ForImageTextRetrieval) -> CaptionWriter:
    head = WordHead.read(blip2_folder)
    return CaptionWriter(model, head, load_tokenizer(blip2_folder), Writing(shortest=4, longest=9))


def test_words_see_the_region_and_only_words_before_them(writer: CaptionWriter) -> None:
    ids = torch.tensor([[4, 5, 7, 10], [4, 5, 7, 11]])
    same = features()[:1].expand(2, -1, -1)
    with torch.inference_mode():
        logits = writer.logits(same, ids)
        other = writer.logits(features()[1:], ids[:1])
    torch.testing.assert_close(logits[0, :3], logits[1, :3], atol=1e-5, rtol=0)
    assert (logits[0, 3] - logits[1, 3]).abs().max() > 0.1
    assert (logits[0, 0] - other[0, 0]).abs().max() > 0.01


def test_queries_do_not_see_the_words(
    writer: CaptionWriter, model: Blip2ForImageTextRetrieval
) -> None:
    """Else writing would not start from F^I; the head here gives the states back."""
    writer._head = torch.nn.Identity()  # pyright: ignore
    ids = torch.tensor([[4, 5]])
    with torch.inference_mode():
        alone = model.qformer(
            query_embeds=model.query_tokens, encoder_hidden_states=features()[:1]
        ).last_hidden_state
        words = model.embeddings(input_ids=ids, query_embeds=model.query_tokens)
        from encoders.regions.blip2_writing import _writing_mask

        both = model.qformer(
            query_embeds=words,
            query_length=4,
            attention_mask=_writing_mask(4, 2),
            encoder_hidden_states=features()[:1],
        ).last_hidden_state
    torch.testing.assert_close(both[:, :4], alone, atol=1e-5, rtol=0)
    torch.testing.assert_close(writer.logits(features()[:1], ids), both[:, 4:])


def biased(writer: CaptionWriter, **logits: float) -> None:
    """The head says the same whatever it is given."""
    words = writer._head.decoder
    words.weight.zero_()
    words.bias.fill_(-20.0)
    for token, value in logits.items():
        words.bias[writer._tokenizer.convert_tokens_to_ids(token.replace("END", "[SEP]"))] = value


@torch.no_grad()
def test_writing_ends_no_sooner_and_no_later_than_it_may(writer: CaptionWriter) -> None:
    biased(writer, END=5.0, dog=1.0)
    assert writer.write(features()) == ["dog dog dog"] * 2  # 4 tokens with [DEC], then the end
    biased(writer, END=-20.0, dog=1.0)
    assert writer.write(features()) == [" ".join(["dog"] * 8)] * 2


@torch.no_grad()
def test_one_beam_takes_the_likeliest_word(blip2_folder: Path, writer: CaptionWriter) -> None:
    writer._writing = Writing(beams=1, shortest=2, longest=6)
    ids = torch.tensor([[4]])
    for _ in range(5):
        word = writer.logits(features()[:1], ids)[0, -1]
        word[3] = word[3] if ids.shape[1] >= 2 else -torch.inf
        ids = torch.cat([ids, word.argmax().view(1, 1)], dim=1)
        if ids[0, -1] == 3:
            break
    assert writer.write(features()[:1]) == [writer._text(ids[0].tolist())]


def test_a_head_that_lacks_a_tensor_is_refused(blip2_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(blip2_folder, folder)
    from safetensors.torch import load_file, save_file

    kept = load_file(folder / "lm_head.safetensors")
    del kept["Qformer.cls.predictions.bias"]
    save_file(kept, folder / "lm_head.safetensors")
    with pytest.raises(WeightsMissing, match=r"lm_head.*bias"):
        Blip2RegionEncoder(folder, BANK)


def test_heat_is_a_map_per_box(encoder: Blip2RegionEncoder) -> None:
    (tokens,) = encoder.encode(pictures(1), [BOXES])
    maps = encoder.heat(tokens, encoder.encode_texts(BANK), (8, 6))
    assert (maps.shape, maps.dtype) == ((3, 8, 6), np.float32)
    assert maps.min() >= 0.0
    assert maps.max() == pytest.approx(1.0)
    again = encoder.heat(tokens[:1], encoder.encode_texts(["the dog sits"]), (8, 6))
    assert np.abs(maps[0] - again[0]).max() > 1e-3  # another sentence looks elsewhere
    forgotten = np.ones((2, 4, 16), np.float32)
    assert encoder.heat(forgotten, encoder.encode_texts(BANK[:2]), (3, 3)).max() == 0.0


class MeanOfPatches:
    """Queries that give one token, the mean of four patches of two channels each."""

    def prepare(self, batch: torch.Tensor) -> torch.Tensor:
        return batch.clone()

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return batch[:, 1:].mean(dim=1, keepdim=True)


def test_heat_is_grad_cam_as_worked_out_by_hand(
    encoder: Blip2RegionEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mean is (3, 3), so its cosine to (1, 0) has the slope (9, -9) / 18^1.5, the same in every
    patch: a patch counts by its first channel less its second, and not below 0."""
    patches = [[4.0, 0.0], [2.0, 0.0], [6.0, 12.0], [0.0, 0.0]]
    monkeypatch.setattr(encoder, "_queries", MeanOfPatches())
    tokens, words = np.full((1, 1, 2), 3.0, np.float32), np.array([[1.0, 0.0]], np.float32)
    encoder._sights.keep(tokens, torch.tensor([[[9.0, 9.0], *patches]]))  # [CLS] has no place
    (heat,) = encoder.heat(tokens, words, (2, 2))
    np.testing.assert_allclose(heat, [[1.0, 0.5], [0.0, 0.0]], atol=1e-6)
    (slopes,) = encoder._grad_cam(torch.tensor([[[9.0, 9.0], *patches]]), torch.from_numpy(words))
    np.testing.assert_allclose(slopes, np.array([4, 2, 0, 0]) * 9 / 18**1.5 / 4, rtol=1e-5)
    monkeypatch.setattr(encoder, "_inside", 0.5)
    (middle,) = encoder.heat(tokens, words, (2, 2))
    whole = heat_of(np.array([[4.0, 2.0, 0.0, 0.0]]), (2, 2), (4, 4))[0]
    np.testing.assert_allclose(middle, whole[1:3, 1:3], atol=1e-6)
