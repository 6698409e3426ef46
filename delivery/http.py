"""Posting to an address that somebody configured, without being led anywhere else by it.

The name is resolved once, each address is checked, and the connection goes to the checked address: what the name
resolves to a moment later changes nothing. Redirects are not followed, proxies of the environment are not used, the
answer's body is not read, and the whole attempt has one time limit that a receiver cannot stretch by dripping bytes.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from delivery.channel import GiveUp, Retry
from delivery.tls import tls_context

ATTEMPT_S = 20.0
CONNECT_S = 5.0
LONGEST_WAIT = timedelta(hours=1)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where to post. `allow_private`: also to this machine and the local network, for receivers on the premises."""

    url: str
    allow_private: bool = False
    attempt_s: float = ATTEMPT_S


def resolve(host: str, port: int) -> list[str]:
    """Give the addresses of a name, without repeats, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(it[4][0]).partition("%")[0] for it in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet, also behind the forms that wrap one in another."""
    ip: Address = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        return all(_is_public(it) for it in (ip, *_wrapped(ip)))
    return _is_public(ip)


def _is_public(ip: Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local)


def _wrapped(ip: ipaddress.IPv6Address) -> list[Address]:
    inner: list[Address | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [it for it in inner if it is not None]


def post(receiver: Receiver, body: bytes, headers: dict[str, str], resolver: Resolve = resolve) -> None:
    """Post a body; returning means the receiver answered 2xx. Raises Retry or GiveUp."""
    try:
        url = httpx.URL(receiver.url)
    except httpx.InvalidURL:
        raise GiveUp("the receiver's address cannot be read") from None
    addresses = _checked_addresses(receiver, url, resolver)
    try:
        answer = asyncio.run(_within(receiver.attempt_s, addresses, url, body, headers))
    except TimeoutError:
        raise Retry(f"no answer within {receiver.attempt_s:g} s") from None
    except (httpx.HTTPError, OSError) as fault:
        raise Retry(f"no connection or no answer ({type(fault).__name__})") from None
    _judge(answer)


def _checked_addresses(receiver: Receiver, url: httpx.URL, resolver: Resolve) -> list[str]:
    try:
        addresses = resolver(url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80))
    except (OSError, UnicodeError):
        raise Retry("the receiver's name does not resolve") from None
    if not addresses:
        raise Retry("the receiver's name does not resolve")
    if not receiver.allow_private and not all(is_public(it) for it in addresses):
        raise GiveUp("the receiver's address is inside a private network (HAIRLINE_WEBHOOK_ALLOW_PRIVATE)")
    return addresses


async def _within(
    limit_s: float, addresses: list[str], url: httpx.URL, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    async with asyncio.timeout(limit_s):
        return await _post_to_first(addresses, url, body, headers)


async def _post_to_first(addresses: list[str], url: httpx.URL, body: bytes, headers: dict[str, str]) -> httpx.Response:
    host = url.raw_host.decode("ascii")
    headers = {**headers, "Host": url.netloc.decode("ascii"), "Connection": "close", "User-Agent": "Hairline"}
    limits = httpx.Timeout(ATTEMPT_S, connect=CONNECT_S)
    async with httpx.AsyncClient(verify=tls_context(), trust_env=False, timeout=limits) as client:
        for index, address in enumerate(addresses):
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=body,
                headers=headers,
                # The certificate must be the name's, although the connection goes to the address.
                extensions={"sni_hostname": host, "timeout": limits.as_dict()},
            )
            try:
                response = await client.send(request, stream=True, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
                continue
            await response.aclose()  # the status says all; the body may be endless
            return response
    raise Retry("the receiver's name does not resolve")


def _judge(answer: httpx.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status == 410:
        raise GiveUp("the receiver answered 410: it wants nothing any more")
    if 300 <= status < 400:
        raise Retry(f"the receiver answered {status}: redirects are not followed, set its final address")
    raise Retry(f"the receiver answered {status}", wait_asked_for(answer.headers.get("Retry-After"), datetime.now(UTC)))


def wait_asked_for(retry_after: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header, in seconds or as a date; at most LONGEST_WAIT, and None where it says nothing."""
    if retry_after is None:
        return None
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WAIT)
