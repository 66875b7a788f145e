"""AlanConfig: round trip, limits, and the two starts."""

import pytest

from encoders.alan import AlanConfig
from tests.support.alan import SMALL


def test_json_gives_the_same_config_back_with_the_streams_in_order() -> None:
    config = AlanConfig(streams={"motion": 3, "appearance": 4}, text_dim=2, audio_dim=None, d=24)
    back = AlanConfig.from_json(config.to_json())
    assert back == config
    assert list(back.streams) == ["motion", "appearance"]


@pytest.mark.parametrize(
    "content",
    [b"not json", b"{}", b'{"streams": {"a": 1}, "text_dim": 1, "depth": 3}'],
    ids=["no json", "nothing given", "unknown key"],
)
def test_other_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        AlanConfig.from_json(content)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"streams": {}}, "at least one"),
        ({"d": 10, "heads": 4}, "multiple of heads"),
        ({"detector_kernel": 6}, "must be odd"),
        ({"start_stream": "depth"}, "none of the streams"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AlanConfig(**{"streams": {"a": 1}, "text_dim": 1} | changes)


def test_paper_constants() -> None:
    config = AlanConfig.paper()
    assert (config.d, config.num_samples, config.tau, config.alpha) == (768, 50, 0.7, 0.5)
    assert (config.detector_hidden, config.detector_kernel) == ((128, 32), 7)
    assert (config.detector_dropout, config.text_dropout, config.margin) == (0.6, 0.3, 0.05)


def test_identity_start_counts_the_first_stream_only() -> None:
    config = SMALL.with_identity_start()
    assert config.start_stream == "appearance"
    assert config.residual_gate
    assert config.identity_gates
