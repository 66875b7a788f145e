"""Where answers go: stdout carries the answer and nothing else, stderr what is said about it."""

import io
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from rich.console import Console, RenderableType

from segments.errors import UserError
from segments.files import write_atomically

PIPE_WIDTH = 120
"""Columns of a table that goes into a pipe or a file."""


def terminal_width() -> int:
    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns


def show(answer: RenderableType) -> None:
    """Prints a table, or lines as they are, to stdout; in colour only where a terminal is."""
    console = Console(width=terminal_width(), highlight=False)
    console.print(answer, markup=False, soft_wrap=isinstance(answer, str))


def write(text: str) -> None:
    """Writes text to stdout as it is, whatever the terminal's width."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def say(message: str) -> None:
    """One line to the person, on stderr."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(message, markup=False)


def require_one(chosen: Iterable[str | None]) -> None:
    """Raises:
    UserError: more than one form of output was asked for.
    """
    options = [option for option in chosen if option]
    if len(options) > 1:
        raise UserError(f"{' and '.join(options)} exclude each other: choose one")


def require_png(path: Path) -> None:
    """Raises:
    UserError: the name does not end in .png, or its folder does not exist.
    """
    if path.suffix.lower() != ".png":
        raise UserError(f"{path} is to be a PNG picture: let its name end in .png")
    if not path.absolute().parent.is_dir():
        raise UserError(f"the folder {path.absolute().parent} does not exist: make it first")


def write_picture(path: Path, draw: Callable[[BinaryIO], None]) -> None:
    """Writes what `draw` writes, completely or not at all."""
    content = io.BytesIO()
    draw(content)
    write_atomically(path, content.getvalue())
    say(f"wrote {path}")
