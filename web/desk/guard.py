"""Who may see which page of the desk: every page asks for a member of staff, some for an owner."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from web.context import Here
from web.problems import Problem
from web.security import Staff, require_own_page, signed_in


class SignInFirst(Problem):
    """Nobody is signed in with this browser."""

    def __init__(self) -> None:
        super().__init__(303, "Sign in first.", headers={"Location": "/desk/login"})


async def someone_signed_in(request: Request, here: Here) -> Staff:
    """Who is signed in; everybody else is sent to the login."""
    staff = await signed_in(request, here)
    if staff is None:
        raise SignInFirst
    require_own_page(request, here)
    return staff


SignedIn = Annotated[Staff, Depends(someone_signed_in)]


async def an_owner(staff: SignedIn) -> Staff:
    """An owner; 403 for everybody else."""
    if staff.role != "owner":
        raise Problem(403, "This page is for owners of the desk.")
    return staff


Owner = Annotated[Staff, Depends(an_owner)]


def for_staff() -> APIRouter:
    """Routes of the desk for everybody who is signed in."""
    return APIRouter(prefix="/desk", include_in_schema=False, dependencies=[Depends(someone_signed_in)])


def for_owners() -> APIRouter:
    """Routes of the desk for owners."""
    return APIRouter(prefix="/desk", include_in_schema=False, dependencies=[Depends(an_owner)])


def back_to(path: str, done: str = "") -> RedirectResponse:
    """After a form was taken: the page to see next, and what it says."""
    return RedirectResponse(f"{path}?done={done}" if done else path, 303)
