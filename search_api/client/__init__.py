"""The service from elsewhere: `Client` asks it, over HTTP, what its routes answer.

Nothing here loads a store, a model or the service's framework.
"""

from search_api.client.download import Download
from search_api.client.errors import (
    ApiError,
    KeyRefused,
    NotThere,
    ServiceAway,
    StrangeAnswer,
    TryLater,
)
from search_api.client.service import Client

__all__ = [
    "ApiError",
    "Client",
    "Download",
    "KeyRefused",
    "NotThere",
    "ServiceAway",
    "StrangeAnswer",
    "TryLater",
]
