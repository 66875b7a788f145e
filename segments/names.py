"""Names that may become names of files."""

import re

from segments.errors import UserError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_STRANGE = re.compile(r"[\\:\x00-\x1f\x7f]")


def is_name(text: str) -> bool:
    """Whether it is letters, digits, "-" and "_" only, beginning with a letter or digit."""
    return _NAME.fullmatch(text) is not None


def require_name(text: str, *, of: str) -> str:
    """The text, where it can name a file.

    Args:
        of: what it is to name, for the message.

    Raises:
        UserError: it cannot.
    """
    if not is_name(text):
        raise UserError(f"{text!r} cannot name {of}: letters, digits, '-' and '_' are allowed")
    return text


def is_inner_path(text: str) -> bool:
    """Whether it names a file below a folder, and below that folder only, on every system.

    Parts separated by "/", none of them empty, "." or ".."; no backslash, colon or control
    character.
    """
    parts = text.split("/")
    is_plain = all(part not in ("", ".", "..") for part in parts)
    return is_plain and _STRANGE.search(text) is None
