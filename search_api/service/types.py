"""Types that several routes share."""

from typing import Annotated

from fastapi import Path

from search_api.answers.searching import UPLOAD_ID

VideoId = Annotated[
    str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the video's content.")
]

UploadId = Annotated[str, Path(pattern=UPLOAD_ID, description="As `POST /v1/uploads` gave it.")]
