"""The way into the desk and out of it: sign in, sign out, choose a password."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from leads import accounts
from leads.accounts import WeakPassword
from leads.conversations import hash_token
from web.context import Here
from web.desk.rendering import render
from web.problems import Problem
from web.security import SESSION_COOKIE, TOKEN, require_own_page, signed_in
from web.staff import plain

# Argon2 takes 64 MB and 50 ms a time: one after another, whoever tries.
_passwords = CapacityLimiter(1)


router = APIRouter(prefix="/desk", include_in_schema=False)


@router.get("/login")
async def login_page(request: Request, here: Here) -> Response:
    """Where staff sign in."""
    if await signed_in(request, here):
        return RedirectResponse("/desk", 303)
    return render(here, "login.html")


@router.post("/login")
async def log_in(
    request: Request, here: Here, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    """Sign in by e-mail address and password."""
    require_own_page(request, here)
    email = (plain(email) or "")[:320]
    await here.limits.sign_in(request, email)
    account_id, known = await here.database.read(lambda session: accounts.password_hash_of(session, email))
    fits = await to_thread.run_sync(accounts.password_fits, known, password, limiter=_passwords)
    if not fits or account_id is None:
        return render(here, "login.html", code=401, wrong=True, email=email)
    secret = await here.database.write(lambda session: accounts.sign_in(session, account_id))
    response = RedirectResponse("/desk", 303)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(accounts.SIGNED_IN_FOR.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=here.settings.public_url.startswith("https:"),
    )
    return response


@router.post("/logout")
async def log_out(request: Request, here: Here) -> Response:
    """End the session."""
    require_own_page(request, here)
    secret = request.cookies.get(SESSION_COOKIE, "")
    if TOKEN.fullmatch(secret):
        await here.database.write(lambda session: accounts.sign_out(session, secret))
    response = RedirectResponse("/desk/login", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.get("/invitation/{secret}")
async def invitation_page(here: Here, secret: str) -> Response:
    """Where the one-time link of a new account leads: choose a password."""
    account = (
        await here.database.read(lambda session: accounts.find_invited(session, secret))
        if TOKEN.fullmatch(secret)
        else None
    )
    return render(
        here, "invitation.html", code=200 if account else 404, account=account, shortest=accounts.SHORTEST_PASSWORD
    )


@router.post("/invitation/{secret}")
async def accept_invitation(
    request: Request, here: Here, secret: str, password: Annotated[str, Form()] = ""
) -> Response:
    """Set the password; the link is spent."""
    require_own_page(request, here)
    await here.limits.sign_in(request, hash_token(secret))
    if not TOKEN.fullmatch(secret):
        raise Problem(404)
    try:
        account = await here.database.write(lambda session: accounts.accept_invitation(session, secret, password))
    except WeakPassword:
        known = await here.database.read(lambda session: accounts.find_invited(session, secret))
        return render(here, "invitation.html", code=422, account=known, weak=True, shortest=accounts.SHORTEST_PASSWORD)
    if account is None:
        return render(here, "invitation.html", code=404, account=None, shortest=accounts.SHORTEST_PASSWORD)
    return RedirectResponse("/desk/login", 303)
