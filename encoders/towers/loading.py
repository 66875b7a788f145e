"""Weights of a pretrained model from a folder: quietly what is there, loudly what is not."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from safetensors import SafetensorError
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast
from transformers.utils import logging

from segments.errors import WeightsMissing

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
TOKENIZER = "tokenizer.json"
DAMAGE = (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError)
"""What transformers raises over files that are not what they should be."""
STATISTICS = ("running_mean", "running_var")
"""Buffers that are learned; the others (positions, windows) are computed by the model itself."""


def model_type_of(folder: Path) -> str:
    """The family that config.json names.

    Raises:
        WeightsMissing: there is no such file, or it is damaged.
    """
    return str(read_json(folder / CONFIG).get("model_type", "none"))


def read_json(path: Path) -> dict[str, Any]:
    """Raises:
    WeightsMissing: there is no such file, or it is damaged.
    """
    if not path.is_file():
        raise WeightsMissing(f"{path} is missing: pull the model again (`retrace models pull`)")
    try:
        return json.loads(path.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _unusable(path.parent, f"{path.name}: {error}") from error


def load_model(family: type[PreTrainedModel], folder: Path) -> Any:
    """A `family` with a folder's weights, in float32, on the CPU, ready for inference.

    Args:
        family: a class of transformers, whole or without the half that is not wanted; weights
            that it has no use for are passed over in silence.

    Raises:
        WeightsMissing: a file is absent or damaged, the folder holds another family, or weights
            that the class needs are absent or of another shape.
    """
    _require(family, folder)
    try:
        with quietly():
            model, report = cast(Any, family).from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype="float32",
                output_loading_info=True,
            )
    except DAMAGE as error:
        raise _unusable(folder, str(error)) from error
    absent = sorted(_learned(model) & set(report["missing_keys"]))
    if absent:
        raise _unusable(folder, f"{len(absent)} weights are absent, such as {absent[0]}")
    return model.eval().requires_grad_(False)


def half_of(family: type[PreTrainedModel], *, without: Sequence[str]) -> type[PreTrainedModel]:
    """A family's class less some of its modules: it loads and computes the other half alone."""

    class Half(family):
        def __init__(self, config: PreTrainedConfig) -> None:
            super().__init__(config)
            for name in without:
                delattr(self, name)

    return Half


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer that tokenizer.json describes, as it stands there; it pads on the right.

    Not the family's own class: some of those build parts anew, and some need sentencepiece.

    Raises:
        WeightsMissing: the file is absent or damaged.
    """
    read_json(folder / TOKENIZER)
    try:
        with quietly():
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except DAMAGE as error:
        raise _unusable(folder, f"{TOKENIZER}: {error}") from error
    if tokenizer.pad_token is None:
        raise _unusable(folder, "tokenizer_config.json names no padding token")
    tokenizer.padding_side = "right"
    return tokenizer


def _require(family: type[PreTrainedModel], folder: Path) -> None:
    found, expected = model_type_of(folder), cast(Any, family.config_class).model_type
    if found != expected:
        raise WeightsMissing(f"{folder} holds a model of type {found!r}, expected {expected!r}")
    if not any((folder / name).is_file() for name in WEIGHTS):
        raise WeightsMissing(
            f"{folder / WEIGHTS[0]} is missing: pull the model again (`retrace models pull`)"
        )


def _learned(model: PreTrainedModel) -> set[str]:
    """Names of what only training can have given a value."""
    buffers = {name for name, _ in model.named_buffers() if name.endswith(STATISTICS)}
    return buffers | {name for name, _ in model.named_parameters()}


def _unusable(folder: Path, reason: str) -> WeightsMissing:
    return WeightsMissing(f"the model in {folder} cannot be used: {reason}; pull it again")


@contextmanager
def quietly() -> Iterator[None]:
    """No table of unused weights, no progress bar: what is wrong is raised instead."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
