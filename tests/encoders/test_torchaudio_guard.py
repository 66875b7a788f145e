"""torchaudio beside a CPU build of torch."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from segments.torchaudio_guard import let_torchaudio_load

# isort: split
import torchaudio  # only after the guard
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

RATE_HZ = 16_000


def noise() -> torch.Tensor:
    return 0.1 * torch.randn(RATE_HZ, generator=torch.Generator().manual_seed(0))


def test_torchaudio_and_a_plain_stft_give_the_same_mel_power() -> None:
    ours = torchaudio.transforms.MelSpectrogram(
        RATE_HZ, n_fft=512, win_length=400, hop_length=160, f_min=60.0, f_max=7500.0, n_mels=64
    )(noise())
    filters = mel_filter_bank(257, 64, 60.0, 7500.0, RATE_HZ, norm=None, mel_scale="htk")
    window = torch.hann_window(400)
    stft = torch.stft(noise(), 512, 160, 400, window, return_complex=True)
    plain = torch.from_numpy(filters).float().T @ stft.abs().square()
    torch.testing.assert_close(ours, plain, rtol=1e-3, atol=1e-5 * float(plain.max()))


def test_transformers_own_spectrogram_agrees_too() -> None:
    ours = torchaudio.transforms.MelSpectrogram(RATE_HZ, n_fft=400, hop_length=160, n_mels=64)
    filters = mel_filter_bank(201, 64, 0.0, RATE_HZ / 2, RATE_HZ, norm=None, mel_scale="htk")
    theirs = spectrogram(
        noise().numpy(), window_function(400), 400, 160, power=2.0, mel_filters=filters
    )
    np.testing.assert_allclose(ours(noise()).numpy(), theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("first", ["torchaudio", "transformers"])
def test_a_fresh_interpreter_may_import_either_after_encoders(first: str) -> None:
    program = f"import encoders, {first}, torchaudio, transformers; transformers.BertModel"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_second_call_changes_nothing() -> None:
    before = sys.modules["torchaudio._extension"]
    let_torchaudio_load()
    assert sys.modules["torchaudio._extension"] is before
