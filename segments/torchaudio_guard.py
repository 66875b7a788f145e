"""Lets torchaudio be imported beside a CPU build of torch."""

import importlib.util
import sys
from types import ModuleType

import torch


def let_torchaudio_load() -> None:
    """Puts an empty `torchaudio._extension` in place where torch has no CUDA.

    The torchaudio wheels link CUDA: on a CPU build the import fails, and with it every import of
    transformers, which looks whether torchaudio is installed. Its transforms are pure torch and
    need no extension. Call it before the first import of either.
    """
    if torch.version.cuda is not None or "torchaudio" in sys.modules:
        return
    if importlib.util.find_spec("torchaudio") is None:
        return
    sys.modules.setdefault("torchaudio._extension", _no_extension())


def _no_extension() -> ModuleType:
    module = ModuleType("torchaudio._extension")
    for missing in ("_IS_TORCHAUDIO_EXT_AVAILABLE", "_IS_RIR_AVAILABLE", "_IS_ALIGN_AVAILABLE"):
        setattr(module, missing, False)
    module.__dict__["fail_if_no_align"] = _as_it_is
    return module


def _as_it_is(function: object) -> object:
    return function
