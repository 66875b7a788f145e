"""Addresses that a browser's tags can open without a key."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from fastapi import APIRouter, Depends

from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.access.signing import Signer
from search_api.answers.access import SignedUrl, SignedUrls, ToSign
from search_api.service.problems import problem_responses
from search_api.service.state import Service, service_of

router = APIRouter(prefix="/v1", tags=["media"])


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
