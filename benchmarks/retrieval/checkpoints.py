"""Trained networks from their folders, and whether they fit a data set."""

from pathlib import Path

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.retrieval.experiment import TEXT_FOLDER, Texts, Trained
from encoders.alan import Alan
from encoders.bert import BertText
from segments.errors import UserError


def require_fitting(
    trained: Trained, dataset: RetrievalDataset, texts: Texts, folder: Path
) -> None:
    """
    Args:
        texts: what is asked where the network has no text backbone of its own.

    Raises:
        UserError: a network takes other features than a data set has, or other texts than its
            backbone gives.
    """
    config, features = trained.alan.config, dataset.features
    backbone = texts if trained.backbone is None else trained.backbone
    if dataset.query == "text" and config.text_dim != backbone.dim:
        raise UserError(
            f"the network in {folder} takes texts of width {config.text_dim}, but its backbone's "
            f"have {backbone.dim}: it was trained to be asked by sound, or its folder "
            f"{TEXT_FOLDER} is missing, or it was trained with --profile clip: name that here too"
        )
    by_sound = dataset.query == "audio" and config.audio_dim != features.audio_dim
    if dict(config.streams) != dict(features.streams) or by_sound:
        raise UserError(
            f"the network in {folder} takes {config.streams} and audio of {config.audio_dim}; the "
            f"features of {dataset.name} have {features.streams} and audio of "
            f"{features.audio_dim}: train one on these features"
        )


def load_trained(folder: Path) -> Trained:
    """What `Trained.save` wrote.

    Raises:
        WeightsMissing: it is not there, or damaged.
    """
    text = folder / TEXT_FOLDER
    backbone = BertText.from_pretrained(text, pooling="cls").freeze() if text.is_dir() else None
    return Trained(Alan.from_pretrained(folder), backbone)
