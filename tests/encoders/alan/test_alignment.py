"""Eq. 3-5, and that one inner product says the same."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from encoders.alan import (
    AlanConfig,
    QueryOutput,
    VideoOutput,
    length_mask,
    similarity_matrix,
    stored_vectors,
)
from segments.vectors import DualQuery
from tests.support.alan import all_true, random_streams, small_alan


def _video(g: torch.Tensor, h: torch.Tensor) -> VideoOutput:
    tokens = g[:, :, None]
    return VideoOutput(g, h, torch.zeros(len(g), 0), tokens, all_true(len(g), 1))


def test_similarity_by_hand() -> None:
    videos = _video(
        torch.tensor([[[2.0, 0.0], [0.0, 3.0]]]), torch.tensor([[[1.0, 1.0], [1.0, 0.0]]])
    )
    query = QueryOutput(
        g=torch.tensor([[[0.6, 0.8], [0.8, 0.6]]]),
        h=torch.tensor([[[1.0, 0.0], [-1.0, 0.0]]]),
        w_g=torch.tensor([[0.75, 0.25]]),
        w_h=torch.tensor([[0.5, 0.5]]),
    )
    # s_g = .75 * .6 + .25 * .6 = .6; s_h = .5 * .7071 - .5 = -.14645; s = .25 s_g + .75 s_h.
    expected = torch.tensor([[0.25 * 0.6 + 0.75 * -0.1464466]])
    torch.testing.assert_close(similarity_matrix(videos, query, alpha=0.25), expected)


def test_trap_4_alpha_weights_cls() -> None:
    """METHODS G: at 1 the CLS embeddings alone count, at 0 the AVG ones alone."""
    one, other = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[0.0, 1.0]]])
    weights = torch.ones(1, 1)
    query = QueryOutput(g=one, h=one, w_g=weights, w_h=weights)
    by_cls, by_avg = _video(g=one, h=other), _video(g=other, h=one)
    found = [
        [float(similarity_matrix(v, query, alpha=a)) for a in (0.0, 0.2, 1.0)]
        for v in (by_cls, by_avg)
    ]
    assert found == [[0.0, pytest.approx(0.2), 1.0], [1.0, pytest.approx(0.8), 0.0]]
    assert AlanConfig.paper().alpha == 0.5


def _queries(output: QueryOutput) -> list[DualQuery]:
    parts = (output.g, output.h, output.w_g, output.w_h)
    arrays = [part.numpy() for part in parts]
    return [DualQuery(*(array[row] for array in arrays)) for row in range(len(output.g))]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31 - 1),
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    alpha=st.floats(0.0, 1.0),
    gated=st.booleans(),
    audio=st.booleans(),
)
def test_eq_5_is_one_inner_product(
    seed: int, widths: list[int], alpha: float, gated: bool, audio: bool
) -> None:
    config = AlanConfig(
        streams={f"stream{x}": width for x, width in enumerate(widths)},
        text_dim=6,
        audio_dim=7,
        d=8,
        heads=2,
        ffn=16,
        num_samples=4,
        detector_hidden=(4,),
        start_stream="stream0" if gated else None,
        residual_gate=gated,
        identity_gates=gated,
    )
    model = small_alan(config, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    mask = length_mask(torch.tensor([9, 2, 4]), 9)
    with torch.no_grad():
        videos = model.video(random_streams(config, 3, 9, seed=seed), mask)
        tokens = torch.randn(2, 5, 7 if audio else 6, generator=generator)
        queries = (
            model.audio(tokens, all_true(2, 5)) if audio else model.text(tokens, all_true(2, 5))
        )
        expected = similarity_matrix(videos, queries, alpha=alpha).numpy()
        stored = stored_vectors(videos.g, videos.h).numpy()
    asked = np.stack([query.vector(alpha) for query in _queries(queries)])
    np.testing.assert_allclose(stored @ asked.T, expected, atol=1e-5)
    np.testing.assert_allclose(queries.w_g.sum(dim=1).numpy(), 1.0, atol=1e-5)
