"""Text of others where Streamlit reads Markdown: labels, headings, captions.

Names of files, cases and keys may hold anything; none of it is to become a picture, a link or a
colour.
"""

import re
from collections.abc import Iterable

_MEANT = re.compile(r"([!-/:-@\[-`{-~])")
"""ASCII punctuation: all that Markdown and Streamlit's own marks are made of."""
_ADDRESS = re.compile(r"://|@|www(?=\.)", re.IGNORECASE)
"""Where text becomes a link by itself."""
_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text as Markdown that shows it, in one line.

    Addresses are broken by a character without a width, so that nothing is made a link of.
    """
    one_line = _ADDRESS.sub(lambda found: f"{found[0]}{_JOINER}", " ".join(text.split()))
    return _MEANT.sub(r"\\\1", one_line)


def lines(texts: Iterable[str]) -> str:
    """Some of them as Markdown, a line each."""
    return "  \n".join(map(plain, texts))
