"""Whom we believe when a server shows a certificate."""

import ssl
from functools import cache

import httpx


@cache
def tls_context() -> ssl.SSLContext:
    """The well-known authorities, or those of SSL_CERT_FILE for a clinic that has its own."""
    return httpx.create_ssl_context(trust_env=True)
