"""Types that several routes share."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

VideoId = Annotated[
    str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the video's content.")
]


class Answer(BaseModel):
    """What a route gives back."""

    model_config = ConfigDict(extra="forbid")
