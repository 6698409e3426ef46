"""Building the channels that the settings name."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from delivery.channel import Channel
from delivery.email_staff import StaffEmail
from delivery.email_visitor import VisitorEmail
from delivery.http import Receiver
from delivery.links import Links
from delivery.mail import MailServer
from delivery.slack import SlackChannel
from delivery.webhook import WebhookChannel, signer_from
from hairline.channels import channel_names
from hairline.settings import Settings, SettingsError, is_written_private

log = logging.getLogger(__name__)


def build_channels(settings: Settings) -> list[Channel]:
    """Build every channel that is set up. Raises SettingsError where a setting cannot be used."""
    return [BUILDERS[name](settings) for name in channel_names(settings)]


def _staff_email(settings: Settings) -> Channel:
    return StaffEmail(_mail_server(settings), Links(settings.public_url), settings.mail_from, settings.staff_email)


def _visitor_email(settings: Settings) -> Channel:
    return VisitorEmail(_mail_server(settings), settings.mail_from)


def _webhook(settings: Settings) -> Channel:
    try:
        signer = signer_from(settings.webhook_secret)
    except ValueError as fault:
        raise SettingsError([f"HAIRLINE_WEBHOOK_SECRET {fault}."]) from None
    if signer is None:
        log.warning("HAIRLINE_WEBHOOK_SECRET is not set: receivers cannot tell our posts from others'")
    return WebhookChannel(_receiver(settings, settings.webhook_url), signer)


def _slack(settings: Settings) -> Channel:
    return SlackChannel(_receiver(settings, settings.slack_url), Links(settings.public_url))


BUILDERS: Mapping[str, Callable[[Settings], Channel]] = MappingProxyType(
    {"email_staff": _staff_email, "email_visitor": _visitor_email, "webhook": _webhook, "slack": _slack}
)


def _mail_server(settings: Settings) -> MailServer:
    assert settings.smtp_url is not None, "channel_names names e-mail only where there is a server"
    return MailServer.from_url(settings.smtp_url)


def _receiver(settings: Settings, url: str | None) -> Receiver:
    assert url is not None, "channel_names names a channel only where there is an address"
    allowed = settings.webhook_allow_private
    return Receiver(url, allow_private=is_written_private(url) if allowed is None else allowed)
