"""Tiny models of every family with random weights, in folders as a hub download leaves them.

Two layers, width 32, pictures of 32 x 32. Weights are drawn so that other inputs give clearly
other vectors (transformers' own initial values hardly do); the same seed gives the same bits.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from torch import nn
from transformers import (
    ClapConfig,
    ClapModel,
    CLIPConfig,
    CLIPModel,
    CLIPTokenizer,
    GemmaTokenizer,
    PreTrainedModel,
    RobertaTokenizer,
    SiglipConfig,
    SiglipModel,
    TimesformerConfig,
    TimesformerForVideoClassification,
    VideoPrismClipModel,
    VideoPrismConfig,
    VideoPrismTokenizer,
    XCLIPConfig,
    XCLIPModel,
)
from transformers.utils import logging

SIZE = 32
NUM_FRAMES = 8
LAYERS: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
LETTERS = [chr(code) for code in range(33, 127)]
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
CLIP_MEAN, CLIP_STD = (
    [0.48145466, 0.4578275, 0.40821073],
    [0.26862954, 0.26130258, 0.27577711],
)
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def save_clip(folder: Path, *, seed: int = 0) -> None:
    """As openai/clip-vit-base-patch32."""
    tokens = _save_clip_tokenizer(folder)
    vision = LAYERS | {"image_size": SIZE, "patch_size": 16}
    config = CLIPConfig(text_config=_clip_text(tokens), vision_config=vision, projection_dim=16)
    _save(CLIPModel, config, folder, seed)
    _save_processor(folder, "CLIPFeatureExtractor", CLIP_MEAN, CLIP_STD, crop=True)


def save_siglip(folder: Path, *, seed: int = 0) -> None:
    """As google/siglip2-base-patch16-224: model_type siglip with Gemma's tokenizer."""
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    pieces += [f"<0x{byte:02X}>" for byte in range(256)] + ["▁", *LETTERS]
    GemmaTokenizer(
        vocab=_numbered(pieces), merges=[], padding_side="right", model_input_names=["input_ids"]
    ).save_pretrained(folder)
    special = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    text = LAYERS | special | {"vocab_size": len(pieces), "max_position_embeddings": 64}
    vision = LAYERS | {"image_size": SIZE, "patch_size": 16}
    _save(SiglipModel, SiglipConfig(text_config=text, vision_config=vision), folder, seed)
    half = [0.5, 0.5, 0.5]
    _save_processor(folder, "SiglipImageProcessor", half, half, crop=False)


def save_timesformer(folder: Path, *, seed: int = 0) -> None:
    """As facebook/timesformer-base-finetuned-k400: with a classifier that nothing here needs."""
    config = TimesformerConfig(**LAYERS, image_size=SIZE, patch_size=16, num_frames=NUM_FRAMES)
    _save(TimesformerForVideoClassification, config, folder, seed)
    grey, spread = [0.45, 0.45, 0.45], [0.225, 0.225, 0.225]
    _save_processor(folder, "VideoMAEFeatureExtractor", grey, spread, crop=True)


def save_xclip(folder: Path, *, seed: int = 0) -> None:
    """As microsoft/xclip-base-patch32."""
    tokens = _save_clip_tokenizer(folder)
    vision = LAYERS | {
        "image_size": SIZE,
        "patch_size": 16,
        "num_frames": NUM_FRAMES,
        "mit_hidden_size": 16,
        "mit_intermediate_size": 32,
        "mit_num_attention_heads": 2,
    }
    config = XCLIPConfig(
        text_config=_clip_text(tokens),
        vision_config=vision,
        projection_dim=16,
        prompt_num_attention_heads=2,
    )
    _save(XCLIPModel, config, folder, seed)
    _save_processor(folder, "VideoMAEFeatureExtractor", IMAGENET_MEAN, IMAGENET_STD, crop=True)


