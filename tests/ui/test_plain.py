"""Text of others stays text."""

import pytest

from ui.plain import lines, plain
from ui.sizes import size


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("gate north", "gate north"),
        ("a_b.mp4", r"a\_b\.mp4"),
        ("**loud**", r"\*\*loud\*\*"),
        ("![x](y)", r"\!\[x\]\(y\)"),
        (":red[x]", r"\:red\[x\]"),
        ("<b>", r"\<b\>"),
        ("two\nlines", "two lines"),
    ],
)
def test_marks_are_escaped(text, markdown):
    assert plain(text) == markdown


@pytest.mark.parametrize("text", ["http://a.b", "www.a.b", "WWW.a.b", "me@a.b"])
def test_addresses_do_not_become_links(text):
    shown = plain(text).replace("\\", "")
    assert shown.replace("\u2060", "") == text
    assert shown != text


def test_lines_stay_apart():
    assert lines(["a*", "b"]) == "a\\*  \nb"


@pytest.mark.parametrize(
    ("num_bytes", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (4_272_000, "4.3 MB"), (8.5e12, "8.5 TB")],
)
def test_sizes(num_bytes, said):
    assert size(num_bytes) == said
    assert size(9e15) == "9,000.0 TB"
