"""How often one visitor, one address or one sign-in may ask; kept in memory, or in Redis for several processes."""

import ipaddress
import logging
import math
import time
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.requests import Request

from hairline.metrics import REFUSALS
from hairline.settings import Network, Settings
from web.problems import wait

log = logging.getLogger(__name__)

BEHIND_ONE_ADDRESS = 20  # visitors of one office or one mobile network who may write at the same time


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked how often; None switches a rule off."""

    messages: list[RateLimitItem]
    """Of one conversation."""
    calls: list[RateLimitItem]
    """To the visitors' API, from one address."""
    contacts: list[RateLimitItem]
    """Requests left in the form, from one address."""
    sign_ins: list[RateLimitItem]
    """Attempts from one address, and with one e-mail address. Never switched off."""


def rules_of(rate_limit: str) -> Rules:
    """The rules that follow from HAIRLINE_RATE_LIMIT."""
    sign_ins: list[RateLimitItem] = [RateLimitItemPerMinute(10), RateLimitItemPerHour(60)]
    if rate_limit == "off":
        return Rules([], [], [], sign_ins)
    messages = parse_many(rate_limit)
    calls = [type(item)(item.amount * BEHIND_ONE_ADDRESS, item.multiples) for item in messages]
    return Rules(messages, calls, [RateLimitItemPerMinute(10), RateLimitItemPerHour(60)], sign_ins)


class Limits:
    """Counts calls and refuses those beyond the rules with 429."""

    def __init__(self, settings: Settings) -> None:
        self.rules = rules_of(settings.rate_limit)
        self._trusted = settings.trusted_proxies
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = _redis(settings.redis_url) if settings.redis_url else None
        self._shared = SlidingWindowCounterRateLimiter(self._redis) if self._redis else None

    async def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            client: Any = self._redis.bridge
            await client.storage.aclose()

    async def redis_answers(self) -> bool:
        """Whether Redis is there; true where none is used."""
        return self._redis is None or await self._redis.check()

    async def call(self, request: Request) -> None:
        """Count a call to the visitors' API."""
        await self._count("calls", self.rules.calls, address_of(request, self._trusted))

    def address(self, request: Request) -> str | None:
        """Whom a stream of events counts for; None where rates are not limited."""
        return address_of(request, self._trusted) if self.rules.calls else None

    async def message(self, visitor: str) -> None:
        """Count a message; `visitor` is the hash of the token, so that nobody else can use a visitor's share up."""
        await self._count("messages", self.rules.messages, visitor)

    async def contact(self, request: Request) -> None:
        """Count a request left in the form."""
        await self._count("contacts", self.rules.contacts, address_of(request, self._trusted))

    async def sign_in(self, request: Request, email: str) -> None:
        """Count an attempt to sign in."""
        await self._count("sign-ins", self.rules.sign_ins, address_of(request, self._trusted))
        await self._count("sign-ins", self.rules.sign_ins, email.strip().lower()[:320])

    async def _count(self, kind: str, rules: list[RateLimitItem], who: str) -> None:
        for rule in rules:
            left = await self._hit(rule, kind, who)
            if left is not None:
                REFUSALS.labels(f"rate limit, {kind}").inc()
                raise wait(429, math.ceil(left), f"That was a lot at once. Please try again in {math.ceil(left)} s.")

    async def _hit(self, rule: RateLimitItem, kind: str, who: str) -> float | None:
        """Seconds to wait, or None where the call is within the rule."""
        limiter = self._shared or self._here
        try:
            return await _seconds_to_wait(limiter, rule, kind, who)
        except StorageError:
            # Redis is away. Limits of this process alone are better than none, and better than refusing everybody.
            log.warning("rate limits: Redis does not answer, counting in this process")
            return await _seconds_to_wait(self._here, rule, kind, who)


async def _seconds_to_wait(
    limiter: SlidingWindowCounterRateLimiter, rule: RateLimitItem, kind: str, who: str
) -> float | None:
    if await limiter.hit(rule, kind, who):
        return None
    return max(1.0, (await limiter.get_window_stats(rule, kind, who)).reset_time - time.time())


def _redis(url: str) -> RedisStorage:
    return RedisStorage(
        f"async+{url}", implementation="redispy", wrap_exceptions=True, socket_timeout=1.0, socket_connect_timeout=1.0
    )


def address_of(request: Request, trusted: tuple[Network, ...]) -> str:
    """Who asks: the peer, or whom the trusted proxies saw. An IPv6 client counts as its /64, which is one customer."""
    peer = _parsed(request.client.host if request.client else "")
    chain = [_parsed(part) for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
    while peer and chain and any(peer in network for network in trusted):
        seen = chain.pop()
        if seen is None:
            break
        peer = seen
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer or "unknown")


def is_proxy(address: str, trusted: tuple[Network, ...]) -> bool:
    """Whether this peer speaks for many."""
    peer = _parsed(address)
    return peer is not None and any(peer in network for network in trusted)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
