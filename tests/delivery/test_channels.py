"""What each channel says, and to whom: over real servers."""

import html
import json
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from delivery.channel import GiveUp, NotNeeded, Retry
from delivery.channels import BUILDERS, build_channels
from delivery.email_staff import StaffEmail
from delivery.email_visitor import VisitorEmail
from delivery.http import Receiver
from delivery.links import Links
from delivery.mail import MailServer
from delivery.rendering import environment
from delivery.slack import SlackChannel
from delivery.webhook import WebhookChannel, signer_from
from hairline.channels import NEEDS, channel_names
from hairline.settings import Settings, SettingsError
from leads.clinic import Clinic
from leads.outbox import FOR_THE_CLINIC, FOR_VISITORS, Claim
from leads.records import Lead
from leads.store import utc_now
from leads.views import LeadView
from tests.delivery.leads import CANARY, CANARY_EMAIL, CANARY_NAME, CLINIC, NOW, new_lead, view_of
from tests.delivery.servers import HttpReceiver, Mail, MailReceiver, answer

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LINKS = Links("https://chat.example")
LINK_BAIT = "Win at evil.example"


def claim_of(lead: Lead | None, event: str, channel: str = "any", **payload: Any) -> Claim:
    reference = lead.reference if lead is not None else None
    return Claim("dlv_7", channel, event, reference, "cnv_1", "w", 1, NOW, utc_now() + timedelta(60), payload)


def text_of(mail: Mail, form: str = "plain") -> str:
    body = mail.message.get_body((form,))
    assert body is not None
    return str(body.get_content())


# --- e-mail to staff --------------------------------------------------------------------------------------------------


def staff_mail(mail: MailReceiver, event: str, lead: Lead | None, **payload: Any) -> Mail:
    channel = StaffEmail(MailServer.from_url(mail.url), LINKS, "robot@clinic.example", "desk@clinic.example")
    view = view_of(lead) if lead is not None else None
    channel.send(claim_of(lead, event, **payload), view, CLINIC)
    return mail.mails[-1]


@pytest.mark.parametrize("event", sorted(FOR_THE_CLINIC - {"handoff.waiting"}))
def test_staff_read_everything_in_the_body_and_nothing_personal_in_the_subject(mail: MailReceiver, event: str) -> None:
    lead = new_lead(urgent=True, concern_text="a <b>scar</b> & more", confirmed_start=NOW, confirmed_end=NOW)
    got = staff_mail(mail, event, lead, changed=["time_start", "time_end", "name"])
    assert (got.sender, got.recipients) == ("robot@clinic.example", ["desk@clinic.example"])
    for word in (CANARY, "scar", "07700", "zanzibar"):
        assert word not in str(got.message["Subject"])
    assert lead.reference in str(got.message["Subject"])
    for body in (text_of(got), text_of(got, "html")):
        for shown in (CANARY_NAME, "07700 900123", CANARY_EMAIL, "scars or bald patches", "preferred time, name",
                      f"https://chat.example/desk/leads/{lead.reference}", f"Do you know {CANARY}?"):  # fmt: skip
            assert shown in body
    assert "a <b>scar</b> & more" in text_of(got)
    assert "a &lt;b&gt;scar&lt;/b&gt; &amp; more" in text_of(got, "html")
    assert 'href="tel:+447700900123"' in text_of(got, "html")


def test_staff_read_who_asks_for_whom_and_what_to_mind(mail: MailReceiver) -> None:
    consent = {"given": True, "text": "I agree.", "version": "1", "at": None, "conditions": "don't phone the house"}
    lead = new_lead(for_someone_else=True, someone_else="my dad", asked_by="Gary", remarks=["he is deaf"])
    lead.consent = consent
    got = staff_mail(mail, "lead.updated", lead, changed=["asked_by", "consent", "remarks"])
    for body in (html.unescape(text_of(got, "html")), text_of(got)):
        for shown in ("my dad", "Gary", "he is deaf", "don't phone the house", "who asks for them", "remarks"):
            assert shown in body


