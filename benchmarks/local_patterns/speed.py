"""How fast each module of Local Patterns is at BLIP-2's size, with random weights (paper, Table 6).

Regions of many frames go through a module together, as the paper has it: 256 at once. What speed
depends on is measured, not what weights say. Regions are found by another network, which is not
measured here; the motion of a region is, on this machine's CPU.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import torch
import transformers  # its models are loaded when named: after `encoders` has made way for them
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.arguments import TaskArguments
from benchmarks.local_patterns.arguments import SPEED_TASK
from benchmarks.records import RunRecord, new_record
from benchmarks.tower_speed.arguments import SizeName
from benchmarks.training_speed.measures import device_name, peak_tflops, synchronize
from detectors.local_patterns.cmam import local_pattern
from detectors.local_patterns.motion_histogram import motion_histograms
from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from detectors.local_patterns.state_machine import StateMachineConfig, StateMachineModule
from encoders.regions.blip2_writing import CaptionWriter, WordHead
from encoders.registry import resolve_device
from segments.media import MOTION_GRID

_VOCABULARY = 30_523
_WORDS = 32


class PatternSpeedArguments(TaskArguments):
    """What `retrace bench local-patterns-speed` was asked for."""

    task: str = SPEED_TASK
    device: str = "auto"
    size: SizeName = "real"
    regions: int = 256
    """Of all frames, at once."""
    regions_per_frame: int = 5
    rounds: int = 5


@dataclass(frozen=True)
class _Module:
    """One row: what is run on all regions."""

    name: str
    run: Callable[[], Any]
    is_product: bool = True
    """Whether its time is one of matrix products, so that a floor can be told."""


def run_pattern_speed(arguments: PatternSpeedArguments) -> RunRecord:
    """Times each module on one batch of regions, in bf16."""
    device = resolve_device(arguments.device)
    started = time.perf_counter()
    peak = peak_tflops(device, torch.bfloat16)
    frames = arguments.regions / arguments.regions_per_frame
    rows = {
        module.name: _row(module, arguments, device, frames=frames, peak=peak)
        for module in _modules(arguments, device)
    }
    total_ms = sum(row["ms_per_frame"] or 0.0 for row in rows.values())
    return new_record(
        SPEED_TASK,
        command=arguments.command,
        seed=0,
        data={},
        weights={},
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={
            "device": device_name(device),
            "peak_tflops": peak,
            "rows": rows,
            "ms_per_frame": total_ms,
            "frames_per_s": 1000 / total_ms,
        },
    )


def _row(
    module: _Module, arguments: PatternSpeedArguments, device: str, *, frames: float, peak: float
) -> dict[str, float | None]:
    """Milliseconds per frame, and as few as its matrix products alone would take."""
    module.run()
    times = []
    for _ in range(arguments.rounds):
        synchronize(device)
        started = time.perf_counter()
        module.run()
        synchronize(device)
        times.append(time.perf_counter() - started)
    floor = 1000 * _flops(module) / peak / 1e12 / frames if module.is_product else None
    return {"ms_per_frame": 1000 * median(times) / frames, "floor_ms_per_frame": floor}


def _flops(module: _Module) -> int:
    with sdpa_kernel(SDPBackend.MATH):
        with FlopCounterMode(display=False) as counter:
            module.run()
    return counter.get_total_flops()


def _modules(arguments: PatternSpeedArguments, device: str) -> Iterator[_Module]:
    torch.manual_seed(0)
    with torch.device(device):
        model: Any = transformers.Blip2ForImageTextRetrieval(_config(arguments.size))
    model.to(torch.bfloat16).eval().requires_grad_(False)
    n, dim = arguments.regions, model.config.qformer_config.hidden_size
    edge = model.config.vision_config.image_size
    pixels = torch.randn(n, 3, edge, edge, device=device, dtype=torch.bfloat16)

    def seen() -> Tensor:
        return model.vision_model(pixel_values=pixels).last_hidden_state

    features = seen()
    yield _Module("backbone", seen)
    yield _Module("ITAM", lambda: _queries(model, features))
    tokens = _queries(model, features).float()
    writer = _writer(model)
    yield _Module("TSGM: captions written", lambda: writer.write(features))
    yield _Module("text transformer", lambda: _texts(model, n))
    yield from _small(tokens, n=n, dim=dim, device=device)


def _small(tokens: Tensor, *, n: int, dim: int, device: str) -> Iterator[_Module]:
    """What stands after the two transformers."""
    count = tokens.shape[1]
    config = StateMachineConfig(dim=dim, words=_WORDS, image_tokens=count)
    machines = StateMachineModule(config).to(device).eval().requires_grad_(False)
    words = torch.randn(n, _WORDS, dim, device=device)
    yield _Module("TSGM: SMM", lambda: machines(words, tokens))
    yield _Module("CMAM", lambda: local_pattern(tokens, words[:, 0]), False)
    rng = np.random.default_rng(0)
    velocity = rng.normal(size=(2, *MOTION_GRID, 2)).astype(np.float32)
    boxes = np.sort(rng.uniform(size=(n, 2, 2)), axis=1).reshape(n, 4)
    yield _Module("TME", lambda: motion_histograms(velocity, boxes), False)
    module = ReconstructionModule(ReconstructionConfig(appearance_dim=dim)).to(device).eval()
    module.requires_grad_(False)
    rows = torch.randn(n, module.config.dim, device=device)
    yield _Module("RM", lambda: module(rows))


def _queries(model: Any, features: Tensor) -> Tensor:
    queries = model.query_tokens.expand(len(features), -1, -1)
    return model.qformer(query_embeds=queries, encoder_hidden_states=features).last_hidden_state


def _texts(model: Any, n: int) -> Tensor:
    ids = torch.ones(n, _WORDS, dtype=torch.long, device=model.device)
    embedded = model.embeddings(input_ids=ids)
    return model.qformer(query_embeds=embedded, query_length=0).last_hidden_state


def _writer(model: Any) -> CaptionWriter:
    """As a folder with LAVIS's head opens one; its words mean nothing."""
    config = model.config.qformer_config
    words = {"[PAD]": 0, "[UNK]": 1, "[DEC]": 2, "[SEP]": 3}
    words |= {f"w{number}": number for number in range(len(words), config.vocab_size)}
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel(words, unk_token="[UNK]")),
        pad_token="[PAD]",
        sep_token="[SEP]",
        unk_token="[UNK]",
    )
    return CaptionWriter(model, WordHead(config.hidden_size, config.vocab_size), tokenizer)


def _config(size: SizeName) -> Any:
    """Of blip2-itm-vit-g, or of a tiny one."""
    qformer: dict[str, Any] = {"vocab_size": _VOCABULARY, "use_qformer_text_input": True}
    if size == "real":
        return transformers.Blip2Config(qformer_config=qformer)
    small = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    layers = small | {"num_hidden_layers": 2}
    vision = layers | {"image_size": 28, "patch_size": 14}
    tiny = qformer | layers | {"vocab_size": 50, "encoder_hidden_size": 16}
    return transformers.Blip2Config(
        vision_config=vision, qformer_config=tiny, image_text_hidden_size=8
    )
