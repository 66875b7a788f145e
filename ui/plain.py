"""Text of others where Streamlit reads Markdown: labels, headings, captions.

Names of files, cases and keys may hold anything; none of it is to become a picture, a link or a
colour.
"""

import re

_MEANT = re.compile(r"([!-/:-@\[-`{-~])")
"""ASCII punctuation: all that Markdown and Streamlit's own marks are made of."""


def plain(text: str) -> str:
    """The text as Markdown that shows exactly it, in one line."""
    return _MEANT.sub(r"\\\1", " ".join(text.split()))
