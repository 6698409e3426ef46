"""A migrated store and receivers on loopback."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.tls import tls_context
from leads.store import Store
from tests.delivery.leads import emptied_store
from tests.delivery.servers import HttpReceiver, MailReceiver


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, on each database."""
    yield from emptied_store(store_url)


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    """An HTTP server that answers as it is told to."""
    with HttpReceiver() as server:
        yield server


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    """A mail server that keeps what it gets."""
    with MailReceiver() as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `localhost` that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """The certificate, believed by Hairline."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    tls_context.cache_clear()
    yield certificate
    tls_context.cache_clear()
