"""The one place that knows which store, profile, wording and ways of telling exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from hairline.channels import channel_names
from hairline.settings import ROOT, Settings
from leads.clinic import ClinicFile
from leads.facts import Fact, load_facts
from leads.front_desk import FrontDesk
from leads.store import Store
from leads.wording import Wording, wording_paths

DATA = ROOT / "data"


@dataclass(frozen=True)
class Hairline:
    """The parts of a running clinic's desk, put together. Nothing connects before it is used."""

    settings: Settings
    store: Store
    clinic: ClinicFile
    wording: Wording
    facts: Mapping[str, Fact]

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The ways to tell staff and visitors that the settings switch on, by name."""
        return channel_names(self.settings)

    @cached_property
    def front_desk(self) -> FrontDesk:
        """Answers visitors."""
        return FrontDesk(self.store, self.clinic, self.wording, self.channels)


def build(settings: Settings) -> Hairline:
    """Put the parts together. Raises `ClinicProfileError`, `WordingError`, `FactsError`, `StoreUrlError`."""
    return Hairline(
        settings=settings,
        store=Store(settings.database_url),
        clinic=ClinicFile(settings.clinic),
        wording=Wording(wording_paths(DATA)),
        facts=load_facts(DATA / "facts.yml"),
    )
