"""Types that several routes share."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from search_api.service.uploads import UPLOAD_ID

VideoId = Annotated[
    str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the video's content.")
]

UploadId = Annotated[str, Path(pattern=UPLOAD_ID, description="As `POST /v1/uploads` gave it.")]


class Answer(BaseModel):
    """What a route gives back."""

    model_config = ConfigDict(extra="forbid")
