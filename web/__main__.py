"""`python -m web`: the public process."""

import gc
import logging
import sys

from hairline import logs
from hairline.compose import build
from hairline.settings import SettingsError, load
from leads.clinic import ClinicProfileError
from leads.facts import FactsError
from leads.store import StoreUrlError
from leads.wording import WordingError
from web.app import create_app
from web.server import allow_many_files, server_of


def main() -> int:
    """Serve until told to stop; 2 where settings, profile or wording are wrong."""
    try:
        settings = load()
        app = create_app(settings, build(settings))
    except (SettingsError, ClinicProfileError, WordingError, FactsError, StoreUrlError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    logs.set_up(settings, "web")
    for chatty in (
        "httpx",
        "uvicorn.error",
        "alembic",
    ):  # the first names conversations, the others repeat what is known
        logging.getLogger(chatty).setLevel(logging.WARNING)
    allow_many_files()
    gc.freeze()  # what is there now stays: full collections need not walk through it while a visitor waits
    server_of(app, settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