def test_an_urgent_call_back_is_told_as_one_and_not_as_a_consultation(mail: MailReceiver) -> None:
    lead = new_lead(
        urgent=True, concern_category=None, concern_text="pus & fever", time_text=None, time_start=None, time_end=None
    )
    for got in (staff_mail(mail, "lead.urgent", lead), staff_mail(mail, "lead.created", lead)):
        for form, words in (("plain", "pus & fever"), ("html", "pus &amp; fever")):
            assert "an urgent call-back, no consultation" in text_of(got, form)
            assert words in text_of(got, form)
            assert "Preferred time" not in text_of(got, form)
    told = text_of(visitor_mail(mail, "lead.created", lead))
    assert "urgent call-back has reached" in told
    assert "999" in told
    assert "consultation" not in told
    assert "appointment" not in told


def test_staff_can_answer_the_visitor_by_replying(mail: MailReceiver) -> None:
    assert str(staff_mail(mail, "lead.created", new_lead()).message["Reply-To"]) == CANARY_EMAIL


@pytest.mark.parametrize("email", ["zoë@visitor.example", "a@b.example\nBcc: x@y.example", "no address", None])
def test_an_odd_address_of_the_visitor_does_not_keep_the_mail_from_staff(mail: MailReceiver, email: str | None) -> None:
    got = staff_mail(mail, "lead.created", new_lead(email=email))
    assert got.recipients == ["desk@clinic.example"]
    assert "Reply-To" not in got.message
    assert "Bcc" not in got.message


def test_staff_hear_of_a_visitor_who_waits(mail: MailReceiver) -> None:
    got = staff_mail(mail, "handoff.waiting", None)
    assert "https://chat.example/desk/conversations/cnv_1" in text_of(got)


def test_the_clinics_own_address_stands_in(mail: MailReceiver) -> None:
    lead = new_lead()
    StaffEmail(MailServer.from_url(mail.url), LINKS).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    assert (mail.mails[0].sender, mail.mails[0].recipients) == (CLINIC.email, [CLINIC.email])


def test_a_sparse_lead_can_be_told(mail: MailReceiver) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("name", "phone", "email", "concern_category", "concern_text", "time_text", "time_start", "time_end")
    )
    got = staff_mail(mail, "lead.incomplete", new_lead(**nothing, consent={}, open_questions=[], questions=[]))
    assert "Consent: not given" in text_of(got)


# --- e-mail to the visitor --------------------------------------------------------------------------------------------


def visitor_mail(mail: MailReceiver, event: str, lead: Lead, clinic: Clinic = CLINIC, **view: Any) -> Mail:
    channel = VisitorEmail(MailServer.from_url(mail.url), "robot@clinic.example")
    channel.send(claim_of(lead, event), LeadView(lead, (), **view), clinic)
    return mail.mails[-1]


def ics_of(mail: Mail) -> tuple[str, Calendar]:
    (shown,) = [it for it in mail.message.walk() if it.get_content_type() == "text/calendar"]
    (attached,) = [it for it in mail.message.walk() if it.get_filename() == "consultation.ics"]
    content = attached.get_payload(decode=True)
    assert content == shown.get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    method = str(shown.get_param("method"))
    assert method == calendar["method"]
    return method, calendar


def test_a_visitor_reads_what_was_asked_the_promise_and_how_to_reach_the_clinic(mail: MailReceiver) -> None:
    now = utc_now()
    lead = new_lead(created_at=now)
    got = visitor_mail(mail, "lead.created", lead)
    promised = CLINIC.callback_by(now)
    assert promised is not None
    assert got.recipients == [CANARY_EMAIL]
    assert str(got.message["Reply-To"]) == CLINIC.email
    for body in (text_of(got), text_of(got, "html")):
        for shown in (f"Hello {CANARY_NAME}", lead.reference, CLINIC.describe_moment(promised), CLINIC.name,
                      "0161 496 0123", CLINIC.email, "not an appointment yet"):  # fmt: skip
            assert shown in body
    method, calendar = ics_of(got)
    assert (method, calendar.events[0]["status"]) == ("REQUEST", "TENTATIVE")


