"""Which number format models run in: bfloat16 where the hardware computes in it."""

import os

import torch

from segments.errors import UserError

VARIABLE = "RETRACE_DTYPE"
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def best_dtype(device: str, *, choice: str | None = None) -> torch.dtype:
    """bfloat16 where the device has instructions for it, else float32.

    Args:
        device: "cpu", "cuda" or "cuda:N".
        choice: "float32" or "bfloat16" to decide it; None asks the environment's RETRACE_DTYPE,
            then the device.

    Raises:
        UserError: the choice is neither.
    """
    chosen = choice or os.environ.get(VARIABLE)
    if chosen is None:
        return torch.bfloat16 if _computes_in_bfloat16(device) else torch.float32
    if chosen not in DTYPES:
        raise UserError(
            f"unknown number format {chosen!r} ({VARIABLE}): choose {' or '.join(DTYPES)}"
        )
    return DTYPES[chosen]


def _computes_in_bfloat16(device: str) -> bool:
    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
