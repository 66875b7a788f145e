"""What a sentence of the trace bank may be, for whoever reads, writes or sends one."""

from typing import Literal

Kind = Literal[
    "abuse",
    "arrest",
    "arson",
    "assault",
    "burglary",
    "explosion",
    "fighting",
    "road-accident",
    "robbery",
    "shooting",
    "shoplifting",
    "stealing",
    "vandalism",
    "riot",
    "medical",
    "intrusion",
    "hazard",
    "crowd",
    "animal",
    "other",
]
"""The 13 of UCF-Crime, then riot of XD-Violence (its other five are among them), then ours."""
MAX_SENTENCE = 200
"""Characters; the text towers read about 64 word pieces and cut the rest off."""
MAX_NAME = 40
"""Characters of a context's name."""
CONTEXT_NAME = r"[a-z0-9]+( [a-z0-9]+)*"
"""Lower-case words with one space between: `bank hall`."""
