"""Messages that name no path elsewhere. (Which paths may be named: tests of the route.)"""

import pytest

from search_api.jobs.places import MAX_REASON_CHARS, one_line


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("/data/in/a.mp4 is empty (0 bytes)", "the file is empty (0 bytes)"),
        ("weights at /home/me/.cache/x.pt are\n  missing", "weights at … are missing"),
        ("see /data/in/notes.txt, please", "see /data/in/notes.txt, please"),
        ("see /data/inner/notes.txt", "see …"),
        ("'/etc/passwd': no", "'…': no"),
        ("3 of 4 (1/2) and/or more", "3 of 4 (1/2) and/or more"),
        ("x" * 400, "x" * (MAX_REASON_CHARS - 1) + "…"),
    ],
)
def test_a_reason_is_one_line_and_names_what_may_be_seen(reason: str, shown: str) -> None:
    assert one_line(reason, path="/data/in/a.mp4", within=["/data/in"]) == shown
