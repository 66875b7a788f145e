"""No weight is scored on a file that it was trained on."""

from collections.abc import Iterable
from pathlib import Path

from encoders.compact.models import CompactModels
from segments.errors import UserError
from segments.files import sha256_of


def require_unseen(models: CompactModels, parts: Iterable[str], files: Iterable[Path]) -> None:
    """Refuses to score.

    Args:
        parts: of the models that take part in the score.

    Raises:
        UserError: one of the files had a share in the weights of one of the parts.
    """
    digests = {sha256_of(path): path for path in files}
    for part in parts:
        seen = sorted(digests[d].name for d in digests.keys() & models.trained_on[part].keys())
        if seen:
            raise UserError(
                f"{len(seen)} of the files to score were trained on by the {part} weights, "
                f"{seen[0]} for one: score weights that were made without them"
            )
