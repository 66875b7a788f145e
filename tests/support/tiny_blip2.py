"""A tiny BLIP-2 of the first stage with random weights, as a pull leaves the real one."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import Blip2Config, Blip2ForImageTextRetrieval, PreTrainedTokenizerFast
from transformers.utils import logging

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]"]
WORDS += "a the man dog car runs sits is does there in red blue ?".split()
DIM, QUERIES, EDGE, PATCH = 16, 4, 28, 14


def save_blip2(folder: Path) -> None:
    """With the word head of LAVIS's checkpoint."""
    _save_model(folder)
    _save_tokenizer(folder)
    _save_processor(folder)
    save_head(folder, seed=1)


def save_head(folder: Path, *, seed: int) -> None:
    """lm_head.safetensors under LAVIS's names."""
    drawn = torch.Generator().manual_seed(seed)
    shapes = {
        "transform.dense.weight": (DIM, DIM),
        "transform.dense.bias": (DIM,),
        "transform.LayerNorm.weight": (DIM,),
        "transform.LayerNorm.bias": (DIM,),
        "decoder.weight": (len(WORDS), DIM),
        "bias": (len(WORDS),),
    }
    head = {
        f"Qformer.cls.predictions.{name}": torch.randn(shape, generator=drawn)
        for name, shape in shapes.items()
    }
    save_file(head, folder / "lm_head.safetensors")


def _save_model(folder: Path) -> None:
    layers = {"num_hidden_layers": 2, "num_attention_heads": 2}
    vision = {"hidden_size": 24, "intermediate_size": 32, "image_size": EDGE, "patch_size": PATCH}
    qformer = {
        "hidden_size": DIM,
        "intermediate_size": 32,
        "encoder_hidden_size": 24,
        "vocab_size": len(WORDS),
        "max_position_embeddings": 40,
        "use_qformer_text_input": True,
        "cross_attention_frequency": 2,
    }
    config = Blip2Config(
        vision_config=layers | vision,
        qformer_config=layers | qformer,
        num_query_tokens=QUERIES,
        image_text_hidden_size=8,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Blip2ForImageTextRetrieval(config)
        for weight in model.parameters():
            spread = weight[0].numel() ** -0.5 if weight.ndim > 1 else 0.1
            weight.data = weight.data * (weight.ndim < 2) + torch.randn(weight.shape) * spread
    logging.disable_progress_bar()
    model.save_pretrained(folder)


def _save_tokenizer(folder: Path) -> None:
    numbered = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordPiece(numbered, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    ends = [("[CLS]", numbered["[CLS]"]), ("[SEP]", numbered["[SEP]"])]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        bos_token="[DEC]",
    ).save_pretrained(folder)


def _save_processor(folder: Path) -> None:
    settings = {
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "size": {"height": EDGE, "width": EDGE},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
