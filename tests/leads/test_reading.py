"""What a message says, in the light of what was asked: details, questions, yes and no."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leads.booking import calendar_of
from leads.clinic import load_clinic
from leads.reading import Reading, concern_category, read_message
from leads.reading.asides import (
    asks_about_the_question,
    asks_for_time,
    asks_how_it_stands,
    asks_if_open_now,
    asks_what_is_noted,
    calls_off,
)
from leads.reading.concerns import tells_of_another
from leads.reading.forms import wants_booking
from leads.reading.whom import Second, both, meant_by
from leads.understanding import Segment, Understanding

CLINIC = load_clinic(Path(__file__).parents[2] / "clinic.yml")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


def read(
    text: str,
    asked: str | None = None,
    topic: str = "inform",
    decision: str = "sure",
    *,
    other: bool = False,
    two: bool = False,
) -> Reading:
    """Read one segment, without any entity: what the engine does not see has to be found in the words."""
    understood = Understanding((Segment(text, 0, len(text), topic, 0.9, decision),))
    calendar = calendar_of(CLINIC)
    booking = asked is not None
    return read_message(text, understood, asked, NOW, calendar, "GB", booking=booking, other=other, two=two)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("book me in please, Priya Patel 07700 900321 thinning crown, friday morning", "Priya Patel"),
        ("can i book in? priya patel, 07700900321, thinning crown, friday am", "Priya Patel"),
        ("Consultation pls. Tom Baker. tom@example.org. Receding hairline.", "Tom Baker"),
        ("book a consultation for Rosa Silva, rosa@example.com", "Rosa Silva"),
        ("Name: Gregor MacDonald\nMobile: 07700 900555", "Gregor MacDonald"),
        ("I'd love to book in, Eleanor Vance here, eleanor@example.com", "Eleanor Vance"),
        ("my number is 07700 900321 and my crown is thinning", None),
        ("can I book a consultation for my son, he's 15", None),
        ("oh no that's my sister's number, mine is 07700 900101", None),
        ("my whatsapp number is 07700 900 345", None),
        ("telephone number is 07700 900345", None),
        ("book me in, Sam Field, no wait, Samuel Field, 07700 900321", "Samuel Field"),
        ("Name: Sam Field, sorry, Pam Field\nMobile: 07700 900555", "Pam Field"),
    ],
)
def test_a_name_in_a_note(text: str, name: str | None) -> None:
    assert read(text, decision="offer").name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Will", "Will"),
        ("just Sam", "Sam"),
        ("everyone calls me Baz", "Baz"),
        ("Kim 😀", "Kim"),
        ("sorry I mean", None),
        ("still no", None),
        ("you've got my name wrong", None),
        ("07700 900321", None),
        ("Jo <script>alert(1)</script>", "Jo"),
        ("<b>Tom Baker</b>", "Tom Baker"),
        ("<script>alert(1)</script>", None),
        ("my name is margaret thornton full stop", "Margaret Thornton"),
    ],
)
def test_an_answer_to_the_question_for_the_name(text: str, name: str | None) -> None:
    assert read(text, "name").name == name


@pytest.mark.parametrize(
    ("text", "category", "words"),
    [
        ("book me in, Ann Lee, 07700 900321, thinning crown, friday", "pattern_baldness", "thinning crown"),
        ("I've got a bald patch from alopecia, can I arrange a consultation?", "scars_and_patches", "bald patch"),
        ("hiya wanna book in im dave 07700900444 receding badly free friday", "receding_hairline", "receding badly"),
        ("actually it's not thinning, it's a scar from surgery, book me in", "scars_and_patches", "scar from surgery"),
    ],
)
def test_a_concern_among_other_things(text: str, category: str, words: str) -> None:
    concern = read(text, decision="offer").concern
    assert concern is not None
    assert concern[0] == category
    assert words in concern[1]


@pytest.mark.parametrize(
    ("text", "category", "words"),
    [
        (
            "it is for my scar full stop i had an operation",
            "scars_and_patches",
            "it is for my scar. i had an operation",
        ),
        ("do you do scars? that's what I have", "scars_and_patches", "scars"),
        ("botched smp from another clinic", "other", "botched smp from another clinic"),
    ],
)
def test_an_answer_to_the_question_for_the_concern(text: str, category: str, words: str) -> None:
    topic = "scars_and_patches" if "?" in text else "removal"
    assert read(text, "concern", topic, "sure" if "?" in text else "offer").concern == (category, words)


def test_a_name_after_a_question_is_taken() -> None:
    reading = read("why do you need my name? it's Otis", "name", "privacy")
    assert (reading.name, len(reading.questions)) == ("Otis", 1)
    assert read("does it hurt? I'm scared of needles", "name", "pain").name is None
    assert read("what for? just asking", "name", "privacy").name is None


def test_a_concern_told_before_a_question_is_taken() -> None:
    concern = read("her parting is widening. does it work for women?", "concern", "pattern_baldness").concern
    assert concern == ("pattern_baldness", "her parting is widening")


def test_a_name_and_a_time_are_changed_in_one_message() -> None:
    reading = read("change my name to Bob Smith and the time to thursday 6pm", "confirm", "correct_detail")
    assert reading.name == "Bob Smith"
    assert reading.time is not None


def test_a_time_after_ok_is_no_agreement() -> None:
    reading = read("ok then friday at 3", "consent", "affirm")
    assert reading.time is not None
    assert not reading.yes
    assert not read("ok the earliest you have", "consent", "affirm").yes
    assert read("ok that's fine", "consent", "affirm").yes


def test_a_concern_that_is_only_asked_about_is_nobodys() -> None:
    assert read("do you do scars?", "concern", "scars_and_patches").concern is None


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("email is better, sam@example.com, and drop the phone", {"phone"}),
        ("use 07700 900321, not my email", {"email"}),
        ("take my phone off and use leigh@example.com", {"phone"}),
        ("take the e-mail address out, use 07700 900321", {"email"}),
        ("sam@example.com", set()),
    ],
)
def test_what_is_to_be_taken_out(text: str, dropped: set[str]) -> None:
    assert read(text, "confirm").dropped == dropped


@pytest.mark.parametrize(
    "text", ["wait, my number is wrong, it's 07700 900201", "oops I meant ann@example.com", "asdfgh"]
)
def test_what_is_no_concern_at_its_question(text: str) -> None:
    assert read(text, "concern").concern is None


@pytest.mark.parametrize(
    ("text", "asked", "yes", "no"),
    [
        ("yes", "consent", True, False),
        ("fine, I agree", "consent", True, False),
        ("no I don't agree", "consent", False, True),
        ("not sure", "consent", False, False),
        ("yes but only call me after 6pm", "consent", True, False),
        ("I don't want you to store my data", "consent", False, True),
        ("no problem", "consent", True, False),
        ("👍", "confirm", True, False),
        ("looks good, send it", "confirm", True, False),
        ("no wait, make it friday", "confirm", False, False),
    ],
)
def test_yes_and_no(text: str, asked: str, yes: bool, no: bool) -> None:
    reading = read(text, asked)
    assert (reading.yes, reading.no) == (yes, no)


def test_a_condition_is_kept_in_the_visitors_words_and_is_no_preferred_time() -> None:
    reading = read("yes but only call me after 6pm", "consent")
    assert reading.conditions == "but only call me after 6pm"
    assert reading.time is None


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("please don't call me, I prefer email", {"phone"}),
        ("no phone and no email", {"phone", "email"}),
        ("I'd rather not", set()),
    ],
)
def test_which_contact_is_refused(text: str, refused: set[str]) -> None:
    assert read(text, "contact").refused == refused


@pytest.mark.parametrize(
    "text",
    [
        "book me in",
        "can I get an appointment?",
        "could someone call me back",
        "would you please ask somebody to telephone me",
        "I'd like to arrange a consultation",
        "book",
    ],
)
def test_a_wish_for_a_consultation(text: str) -> None:
    assert wants_booking(text)


@pytest.mark.parametrize(
    "text",
    [
        "what happens at a consultation?",
        "I want to cancel my appointment",
        "I don't want to book a consultation",
        "is the consultation free?",
        "how do I book?",
    ],
)
def test_no_wish_for_a_consultation(text: str) -> None:
    assert not wants_booking(text)


@pytest.mark.parametrize(
    "text",
    ["why do you need that?", "what exactly am I agreeing to?", "who sees this?", "how long do you keep it", "why?"],
)
def test_a_question_about_the_question(text: str) -> None:
    assert asks_about_the_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "hmm",
        "one sec",
        "brb",
        "ok hang on",
        "Hold on a minute please",
        "let me check my calendar",
        "give me 5 minutes",
        "hmm let me think, I'll come back",
        "not sure, let me ask my wife",
        "I'll get back to you tomorrow",
        "i'll have to think about the consent",
        "can i think about it",
        "let me see if I'm free then",
        "can I just check with my wife",
        "Ok hold on my bus is here",
        "hang on someone's at the door",
        "brb dog",
        "wait, my boss is calling",
        "one sec, I've got to get off",
        "I'll wait",
    ],
)
def test_a_moment_is_asked_for(text: str) -> None:
    assert asks_for_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "hmm yes", "hang on, it's Bob", "wait", "one session", "let me know", "thinning", "not sure", "ok", "...",
        "can I see some photos?", "let me see before and after pictures", "can I get the buzz cut look?",
        "may I look around the clinic", "hold on, my name is Bob", "wait my number is wrong", "hang on my hair is thin",
        "hang on, my dad is called Bob", "wait, is my crown too thin?", "hold on 07700 900123",
    ],
)  # fmt: skip
def test_no_moment_is_asked_for(text: str) -> None:
    assert not asks_for_time(text)


def test_a_number_found_meanwhile_is_no_mere_hesitation() -> None:
    reading = read("let me find my number 07700 900321", "phone")
    assert not reading.waits
    assert reading.phones


@pytest.mark.parametrize("text", ["cancel it", "I need to cancel", "can you cancel my request please", "call it off"])
def test_a_request_is_called_off(text: str) -> None:
    assert calls_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "what if I cancel?",
        "is there a cancellation fee?",
        "can I cancel later if I need to?",
        "I don't want a transplant",
    ],
)
def test_a_request_is_not_called_off(text: str) -> None:
    assert not calls_off(text)


@pytest.mark.parametrize(
    "text",
    ["what did you note down for me?", "which number did I give", "what's my reference", "read that back please"],
)
def test_it_is_asked_what_was_noted(text: str) -> None:
    assert asks_what_is_noted(text)


@pytest.mark.parametrize(
    "text", ["what do you have for scars?", "what did you say about pain?", "what time are you open"]
)
def test_it_is_not_asked_what_was_noted(text: str) -> None:
    assert not asks_what_is_noted(text)


@pytest.mark.parametrize(
    ("text", "topic", "concern", "asked"),
    [
        (
            "bald patch from alopecia, is it any good for that?",
            "scars_and_patches",
            "bald patch from alopecia",
            "contact",
        ),
        ("my crown is thinning. does it hurt", "pain", "crown is thinning", "contact"),
        ("if I go bald later, will it still look natural?", "natural_look", None, "time"),
    ],
)
def test_what_is_told_beside_a_question_is_kept(text: str, topic: str, concern: str | None, asked: str) -> None:
    reading = read(text, asked, topic)
    assert [one.topic for one in reading.questions] == [topic]
    assert (reading.concern and reading.concern[1]) == concern


def test_a_question_keeps_what_was_told_for_its_sake() -> None:
    question = read("I'm on warfarin, is that a problem?", "concern", "medical_question").questions[0]
    assert question.text == "I'm on warfarin, is that a problem?"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("book for my wife please", "my wife"),
        ("it's for my son's receding hairline", "my son"),
        ("want it for my daughter's wedding", None),
        ("it's not for my wife", None),
        ("my husband Greg needs an appointment", "my husband"),
        ("my boss wants me to look tidy", None),
    ],
)
def test_whom_it_is_for(text: str, who: str | None) -> None:
    assert read(text, "contact").someone_else == who


def test_a_no_before_a_question_is_no_refusal() -> None:
    assert not read("no wait how long do you keep my data", "consent", "privacy").no


@pytest.mark.parametrize("topic", ["affirm", "privacy", "out_of_scope"])
def test_a_question_is_no_yes(topic: str) -> None:
    assert not read("so what happens if I say yes?", "consent", topic).yes
    assert read("correct", "confirm", "affirm").yes
    assert not read("correct", "confirm", "affirm").corrects


@pytest.mark.parametrize(
    ("text", "name", "asker"),
    [
        ("I'm Karen, booking for my son", None, "Karen"),
        ("07700 900321, im his uncle Tunde", None, "Tunde"),
        ("book for me and not for my wife, I'm Henrik", "Henrik", None),
        ("my name is Karen Lee", "Karen Lee", None),
    ],
)
def test_who_asks_is_told_apart_from_whom_it_is_for(text: str, name: str | None, asker: str | None) -> None:
    reading = read(text, "contact")
    assert (reading.name, reading.asker) == (name, asker)


@pytest.mark.parametrize(
    ("text", "name", "asker"),
    [
        ("07700 900321 that's my number, I'm Carmen", None, "Carmen"),
        ("my name is Trish", None, "Trish"),
        ("her name is Inés Ruiz and I'm Élodie", "Inés Ruiz", "Élodie"),
        ("Norman Pike, I'm Gary", "Norman Pike", "Gary"),
        ("I'm 45 and she is 19", None, None),
    ],
)
def test_who_writes_for_somebody_else_is_not_the_one_it_is_for(text: str, name: str | None, asker: str | None) -> None:
    reading = read(text, "name", other=True)
    assert (reading.name, reading.asker) == (name, asker)


def test_who_someone_is_to_the_other_makes_it_a_request_for_them() -> None:
    reading = read("I'm Cy's sister Jane by the way, doing this for him", "consent")
    assert (reading.name, reading.asker, reading.someone_else) == (None, "Jane", "him")
    assert read("I'm Ruth, the sister of nobody", "contact").someone_else is None


@pytest.mark.parametrize(
    "text",
    [
        "let's book her in for a chat then. Her name's Priya",
        "an appointment for him please",
        "it's for someone else",
        "I'm asking for somebody",
    ],
)
def test_no_sentence_is_whom_it_is_for(text: str) -> None:
    assert read(text, "contact").someone_else in (None, "him", "her", "somebody else")


@pytest.mark.parametrize(
    ("text", "name", "second"),
    [
        ("one for me (Gary Pike) and one for my dad (Norman Pike)", "Gary Pike", Second("Norman Pike")),
        ("I'm Sanjay Patel and he is Vikram", "Sanjay Patel", Second("Vikram")),
        ("07700 900301 for me, 07700 900302 for him", None, Second(phone="+447700900302")),
        ("mine is 07700 900301 and his is 07700 900302", None, Second(phone="+447700900302")),
        ("my sister's number is 07700 900302", None, Second(phone="+447700900302")),
        ("07700 900301 and I'm Ann", "Ann", Second()),
    ],
)
def test_what_is_the_seconds_of_two_is_not_the_firsts(text: str, name: str | None, second: Second) -> None:
    reading = read(text, "contact", two=True)
    assert reading.second == second
    assert reading.name == name
    assert [found.value for found in reading.phones if found.value == second.phone] == []


def test_a_phone_told_with_the_seconds_name_is_theirs_unless_the_own_was_asked_for() -> None:
    text = "and his name is Ben Lee, 07700 900412"
    assert read(text, "concern", two=True).second == Second("Ben Lee", "+447700900412")
    assert read(text, "contact", two=True).second == Second("Ben Lee")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("could me and my brother both come for a consultation", "my brother"),
        ("book for me and my wife", "my wife"),
        ("can you book my husband and me in?", "my husband"),
        ("my dad and I would like to book", "my dad"),
        ("me and my brother argued about hair", None),
        ("my wife wants one", None),
    ],
)
def test_two_who_wish_to_come(text: str, who: str | None) -> None:
    assert both(text) == who


@pytest.mark.parametrize(
    ("word", "before", "who"),
    [
        ("her", "my wife", "my wife"),
        ("him", "my wife", "somebody else"),
        ("him", None, "somebody else"),
        ("somebody else", "my friend", "my friend"),
    ],
)
def test_a_pronoun_means_whom_was_spoken_of(word: str, before: str | None, who: str) -> None:
    assert meant_by(word, before) == who


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("07700 900321. I'm deaf, so no calls!", "I'm deaf, so no calls"),
        ("can u whatsapp me on 07700 900321", "can u whatsapp me on 07700 900321"),
        ("thinning, please text me instead", "thinning, please text me instead"),
        ("call me on 07700 900321", None),
        ("please don't phone the house", "please don't phone the house"),
        ("call me not him. thinning", "call me not him"),
        ("please ring me before 10 only", "please ring me before 10 only"),
        ("only email, after noon", "only email, after noon"),
        ("ring my mum on weekday mornings", "ring my mum on weekday mornings"),
        ("my insta is @jayd", "my insta is @jayd"),
        ("call me Al", None),
        ("I only got thin at the front", None),
        ("don't call it a tattoo", None),
    ],
)
def test_how_to_get_in_touch_is_kept(text: str, wish: str | None) -> None:
    assert read(text, "concern").contact_wish == wish
    assert read("no calls please", "contact").contact_wish is None


def test_a_restriction_is_kept_where_a_contact_is_asked_for_as_well() -> None:
    assert read("please don't phone the house", "contact").contact_wish == "please don't phone the house"
    assert read("please don't call me, I prefer email", "contact").contact_wish is None  # chooses between the two


def test_when_to_be_rung_is_not_when_to_come() -> None:
    assert read("please only email before noon", "confirm").time is None
    assert read("thursday before noon", "confirm").time is not None


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("can you tell the practitioner that I'm on tamoxifen?", "can you tell the practitioner that I'm on tamoxifen"),
        ("thinning. please let them know I'm in a wheelchair", "please let them know I'm in a wheelchair"),
        ("note: allergic to latex", "note: allergic to latex"),
        ("can you tell me about pain", None),
        ("tell them", None),
    ],
)  # fmt: skip
def test_what_is_to_be_passed_on(text: str, remark: str | None) -> None:
    assert read(text, "concern").remark == remark


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("is it confirmed?", True),
        ("has my request been accepted", True),
        ("when will I hear from you", True),
        ("when are you going to ring", False),
        ("how long until someone gets back to me", True),
        ("is it permanent?", False),
        ("when does it fade", False),
    ],
)
def test_asking_how_the_request_stands(text: str, asks: bool) -> None:
    assert asks_how_it_stands(text) == asks


def test_a_yes_stands_beside_a_question() -> None:
    reading = read("yes but can I bring a friend?", "confirm", "affirm", "offer")
    assert reading.yes
    assert [one.text for one in reading.unclear] == ["can I bring a friend?"]
    assert read("will someone call me? yes send", "confirm", "book_consultation").yes


def test_a_time_is_kept_as_its_phrase() -> None:
    time = read("can you change the time to saturday", "confirm", "correct_detail").time
    assert time is not None
    assert time.text == "saturday"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name isn't Pat it's Patricia", "Patricia"),
        ("my name is not john, it's jon", "Jon"),
        ("it's Jon not John", "Jon"),
        ("no hold on, my name is spelt Inês", "Inês"),
        ("change that, name is X Æ Jones", "X Æ Jones"),
        ("it's not a scar, it's thinning", None),
    ],
)
def test_a_name_that_is_put_right(text: str, name: str | None) -> None:
    assert read(text, "confirm", "correct_detail").name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("D", "D"),
        ("it's J.", "J"),
        ("y", None),
        ("k", None),
        ("call me Al, everybody does", "Al"),
        ("sometime this week", None),
        ("call me back tomorrow", None),
    ],
)
def test_short_answers_to_the_question_for_the_name(text: str, name: str | None) -> None:
    assert read(text, "name").name == name


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("receding hairline not a bald patch", "receding_hairline"),
        ("it isn't thinning, it's a scar", "scars_and_patches"),
        ("not just thinning on top, the front too", "receding_hairline"),
        ("I'm not happy with my hairline", "receding_hairline"),
        ("lost some hair at the front after chemo", "other"),
        ("a bald patch since the radiotherapy", "scars_and_patches"),
        ("the one on the back of my head from a fall", "scars_and_patches"),
        ("alopecia areata", "scars_and_patches"),
    ],
)
def test_the_category_is_of_what_it_is(text: str, category: str) -> None:
    assert concern_category(text) == category


def test_the_whole_of_what_is_answered_is_the_concern() -> None:
    text = "it's very thin on top, always has been since the change"
    assert read(text, "concern").concern == ("pattern_baldness", text)
    text = "I have had a mastectomy and chemo, lost my eyebrows and some hair at the front"
    assert read(text, "concern", "medical_question").concern == ("other", text)
    assert read("change my number please", "concern").concern is None


@pytest.mark.parametrize(
    ("text", "adds"),
    [("also it's more of a scar", True), ("change it to a scar instead", False), ("the one from my fall", True)],
)
def test_a_concern_told_beside_another(text: str, adds: bool) -> None:
    assert read(text, "confirm").adds_concern == adds


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("I also have a scar on my crown, can you add that", True),
        ("I've got a bald patch as well", True),
        ("can you also do scars?", False),
        ("does my scar need a touch-up as well?", False),
    ],
)
def test_another_concern_after_sending(text: str, tells: bool) -> None:
    assert tells_of_another(text) == tells


@pytest.mark.parametrize(
    "text",
    [
        "whats the number",
        "what's your phone number?",
        "give me the clinic's number",
        "is there a number I can call",
        "is anyone there now?",
        "is somebody there",
        "are you open today?",
        "what time are you open until today",
        "are they still open?",
        "when do you close tonight",
    ],
)
def test_it_is_asked_how_to_reach_the_clinic_now(text: str) -> None:
    assert asks_if_open_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "are you open on saturday?",
        "my number is 07700 900321",
        "what number did I give you",
        "what's my number",
        "change the number",
        "is anyone happy with theirs?",
        "can I book for today",
        "how many sessions",
        "I want it now",
    ],
)
def test_it_is_not_asked_how_to_reach_the_clinic_now(text: str) -> None:
    assert not asks_if_open_now(text)


def test_a_moment_may_be_taken_beside_a_question() -> None:
    reading = read("I'll wait. But how natural does it look?", "name", "natural_look")
    assert reading.waits
    assert [one.topic for one in reading.questions] == ["natural_look"]
    assert not read("hang on, is the consultation free?", "confirm", "consultation_info").waits
