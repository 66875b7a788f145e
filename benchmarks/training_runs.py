"""What training runs of networks have in common: losses that are kept, and a record beside."""

from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel

from detectors.trace.trained import RECORD_FILE
from detectors.words_training import OnEpoch
from segments.files import write_atomically


class Saved(Protocol):
    """A network that can be written to a folder."""

    def save_pretrained(self, folder: Path) -> None: ...


_Network_co = TypeVar("_Network_co", bound=Saved, covariant=True)


class Run(Protocol[_Network_co]):
    """A trainer, before its first step or its next one."""

    def run(
        self, folder: Path | None = None, *, on_epoch: OnEpoch | None = None
    ) -> _Network_co: ...


class TrainingRecord(BaseModel):
    """What a network was trained on; lies beside it."""

    sentences: int
    losses: list[float]
    """Mean of each epoch that this process trained."""

    def save(self, folder: Path) -> None:
        write_atomically(folder / RECORD_FILE, self.model_dump_json(indent=2).encode())


def train_to_end(
    trainer: Run[_Network_co], out: Path, *, on_epoch: OnEpoch | None = None
) -> tuple[_Network_co, list[float]]:
    """The trained network, which is written to `out` with a checkpoint, and its epochs' losses.

    Raises:
        UserError: `out` holds another run.
    """
    losses = list[float]()

    def tell(epoch: int, loss: float) -> None:
        losses.append(round(loss, 4))
        if on_epoch is not None:
            on_epoch(epoch, loss)

    network = trainer.run(out, on_epoch=tell)
    network.save_pretrained(out)
    return network, losses
