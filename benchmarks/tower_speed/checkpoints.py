"""Checkpoints with random weights, in folders as a hub download leaves them.

How fast a model runs does not depend on what it knows, only on shapes and on bytes. So does what it
takes to load: the files are as large as the published ones, and are locked and hashed like them.
"""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from benchmarks.tower_speed.arguments import SizeName
from encoders.models.installing import locked_file
from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedModel
from encoders.models.specs import model_specs
from encoders.towers.loading import quietly

FAMILIES = {
    "clap": ("ClapConfig", "ClapModel"),
    "clip": ("CLIPConfig", "CLIPModel"),
    "siglip": ("SiglipConfig", "SiglipModel"),
    "timesformer": ("TimesformerConfig", "TimesformerForVideoClassification"),
    "videoprism": ("VideoPrismConfig", "VideoPrismClipModel"),
    "xclip": ("XCLIPConfig", "XCLIPModel"),
}
"""model_type -> transformers' configuration and the class that is published."""
HALF = [0.5, 0.5, 0.5]
PICTURES = {"image_mean": HALF, "image_std": HALF}
HEARING = {"truncation": "rand_trunc", "padding": "repeatpad"}
WORD = "word"
PIECES = {"<start>": 0, "<pad>": 1, "<end>": 2, WORD: 3}
_HERE = Path(__file__).parent


def build_model(name: str, size: SizeName) -> Any:
    """A model of the spec `name` with its published sizes, or tiny; on torch's current device."""
    config, family = FAMILIES[model_specs()[name].family]
    geometry = {k: v for k, v in _geometry(name, size).items() if k != "preprocessor"}
    return getattr(transformers, family)(getattr(transformers, config)(**geometry))


def write_checkpoint(
    name: str, folder: Path, *, size: SizeName, device: str = "cpu", seed: int = 0
) -> None:
    """config.json, model.safetensors (float32), processor settings and a tokenizer.

    Args:
        device: where the random numbers are drawn: a GPU is faster.
    """
    devices = [device] if device.startswith("cuda") else []
    with quietly(), torch.random.fork_rng(devices=devices), torch.device(device):
        torch.manual_seed(seed)
        build_model(name, size).save_pretrained(folder)
    heard = _geometry(name, size).get("preprocessor")
    settings = PICTURES if heard is None else HEARING | heard
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    _tokenizer().save_pretrained(folder)


def lock(library: ModelLibrary, name: str, *, origin: str) -> None:
    """Makes a checkpoint in the library's folder a model that was pulled."""
    files = {path.name: locked_file(path) for path in sorted((library.root / name).iterdir())}
    family = model_specs()[name].family
    library.lock.put(name, LockedModel(family=family, origin=origin, files=files))


@cache
def _tables(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _geometry(name: str, size: SizeName) -> dict[str, Any]:
    if size == "real":
        return _tables("geometry.toml")[name]
    return _tables("smoke.toml")[model_specs()[name].family]


def _tokenizer() -> PreTrainedTokenizerFast:
    """One word is one token: no published vocabulary can be had without its files."""
    cutter = Tokenizer(models.WordLevel(PIECES, unk_token=WORD))
    cutter.pre_tokenizer = pre_tokenizers.Whitespace()  # pyright: ignore[reportAttributeAccessIssue]
    ends = [(piece, PIECES[piece]) for piece in ("<start>", "<end>")]
    cutter.post_processor = processors.TemplateProcessing(  # pyright: ignore[reportAttributeAccessIssue]
        single="<start> $A <end>", special_tokens=ends
    )
    return PreTrainedTokenizerFast(tokenizer_object=cutter, pad_token="<pad>")
