"""Addresses that a browser's tags can open without a key."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.access.signing import Signer
from search_api.service.problems import problem_responses
from search_api.service.state import Service, service_of
from search_api.service.types import Answer

MAX_URLS = 200

router = APIRouter(prefix="/v1", tags=["media"])
Address = Annotated[str, Field(pattern=r"^/v1/[!-~]+$", max_length=1000)]


class ToSign(BaseModel):
    """Addresses to sign, as they would be asked with a key."""

    model_config = ConfigDict(extra="forbid")

    urls: list[Address] = Field(min_length=1, max_length=MAX_URLS)
    """Below this service: "/v1/videos/…/media?…". One that was signed is signed anew."""


class SignedUrl(Answer):
    """An address that opens one thing for some minutes, by GET."""

    url: str
    expires_at: AwareDatetime


class SignedUrls(Answer):
    """In the order that they were asked for."""

    urls: list[SignedUrl]


@router.post(
    "/signed-urls",
    operation_id="sign_urls",
    responses=problem_responses(*PROBLEM_CODES, "invalid-request"),
)
def sign_urls(
    asked: ToSign,
    principal: Annotated[Principal, Depends(require(Role.VIEWER))],
    service: Annotated[Service, Depends(service_of)],
) -> SignedUrls:
    """Signs addresses of media, for a `<video>` or an `<img>` tag.

    They show what this key may see when they are opened, and end with it; addresses of other things
    may be signed, and open nothing.
    """
    signer = service.access.signer
    return SignedUrls(urls=[_signed(signer, url, principal) for url in asked.urls])


def _signed(signer: Signer, url: str, principal: Principal) -> SignedUrl:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    signed = signer.sign(unquote(parts.path), query, principal)
    return SignedUrl(url=signed, expires_at=datetime.fromtimestamp(signer.expires_at(signed), UTC))
