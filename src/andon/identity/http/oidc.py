"""HTTP of logging in at the company's provider: the way there, the way back."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from andon.identity.access import At, address_of, sessions
from andon.identity.http.session import give_cookie
from andon.identity.oidc import VISIT_SECONDS, Provider
from andon.kit.errors import AndonError
from andon.kit.web import Services, Shown

router = APIRouter(tags=["session"])

COOKIE = "andon_oidc"
PATH = "/api/oidc"
_DEFAULT_NAME = "SSO"


class WayShown(Shown):
    """`name` null: there is no provider."""

    name: str | None


def provider(request: Request) -> Provider:
    """The installation's provider. Raises `not_found` when there is none."""
    found: Provider | None = request.app.state.oidc
    if found is None:
        raise AndonError("http.404", 404)
    return found


@router.get(PATH)
async def way_by_provider(request: Request) -> WayShown:
    """What the log-in page's button says."""
    found: Provider | None = request.app.state.oidc
    return WayShown(name=None if found is None else found.settings.name or _DEFAULT_NAME)


@router.get(PATH + "/start", status_code=303, response_class=RedirectResponse)
async def go_to_provider(
    request: Request, services: At, next: Annotated[str, Query(max_length=1000)] = "/"
) -> RedirectResponse:
    """To the provider."""
    known = provider(request)
    inside = next.startswith("/") and not next.startswith(("//", "/\\"))
    try:
        address, sealed = await known.begin(_way_back(request), next if inside else "/")
    except AndonError as error:
        return _refused(error)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE,
        sealed,
        max_age=VISIT_SECONDS,
        httponly=True,
        samesite="lax",  # it comes back from another site
        secure=_secure(request, services),
        path=PATH,
    )
    return answer


@router.get(PATH + "/callback", status_code=303, response_class=RedirectResponse)
async def back_from_provider(
    request: Request, services: At, state: str = "", code: str = ""
) -> RedirectResponse:
    """From the provider: logged in, or back at the log-in page with the reason."""
    known = provider(request)
    try:
        proven = await known.finish(_way_back(request), request.cookies.get(COOKIE, ""), state, code)
        found = await sessions(request).log_in_by_provider(
            known.settings, proven, address_of(request), request.headers.get("user-agent", "")
        )
    except AndonError as error:
        answer = _refused(error)
    else:
        answer = RedirectResponse(proven.next, 303)
        give_cookie(answer, request, services, found)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _way_back(request: Request) -> str:
    return str(request.base_url).rstrip("/") + PATH + "/callback"


def _secure(request: Request, services: Services) -> bool:
    return services.settings.secure_cookie or request.url.scheme == "https"


def _refused(error: AndonError) -> RedirectResponse:
    return RedirectResponse("/login?" + urlencode({"refused": error.code}), 303)
