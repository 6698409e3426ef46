"""Templates of the desk. Everything put into them is escaped; none holds a script or a style."""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from leads.contacts import show_phone
from leads.counts import COUNTED
from leads.facts import FAQ_TOPICS
from leads.pulse import Pulse, take_pulse
from leads.store import utc_now
from web.context import Context
from web.security import Staff

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["phone"] = show_phone
_templates.filters["counted"] = lambda number: str(number) if number < COUNTED else f"{COUNTED - 1}+"


def render(here: Context, name: str, code: int = 200, **values: object) -> HTMLResponse:
    """A page of the desk; `code` is the HTTP status."""
    clinic = here.clinic

    def on_clock(at: datetime | str | None) -> str:
        if not at:
            return ""
        local = clinic.local(datetime.fromisoformat(at) if isinstance(at, str) else at)
        return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"

    def short_clock(at: datetime | str | None) -> str:
        if not at:
            return ""
        local = clinic.local(datetime.fromisoformat(at) if isinstance(at, str) else at)
        today = clinic.local(utc_now()).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"

    def title_of(topic: str) -> str:
        return here.voice.title(topic) if topic in FAQ_TOPICS else topic.replace("_", " ")

    known = {
        "staff": None,
        "pulse": None,
        "section": "",
        "done": "",
        "wrong": "",
        "clinic": clinic,
        "on_clock": on_clock,
        "short_clock": short_clock,
        "title_of": title_of,
        "error": here.hairline.clinic.error,
    }
    return HTMLResponse(_templates.get_template(name).render({**known, **values}), code)


DONE = {
    "saved": "Saved.",
    "noted": "The note is kept.",
    "confirmed": "The time is confirmed.",
    "cancelled": "The consultation is called off.",
    "retried": "It will be sent again now.",
    "answered": "The answer is on its way.",
    "published": "The answer is published.",
    "dismissed": "Taken off the list.",
    "withdrawn": "The answer is withdrawn.",
    "restored": "The answer is given again.",
    "corrected": "Noted for the training examples.",
    "erased": "Erased.",
    "handed": "The assistant answers again.",
    "seen": "Noted that you have seen it.",
    "disabled": "The account is shut.",
    "enabled": "The account is open again.",
    "revoked": "The calendar's address no longer works.",
}
"""What a page says after something was done: only these, whatever stands in its address."""


async def page(
    here: Context, staff: Staff, name: str, section: str, *, code: int = 200, **values: object
) -> HTMLResponse:
    """A page inside the desk: with the navigation and how things stand."""
    pulse: Pulse = await here.database.read(take_pulse)
    values["done"] = DONE.get(str(values.get("done") or ""), "")
    return render(here, name, code, staff=staff, section=section, pulse=pulse, **values)
