"""Insights: what happened at the front desk over a period."""

from datetime import date, timedelta

from starlette.responses import Response

from leads.insights import insights
from leads.store import utc_now
from web.context import Here
from web.desk.charts import bars, columns
from web.desk.guard import SignedIn, for_staff
from web.desk.rendering import page

PERIODS = (7, 30, 90)
LONGEST = timedelta(days=366)
FIELD_NAMES = {
    "name": "the name",
    "contact": "phone or e-mail",
    "concern": "the concern",
    "time": "the preferred time",
    "consent": "the consent",
    "confirm": "the summary",
}

router = for_staff()


@router.get("/insights")
async def insights_page(here: Here, staff: SignedIn, days: str = "", first: str = "", last: str = "") -> Response:
    """Numbers and charts over a period."""
    today = here.clinic.local(utc_now()).date()
    begins, ends = _period(today, days, first, last)
    zone = here.clinic.zone
    found = await here.database.read(lambda session: insights(session, begins, ends, zone, utc_now()))
    voice = here.voice
    return await page(
        here,
        staff,
        "insights.html",
        "insights",
        found=found,
        first=begins,
        last=ends,
        days=(ends - begins).days + 1,
        periods=PERIODS,
        per_day=columns({"conversations": found.conversations, "leads": found.leads}),
        topics=bars([(voice.title(topic), count) for topic, count in found.topics[:12]]),
        stops=bars([(FIELD_NAMES[name], count) for name, count in found.stops]),
    )


def _period(today: date, days: str, first: str, last: str) -> tuple[date, date]:
    """The days that the address asks for; the last 30 where it asks for nothing sensible."""
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        length = int(days) if days in map(str, PERIODS) else 30
        return today - timedelta(days=length - 1), today
    if begins > ends or ends - begins > LONGEST:
        return today - timedelta(days=29), today
    return begins, ends