def save_videoprism(folder: Path, *, seed: int = 0) -> None:
    """As google/videoprism-lvt-base-f16r288."""
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces = special + [(letter, -3.0) for letter in LETTERS]
    tokenizer = VideoPrismTokenizer(vocab=pieces, extra_ids=0, model_max_length=64)
    tokenizer.save_pretrained(folder)
    vision = {name: size for name, size in LAYERS.items() if name != "num_hidden_layers"} | {
        "image_size": SIZE,
        "tubelet_size": [1, 8, 8],
        "num_frames": NUM_FRAMES,
        "num_spatial_layers": 2,
        "num_temporal_layers": 1,
        "num_auxiliary_layers": 1,
    }
    text = LAYERS | {"vocab_size": len(pieces), "max_position_embeddings": 64}
    config = VideoPrismConfig(text_config=text, vision_config=vision)
    _save(VideoPrismClipModel, config, folder, seed)
    settings = {
        "video_processor_type": "LlavaOnevisionVideoProcessor",
        "do_resize": True,
        "size": {"height": SIZE, "width": SIZE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
    }
    (folder / "video_preprocessor_config.json").write_text(json.dumps(settings))


def save_clap(folder: Path, *, seed: int = 0) -> None:
    """As laion/clap-htsat-unfused, but hearing 2 s at 16 kHz."""
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *BYTES, "<mask>"]
    tokenizer = RobertaTokenizer(vocab=_numbered(pieces), merges=[], model_max_length=512)
    tokenizer.save_pretrained(folder)
    text = LAYERS | {"vocab_size": len(pieces), "max_position_embeddings": 66}
    audio = {
        "spec_size": 64,
        "num_mel_bins": 16,
        "patch_embeds_hidden_size": 8,
        "hidden_size": 16,
        "depths": [2, 2],
        "num_attention_heads": [2, 4],
        "window_size": 4,
        "num_hidden_layers": 2,
    }
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=16)
    _save(ClapModel, config, folder, seed)
    settings = {
        "feature_extractor_type": "ClapFeatureExtractor",
        "feature_size": 16,
        "sampling_rate": 16_000,
        "hop_length": 160,
        "max_length_s": 2,
        "fft_window_size": 512,
        "frequency_min": 50,
        "frequency_max": 7000,
        "truncation": "rand_trunc",
        "padding": "repeatpad",
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))


SAVERS: dict[str, Callable[..., None]] = {
    "clap": save_clap,
    "clip": save_clip,
    "siglip": save_siglip,
    "timesformer": save_timesformer,
    "videoprism": save_videoprism,
    "xclip": save_xclip,
}
"""By config.json's model_type."""


def save_profile_models(root: Path, families: Mapping[str, str]) -> None:
    """A folder of downloads: `root`/NAME for each model.

    Args:
        families: name (or hub id, ORG/REPO) of each model -> its model_type.
    """
    for name, family in families.items():
        SAVERS[family](root / name)


def _clip_text(num_tokens: int) -> dict[str, Any]:
    # Special ids as in the published configs: wrong, and so the end is the highest id.
    special = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    return LAYERS | special | {"vocab_size": num_tokens, "max_position_embeddings": 77}


def _save_clip_tokenizer(folder: Path) -> int:
    """Bytes, one merged word, and the special tokens last as CLIP has them."""
    pieces = [*BYTES, *(byte + "</w>" for byte in BYTES), "th", "the</w>"]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    merges: Any = [("t", "h"), ("th", "e</w>")]
    tokenizer = CLIPTokenizer(vocab=_numbered(pieces), merges=merges, model_max_length=77)
    tokenizer.save_pretrained(folder)
    return len(pieces)


def _numbered(pieces: list[str]) -> dict[str, int]:
    return {piece: number for number, piece in enumerate(pieces)}


def _save(family: type[PreTrainedModel], config: Any, folder: Path, seed: int) -> None:
    model = family(config)
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        _draw(weight, generator)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):  # of CLAP: decibels of ordinary sounds
            module.running_mean = torch.linspace(-30.0, -60.0, module.num_features)
            module.running_var = torch.full([module.num_features], 400.0)
    logging.disable_progress_bar()
    model.save_pretrained(folder)


@torch.no_grad()
def _draw(weight: nn.Parameter, generator: torch.Generator) -> None:
    """Matrices that keep the size of what they are applied to; vectors a little off their start."""
    noise = torch.randn(weight.shape, generator=generator)
    if weight.ndim > 1:
        weight.copy_(noise * weight[0].numel() ** -0.5)
    elif weight.ndim == 1:
        weight.add_(0.1 * noise)


def _save_processor(
    folder: Path, name: str, mean: list[float], std: list[float], *, crop: bool
) -> None:
    """preprocessor_config.json as the hub has it."""
    square = {"height": SIZE, "width": SIZE}
    settings: dict[str, Any] = {
        "image_processor_type": name,
        "do_resize": True,
        "size": {"shortest_edge": SIZE} if crop else square,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": mean,
        "image_std": std,
    }
    if crop:
        settings |= {"do_center_crop": True, "crop_size": square}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
