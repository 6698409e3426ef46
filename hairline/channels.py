"""Which ways of telling staff and visitors are set up: the one place that decides it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hairline.settings import Settings

NEEDS: Mapping[str, Callable[[Settings], object]] = MappingProxyType(
    {
        "email_staff": lambda settings: settings.smtp_url,
        "email_visitor": lambda settings: settings.smtp_url,
        "webhook": lambda settings: settings.webhook_url,
        "slack": lambda settings: settings.slack_url,
    }
)
"""Each channel and the setting without which it does not exist. `delivery.channels` builds them."""


def channel_names(settings: Settings) -> tuple[str, ...]:
    """Give the channels to announce to (`leads.outbox.announce`)."""
    return tuple(name for name, needed in NEEDS.items() if needed(settings))
