"""The cases page."""

from ui import states


def show() -> None:
    states.empty("Not here yet", "This page is being written.")
