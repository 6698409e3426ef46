"""What the routes of one process work with."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from hairline.compose import Hairline
from hairline.settings import Settings
from leads.clinic import Clinic
from leads.figures import Figures
from leads.wording import Voice
from web.database import Database
from web.kept import Kept
from web.limits import Limits
from web.live import Hub
from web.rasa import Rasa
from web.turns import Turns

PARTS_S, FIGURES_S = 1.0, 10.0  # how long what was found of the parts and of the store is good enough


@dataclass(frozen=True, slots=True)
class Context:
    """Made once by `web.app.create_app`; the routes get it as a parameter of the type `Here`."""

    hairline: Hairline
    database: Database
    limits: Limits
    rasa: Rasa
    hub: Hub
    turns: Turns
    parts: Kept[dict[str, bool]] = field(default_factory=lambda: Kept(PARTS_S))
    figures: Kept[Figures] = field(default_factory=lambda: Kept(FIGURES_S))

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.hairline.settings

    @property
    def clinic(self) -> Clinic:
        """The clinic's profile as it stands now."""
        return self.hairline.clinic.current()

    @property
    def voice(self) -> Voice:
        """What the assistant of this clinic says."""
        return Voice(self.hairline.wording, self.clinic)


def assemble(hairline: Hairline) -> Context:
    """The parts of a web process around what `hairline.compose` built. Nothing connects yet."""
    database = Database(hairline.store)
    rasa = Rasa(hairline.settings)
    hub = Hub(database)
    return Context(hairline, database, Limits(hairline.settings), rasa, hub, Turns(database, rasa, hub))


async def context_of(request: Request) -> Context:
    """The context of the process that answers this request."""  # async: plain functions are called in a thread
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(context_of)]
