"""`retrace train local-patterns`: what it refuses. The run itself is tested with its parts."""

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--part", "itam"], "no part 'itam' to train"),
        (["--part", "smm", "--recipe", "mine"], "no recipe 'mine' for the SMM"),
        (["--part", "smm", "--variant", "s5"], "variant"),
    ],
)
def test_what_cannot_be_trained_is_said_in_one_line(options, said, tmp_path) -> None:
    result = CliRunner().invoke(app, ["train", "local-patterns", "-o", str(tmp_path), *options])
    assert result.exit_code != 0
    message = result.stderr or str(result.exception)
    assert said in message
    assert not any(tmp_path.iterdir())
