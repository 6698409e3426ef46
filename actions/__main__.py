"""The action server: rasa-sdk on loopback, behind the secret that Rasa and web share."""

import gc
import hmac
import logging
import os
import sys

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import HTTPResponse, Request, Sanic, response

from actions.booking import BookingForm
from actions.fallback import FallBack
from actions.faq import AnswerQuestion
from actions.handoff import HandOver
from actions.privacy import TellPrivacy
from actions.talk import SmallTalk
from actions.urgent import ReportUrgent
from hairline import logs
from hairline.compose import Hairline, build
from hairline.settings import Settings, load

ACTIONS = (AnswerQuestion, BookingForm, HandOver, ReportUrgent, TellPrivacy, SmallTalk, FallBack)
SECRET_HEADER = "X-Hairline-Secret"
LARGEST_TRACKER = 8 * 1024 * 1024  # bytes


class DomainlessExecutor(ActionExecutor):
    """An executor that does not ask for the domain: no action reads it, and Rasa leaves it out (endpoints.yml)."""

    def is_domain_digest_valid(self, domain_digest: str | None) -> bool:
        """Whatever Rasa knows is good enough."""
        return True


def make_app(hairline: Hairline) -> Sanic:
    """The server with every action, deaf to whoever does not know the secret."""
    executor = DomainlessExecutor()
    for action in ACTIONS:
        executor.register_action(action(hairline.front_desk))
    app = create_app(executor, cors_origins=[])
    app.config.REQUEST_MAX_SIZE = LARGEST_TRACKER
    app.config.ACCESS_LOG = False
    secret = (hairline.settings.internal_secret or "").encode()

    @app.on_request
    async def guard(request: Request) -> HTTPResponse | None:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, secret):
            return response.json({"error": "the shared secret is missing or wrong"}, status=401)
        return None

    return app


def main(settings: Settings) -> int:
    """Serve until stopped. The exit code."""
    if not settings.internal_secret:
        sys.stderr.write("HAIRLINE_INTERNAL_SECRET is not set; `make run` makes one, set it where you start by hand.\n")
        return 2
    logs.set_up(settings, "actions")
    # Below ERROR rasa-sdk logs what it is sent, in words: visitors' texts belong in no log.
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    logging.getLogger("sanic").setLevel(logging.WARNING)
    hairline = build(settings)
    hairline.front_desk.warm_up()
    gc.freeze()  # what is there now stays: full collections need not walk through it while a visitor waits
    make_app(hairline).run(host="127.0.0.1", port=settings.actions_port, single_process=True, motd=False)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    sys.exit(main(load()))
