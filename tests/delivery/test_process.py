"""`python -m delivery`, the process that `make run` starts."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from delivery.jobs import jobs
from hairline.compose import build
from hairline.settings import ENV_FILE_VARIABLE, PREFIX, Settings
from leads.store import Store
from tests.delivery.leads import CANARY, CANARY_EMAIL, CLINIC, NOW, deliveries, new_lead, states, tell, wait_until
from tests.delivery.servers import MailReceiver

ROOT = Path(__file__).parents[2]


def environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**inherited, ENV_FILE_VARIABLE: os.devnull, **{PREFIX + name.upper(): it for name, it in settings.items()}}


@contextmanager
def delivery(log: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            [sys.executable, "-m", "delivery"], cwd=ROOT, env=environment(**settings), stdout=stream, stderr=stream
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_the_process_tells_staff_and_visitor_and_stops_when_asked(
    store: Store, mail: MailReceiver, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings = {"database_url": store.url, "smtp_url": mail.url, "staff_email": "desk@clinic.example"}
    with delivery(log, **settings, log_level="debug") as process:
        tell(store, ["email_staff", "email_visitor"])
        wait_until(lambda: states(store) == ["sent", "sent"])
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert sorted(it.recipients[0] for it in mail.mails) == ["desk@clinic.example", CANARY_EMAIL]
    said = log.read_text()
    assert "email_staff, email_visitor" in said
    for word in (CANARY, CANARY_EMAIL, "scar", "7700900123"):
        assert word not in said


@pytest.mark.slow
def test_the_process_waits_for_a_database_that_is_not_there_yet(empty_store_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    store = Store(empty_store_url)
    with delivery(log, database_url=store.url) as process:
        wait_until(lambda: "waiting" in log.read_text())
        store.migrate()
        tell(store, ["slack"])
        wait_until(lambda: states(store) == ["failed"])
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    store.close()


@pytest.mark.slow
def test_a_setting_that_cannot_be_used_ends_the_process_with_one_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with delivery(log, webhook_url="https://a.example", webhook_secret="whsec_€€€") as process:
        assert process.wait() == 2
    said = log.read_text()
    assert "HAIRLINE_WEBHOOK_SECRET is not a signing secret" in said
    assert "Traceback" not in said


def test_the_escalation_is_one_of_the_jobs(store: Store) -> None:
    lead = tell(store, [], lead=new_lead(created_at=NOW))
    settings = Settings(database_url=store.url, webhook_url="https://a.example")
    hairline = build(settings)
    escalation = next(it for it in jobs(hairline) if it.name == "escalation")
    promised = CLINIC.callback_by(NOW)
    assert promised is not None
    escalation.run(promised)
    hairline.store.close()
    assert [(it.event, it.lead_reference) for it in deliveries(store)] == [("lead.unclaimed", lead.reference)]
