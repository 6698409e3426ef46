"""What whoever watches over Hairline sees: one id through all processes, lines without personal data, true numbers."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hairline.settings import ROOT
from tests.system import System, free_port, running, wait_until
from tests.web.visitors import Visitor

pytestmark = pytest.mark.slow

REQUEST = "5e1f00d0" * 4
LAST = "facade01" * 4
BOOKING = ("I'd like to book", "Wilhelmina Canary", "07700 900123", "receding hairline", "any time", "yes", "yes")
CANARIES = ("wilhelmina", "7700 900123", "7700900123", "receding hairline")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system whose webhook's receiver is away, so that deliveries fail."""
    with running(tmp_path_factory.mktemp("watched"), webhook_url=f"http://127.0.0.1:{free_port()}/hook") as started:
        yield started


@pytest.fixture
def client(watched: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=watched.url, headers={"X-Request-ID": REQUEST}, timeout=60) as opened:
        yield opened


def staff(system: System) -> dict[str, str]:
    return {"Authorization": f"Bearer {system.api_key}"}


def lines_of(system: System, name: str) -> list[dict[str, Any]]:
    """The log of a process; a line that is no JSON fails the test. The last one may still be being written."""
    return [json.loads(line) for line in system.log(name).split("\n")[:-1]]


def numbers(system: System) -> dict[str, float]:
    """All samples of /metrics, each by its name and labels."""
    answer = httpx.get(f"{system.url}/metrics", headers=staff(system), timeout=30).raise_for_status()
    return {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_one_id_goes_through_all_processes_and_to_the_desk(watched: System, client: httpx.Client) -> None:
    visitor = Visitor.open(client)
    for words in BOOKING[:-1]:  # a process must also write a line that is like the one before it
        visitor.say(words).raise_for_status()
    headers = visitor.headers | {"X-Request-ID": LAST}
    answer = client.post(f"{visitor.path}/messages", json={"text": BOOKING[-1]}, headers=headers).raise_for_status()
    assert answer.headers["x-request-id"] == LAST

    def named(name: str) -> bool:
        return any(line["request"] == LAST for line in lines_of(watched, name))

    for name in watched.NAMES:
        assert wait_until(partial(named, name), 30), f"no line of {name} names the request"
    found = httpx.get(f"{watched.url}/api/leads", params={"conversation": visitor.id}, headers=staff(watched)).json()
    [lead] = found["leads"]
    [delivery] = lead["deliveries"]
    assert delivery["request"] == LAST
    failed = [line for line in lines_of(watched, "delivery") if line["request"] == LAST]
    assert any(delivery["id"] in line["message"] for line in failed)


@pytest.mark.parametrize(
    "given", [None, "0770 0900123", "0044770090012345", "wilhelmina@example.org", "5E1F" * 8, "a" * 65, "07700900123"]
)
def test_what_is_no_id_is_replaced_by_one(watched: System, given: str | None) -> None:
    headers = {"X-Request-ID": given} if given else {}
    answer = httpx.get(f"{watched.url}/api/leads", headers=headers)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_every_line_of_every_process_is_json_and_names_nobody(watched: System, client: httpx.Client) -> None:
    visitor = Visitor.open(client)
    for words in BOOKING:
        visitor.say(words).raise_for_status()
    for name in watched.NAMES:
        for line in lines_of(watched, name):
            assert {"at", "level", "process", "logger", "request", "message"} <= line.keys(), line
            assert line["process"] == name
    written = watched.logs().lower()
    for canary in (*CANARIES, visitor.id, visitor.token.lower()):
        assert canary not in written


def test_a_turn_is_counted_once_in_every_stage(watched: System, client: httpx.Client) -> None:
    before = numbers(watched)
    Visitor.open(client).say("how long does it last?").raise_for_status()
    after = numbers(watched)

    def grew(name: str, **labels: str) -> float:
        key = name + json.dumps(labels, sort_keys=True)
        return after[key] - before.get(key, 0)

    assert grew("hairline_messages_total", outcome="answered") == 1
    for stage in ("whole", "store message", "wait for Rasa", "Rasa", "Rasa: understand", "Rasa: act", "read replies"):
        assert grew("hairline_turn_seconds_count", stage=stage) == 1, stage
    assert grew("hairline_turn_seconds_count", stage="front desk") == 1
    route = "/api/conversations/{conversation_id}/messages"
    assert grew("hairline_http_requests_total", method="POST", route=route, status="200") == 1


def test_what_waits_and_what_runs_is_told_as_it_is(watched: System, client: httpx.Client) -> None:
    visitor = Visitor.open(client)
    with httpx.stream("GET", f"{watched.url}{visitor.path}/events", headers=visitor.headers) as stream:
        told = stream.iter_text()  # kept: dropping it hangs up
        next(told)
        seen = numbers(watched)
    assert seen['hairline_event_streams{"audience": "visitors"}'] == 1
    leads = httpx.get(f"{watched.url}/api/leads", headers=staff(watched)).json()["leads"]
    assert wait_until(lambda: numbers(watched)['hairline_leads{"status": "new"}'] == len(leads), 15)
    assert numbers(watched)['hairline_oldest_undelivered_seconds{"channel": "webhook"}'] > 0
    assert numbers(watched)['hairline_deliveries{"channel": "webhook", "state": "pending"}'] >= 1
    for name in watched.NAMES:
        assert seen[f'hairline_process_up{{"process": "{name}"}}'] == 1
    for part in ("the store", "the model", "the action server"):
        assert seen[f'hairline_part_up{{"part": "{part}"}}'] == 1


def test_a_process_that_died_is_seen_and_its_numbers_stay(watched: System) -> None:
    before = numbers(watched)
    watched.kill("actions")
    assert wait_until(lambda: numbers(watched)['hairline_part_up{"part": "the action server"}'] == 0, 10)
    watched.wait_ready(120)
    after = numbers(watched)
    starts = 'hairline_process_starts_total{"process": "actions"}'
    assert after[starts] == before[starts] + 1
    desk = 'hairline_turn_seconds_count{"stage": "front desk"}'
    assert after[desk] >= before[desk] > 0


def test_metrics_are_for_the_clinics_programs_only_and_hold_numbers_only(watched: System) -> None:
    assert httpx.get(f"{watched.url}/metrics").status_code == 401
    assert httpx.get(f"{watched.url}/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    answer = httpx.get(f"{watched.url}/metrics", headers=staff(watched))
    leads = httpx.get(f"{watched.url}/api/leads", headers=staff(watched)).json()["leads"]
    named = [lead[part] for lead in leads for part in ("reference", "conversation", "name", "phone")]
    assert named
    assert not [name for name in (*named, *CANARIES) if name.lower() in answer.text.lower()]


def test_labels_take_few_values_whatever_is_asked(watched: System) -> None:
    def samples() -> set[str]:
        return {name for name in numbers(watched) if name.startswith("hairline_http_requests_total")}

    def ask(number: int) -> None:
        with httpx.Client(base_url=watched.url) as client:
            client.get(f"/nothing/{number}")
            client.get(f"/api/leads/SMP-{number}", headers=staff(watched))
            client.get(f"/api/conversations/c_{number:032x}/messages", headers={"Authorization": "Bearer " + "x" * 30})
            client.request(f"ODD{number}", "/api/leads")
            client.get("/api/facts", headers={"X-Request-ID": f"{number:032x}"})

    ask(1)
    first = samples()
    for number in range(2, 40):
        ask(number)
    assert samples() == first


@pytest.mark.parametrize("file", ["grafana-dashboard.json", "alerts.yml"])
def test_whatever_the_dashboard_and_the_alerts_name_is_exported(watched: System, file: str) -> None:
    named = set(re.findall(r"\bhairline_\w+", (ROOT / "deploy" / file).read_text(encoding="utf-8")))
    answer = httpx.get(f"{watched.url}/metrics", headers=staff(watched)).text
    families = list(text_string_to_metric_families(answer))
    exported = {family.name for family in families} | {sample.name for family in families for sample in family.samples}
    # A counter that has counted nothing yet is announced by its name alone.
    exported |= {f"{family.name}_total" for family in families if family.type == "counter"}
    assert named
    assert named <= exported | never_yet(exported)


def never_yet(exported: set[str]) -> set[str]:
    """Counters of things that did not happen here: they exist in hairline/metrics.py."""
    defined = set(re.findall(r'(?:Counter|Gauge)\(\s*"(\w+)"', Path(ROOT / "hairline" / "metrics.py").read_text()))
    return {f"{name}_total" for name in defined} | defined - exported


def test_ready_says_of_each_part_whether_it_works(watched: System) -> None:
    answer = httpx.get(f"{watched.url}/readyz").raise_for_status().json()
    assert answer["status"] == "ready"
    assert answer["parts"] == dict.fromkeys(("the store", "the model", "the action server", "telling staff"), True)
