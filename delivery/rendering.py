"""Filling the templates of e-mails and messages. All their words stand in delivery/templates/."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from leads.clinic import Clinic, describe_phone, describe_time
from leads.plain import is_linkless, one_line, tidy_lines

TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, /, **values: object) -> str:
    """Fill a template. A value that it names and nobody gives is an error; .html.j2 escapes what it gets."""
    return environment().get_template(name).render(values).strip() + "\n"


def split_subject(rendered: str) -> tuple[str, str]:
    """Part a text template's first line, `Subject: ...`, from the rest."""
    subject, _, text = rendered.partition("\n")
    assert subject.startswith("Subject: "), "a text template starts with its subject"
    return subject.removeprefix("Subject: "), re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


@cache
def environment() -> Environment:
    """The templates and what they may use."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(line=one_line, lines=tidy_lines, echo=echo, phone=describe_phone, paragraphs=paragraphs)
    made.globals["span"] = describe_span
    return made


def echo(text: str | None, limit: int = 80) -> str:
    """Give back what a visitor typed to an address that nobody has checked: short and without links, else nothing."""
    line = one_line(text or "", limit)
    return line if is_linkless(line) else ""


def paragraphs(text: str) -> list[list[str]]:
    """Part a text into its paragraphs, and those into their lines."""
    return [block.splitlines() for block in text.strip().split("\n\n") if block.strip()]


def describe_span(clinic: Clinic, start: datetime | None, end: datetime | None) -> str:
    """Give a stretch of time on the clinic's clock, such as 'Tuesday 24 November 2026 at 3 pm to 4 pm'; "" for none."""
    if start is None or end is None:
        return ""
    first, last = clinic.local(start), clinic.local(end)
    until = describe_time(last.time()) if first.date() == last.date() else clinic.describe_moment(last)
    return f"{clinic.describe_moment(first)} to {until}"
