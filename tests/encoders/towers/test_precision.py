"""The number format follows the hardware, unless someone decides."""

import pytest
import torch

from encoders.towers.precision import best_dtype
from segments.errors import UserError


@pytest.fixture(autouse=True)
def nobody_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETRACE_DTYPE", raising=False)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_bf16": False, "amx_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({"architecture": "aarch64"}, torch.float32),
    ],
)
def test_a_cpu_decides_by_its_instructions(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, object], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)

    assert best_dtype("cpu") == expected


def test_torch_answers_on_this_machine() -> None:
    assert best_dtype("cpu") in (torch.float32, torch.bfloat16)


@pytest.mark.parametrize(
    ("supported", "expected"), [(True, torch.bfloat16), (False, torch.float32)]
)
def test_a_gpu_decides_by_its_support(
    monkeypatch: pytest.MonkeyPatch, supported: bool, expected: torch.dtype
) -> None:
    def asked(*, including_emulation: bool) -> bool:
        assert not including_emulation
        return supported

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", asked)

    assert best_dtype("cuda:0") == expected


def test_the_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRACE_DTYPE", "bfloat16")

    assert best_dtype("cpu") == torch.bfloat16
    assert best_dtype("cpu", choice="float32") == torch.float32


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRACE_DTYPE", "int8")

    with pytest.raises(UserError, match="'int8'.*choose float32 or bfloat16"):
        best_dtype("cpu")