def test_a_promise_that_has_passed_is_not_made(mail: MailReceiver) -> None:
    got = visitor_mail(mail, "lead.created", new_lead(created_at=utc_now() - timedelta(days=60)))
    assert "Somebody will get in touch." in text_of(got)


def test_confirming_and_cancelling_move_the_same_entry(mail: MailReceiver) -> None:
    lead = new_lead()
    _, tentative = ics_of(visitor_mail(mail, "lead.created", lead))
    lead.status, lead.confirmed_start, lead.confirmed_end = "confirmed", NOW, NOW + timedelta(minutes=30)
    lead.calendar_sequence = 1
    got = visitor_mail(mail, "lead.confirmed", lead)
    assert "Tuesday 24 November 2026 at 12 noon to 12:30 pm" in text_of(got)
    _, confirmed = ics_of(got)
    lead.calendar_sequence = 2
    method, cancelled = ics_of(visitor_mail(mail, "lead.cancelled", lead))
    assert method == "CANCEL"
    entries = [it.events[0] for it in (tentative, confirmed, cancelled)]
    assert len({it["uid"] for it in entries}) == 1
    assert [it["sequence"] for it in entries] == [0, 1, 2]
    assert [it["status"] for it in entries] == ["TENTATIVE", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize("event", sorted(FOR_VISITORS))
def test_every_news_has_its_words(mail: MailReceiver, event: str) -> None:
    got = visitor_mail(mail, event, new_lead(), question="Does it hurt?", answer="Ask us.\n\n<b>Call</b>")
    assert got.message["Subject"]
    assert CLINIC.name in text_of(got)
    assert "<b>Call" not in text_of(got, "html")


def test_without_a_time_there_is_no_entry(mail: MailReceiver) -> None:
    got = visitor_mail(mail, "lead.created", new_lead(time_start=None, time_end=None, time_text=None))
    assert [it.get_content_type() for it in got.message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("event", sorted(FOR_VISITORS))
def test_nothing_a_stranger_could_click_is_sent_to_an_unchecked_address(mail: MailReceiver, event: str) -> None:
    bait = {"name": LINK_BAIT, "concern_text": LINK_BAIT, "time_text": LINK_BAIT, "time_start": None}
    lead = new_lead(**bait, questions=[LINK_BAIT], open_questions=[LINK_BAIT])
    got = visitor_mail(mail, event, lead, question=LINK_BAIT, answer="Yes.")
    assert "evil" not in got.message.as_string()


@pytest.mark.parametrize("changes", [{"email": None}, {"consent": {"given": False}}, {"consent": {}}])
def test_a_visitor_without_consent_or_address_gets_nothing(mail: MailReceiver, changes: dict[str, Any]) -> None:
    with pytest.raises(NotNeeded):
        visitor_mail(mail, "lead.created", new_lead(**changes))
    assert mail.mails == []


@pytest.mark.parametrize(
    ("event", "later"),
    [
        ("lead.created", "lead.confirmed"),
        ("lead.created", "lead.cancelled"),
        ("lead.updated", "lead.updated"),
        ("lead.confirmed", "lead.cancelled"),
    ],
)
def test_old_news_that_is_no_longer_true_is_not_sent(mail: MailReceiver, event: str, later: str) -> None:
    with pytest.raises(NotNeeded):
        visitor_mail(mail, event, new_lead(), later=(later,))


def test_a_withdrawn_answer_is_not_sent(mail: MailReceiver) -> None:
    with pytest.raises(NotNeeded):
        visitor_mail(mail, "question.answered", new_lead())


def test_a_hostile_address_gets_nothing(mail: MailReceiver) -> None:
    with pytest.raises(GiveUp):
        visitor_mail(mail, "lead.created", new_lead(email="a@b.example, c@d.example"))
    assert mail.mails == []


# --- webhook ----------------------------------------------------------------------------------------------------------


def webhook(receiver: HttpReceiver, secret: str | None = SECRET) -> WebhookChannel:
    return WebhookChannel(Receiver(receiver.url, allow_private=True), signer_from(secret))


def test_a_receiver_with_the_secret_can_verify_the_lead(receiver: HttpReceiver) -> None:
    lead = new_lead()
    webhook(receiver).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    (got,) = receiver.requests
    content = Webhook(SECRET).verify(got.body, got.headers)
    assert got.headers["webhook-id"] == "dlv_7"
    assert (content["type"], content["timestamp"]) == ("lead.created", NOW.isoformat())
    assert content["data"] == view_of(lead).as_json()
    assert content["data"]["name"] == CANARY_NAME


def test_a_receiver_with_another_secret_does_not_believe_it(receiver: HttpReceiver) -> None:
    lead = new_lead()
    webhook(receiver).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    (got,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(got.body, got.headers)


def test_every_attempt_carries_the_same_id(receiver: HttpReceiver) -> None:
    receiver.answers[:] = [answer(500), answer(200)]
    lead = new_lead()
    with pytest.raises(Retry):
        webhook(receiver).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    webhook(receiver).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    assert [it.headers["webhook-id"] for it in receiver.requests] == ["dlv_7", "dlv_7"]


def test_a_waiting_conversation_is_posted_without_a_lead(receiver: HttpReceiver) -> None:
    webhook(receiver).send(claim_of(None, "handoff.waiting"), None, CLINIC)
    assert json.loads(receiver.requests[0].body)["data"] == {"conversation": "cnv_1"}


def test_without_a_secret_there_is_no_signature(receiver: HttpReceiver) -> None:
    lead = new_lead()
    webhook(receiver, None).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    assert "webhook-signature" not in receiver.requests[0].headers


def test_a_private_receiver_is_refused_unless_it_is_allowed(receiver: HttpReceiver) -> None:
    lead = new_lead()
    with pytest.raises(GiveUp):
        WebhookChannel(Receiver(receiver.url), None).send(claim_of(lead, "lead.created"), view_of(lead), CLINIC)
    assert receiver.requests == []


# --- Slack ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", sorted(FOR_THE_CLINIC))
def test_slack_gets_one_line_with_the_category_at_most(receiver: HttpReceiver, event: str) -> None:
    lead = None if event == "handoff.waiting" else new_lead(concern_text="alopecia")
    channel = SlackChannel(Receiver(receiver.url, allow_private=True), LINKS)
    channel.send(claim_of(lead, event), view_of(lead) if lead is not None else None, CLINIC)
    text = json.loads(receiver.requests[0].body)["text"]
    assert len(text.strip().splitlines()) == 1
    assert "https://chat.example/desk/" in text
    for word in (CANARY, "zanzibar", "alopecia", "07700", "+44"):
        assert word not in text
    assert lead is None or "scars or bald patches" in text


# --- which channels exist ---------------------------------------------------------------------------------------------


def test_the_settings_decide_which_channels_exist() -> None:
    assert channel_names(Settings()) == ()
    everything = Settings(
        smtp_url="smtp://localhost",
        webhook_url="https://a.example",
        webhook_secret=SECRET,
        slack_url="https://b.example",
    )
    assert channel_names(everything) == tuple(NEEDS) == ("email_staff", "email_visitor", "webhook", "slack")
    assert [it.name for it in build_channels(everything)] == list(NEEDS)
    assert [it.name for it in build_channels(Settings(slack_url="https://b.example"))] == ["slack"]


def test_every_channel_can_be_built() -> None:
    assert set(BUILDERS) == set(NEEDS)


def test_a_secret_that_cannot_sign_stops_the_start_and_is_not_shown() -> None:
    settings = Settings(webhook_url="https://a.example", webhook_secret="whsec_€€€")
    with pytest.raises(SettingsError, match="HAIRLINE_WEBHOOK_SECRET") as raised:
        build_channels(settings)
    assert "€" not in str(raised.value)


def test_every_template_compiles() -> None:
    for name in environment().list_templates(extensions=["j2"]):
        environment().get_template(name)
