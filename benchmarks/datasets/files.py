"""Small things that every reader of annotation files needs."""

from pathlib import Path, PurePosixPath

from benchmarks.datasets.base import DatasetMissing

VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov")


def existing(path: Path, *, source: str) -> Path:
    """`path`, which is there.

    Args:
        source: where it can be got, as the end of a sentence.

    Raises:
        DatasetMissing: it is not; says what was looked for and where to get it.
    """
    if not path.exists():
        raise DatasetMissing(f"{path} is missing: it comes from {source}")
    return path


def lines_of(path: Path, *, source: str) -> list[str]:
    """Lines of a text file without white space around them; empty lines are left out.

    Raises:
        DatasetMissing: the file is not there.
    """
    lines = existing(path, source=source).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def video_name(path: str) -> str:
    """What a video is called everywhere: no folder, no extension, no white space around it.

    Only extensions of video files are taken off: XD-Violence's names have dots of their own.
    """
    name = PurePosixPath(path.strip()).name
    suffix = next((suffix for suffix in VIDEO_SUFFIXES if name.endswith(suffix)), "")
    return name.removesuffix(suffix)
