"""What all answers, and all bodies of requests, have in common."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What a route gives back."""

    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """What a route is sent."""

    model_config = ConfigDict(extra="forbid")
