"""Every setting of Hairline: read from `.env` and the environment, checked once, handed on as one value.

Nothing is read when this module is imported; `load()` reads. The environment wins over `.env`; an empty value means
"as if it were not set". Each setting also stands in `.env.example`, and a test keeps the two equal.
"""

import dataclasses
import difflib
import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from dotenv.parser import parse_stream
from limits import parse_many

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "HAIRLINE_"
ENV_FILE_VARIABLE = "HAIRLINE_ENV_FILE"
"""Names another file than `.env`; it cannot stand in the file itself, so it is no field of `Settings`."""

MOST_WORKERS = 32
"""Of one kind, on one machine."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """One or more settings are wrong. `lines` says each fault with its mend and never repeats a secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _text(value: str) -> str:
    return value


def _host(value: str) -> str:
    if value == "localhost":
        return value
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(
            "is not an address of this machine; use 127.0.0.1 (this machine only) or 0.0.0.0 (all networks)"
        ) from None


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise ValueError("is not a port; use a number from 1 to 65535, such as 8000")
    return int(value)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST_WORKERS):
        raise ValueError(f"is not a number of processes; use a number from 1 to {MOST_WORKERS}")
    return int(value)


def _path(value: str) -> Path:
    return ROOT / Path(value).expanduser()


def _database_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1 and not rest.startswith("/:"):
        return f"sqlite:///{_path(rest[1:])}"
    if separator and scheme in ("postgresql", "postgres", "postgresql+psycopg") and urlsplit(f"x://{rest}").path[1:]:
        return f"postgresql+psycopg://{rest}"
    raise ValueError(
        "is not a database Hairline can use; write sqlite:///var/hairline.db or postgresql://user:password@host/name"
    )


def _trackers_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not (separator and scheme in ("postgresql", "postgres") and urlsplit(f"x://{rest}").path[1:]):
        raise ValueError("is not PostgreSQL; write it like postgresql://hairline_rasa:password@host/name")
    return f"postgresql://{rest}"


def _url(*schemes: str, example: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in schemes or not parts.hostname or any(character.isspace() for character in value):
            raise ValueError(f"is not a complete address; write it like {example}")
        return value.rstrip("/") if parts.path == "/" and not parts.query else value

    return parse


def _rate_limit(value: str) -> str:
    if value.lower() == "off":
        return "off"
    try:
        parse_many(value)
    except ValueError:
        raise ValueError("is not a rate; write it like 30/minute or 30/minute;300/hour, or off") from None
    return value


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("is not a list of addresses; write it like 127.0.0.1, 10.0.0.0/8") from None


def _email(value: str) -> str:
    name, at, domain = value.strip().rpartition("@")
    if not (name and at and "." in domain) or any(character.isspace() for character in value.strip()):
        raise ValueError("is not an e-mail address; write it like desk@clinic.example")
    return value.strip()


def _yes_or_no(value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError("is neither yes nor no")
    return value.lower() in ("yes", "true", "1")


def _log_level(value: str) -> str:
    if value.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("is not a level; use debug, info, warning or error")
    return value.lower()


def _log_format(value: str) -> str:
    if value.lower() not in ("json", "text"):
        raise ValueError("is no format; use json or text")
    return value.lower()


def _setting(default: str | None, parse: Callable[[str], Any] = _text, *, secret: bool = False) -> Any:
    """A field read from HAIRLINE_<NAME>. The value of a secret one is never shown, in errors or in `repr`."""
    return dataclasses.field(
        default=None if default is None else parse(default),
        repr=not secret,
        metadata={"parse": parse, "secret": secret},
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, valid and complete. What each means stands in `.env.example`."""

    host: str = _setting("127.0.0.1", _host)
    port: int = _setting("8000", _port)
    public_url: str = _setting("http://127.0.0.1:8000", _url("http", "https", example="https://chat.clinic.example"))
    """Without a value: made of `host` and `port`."""
    rasa_port: int = _setting("5005", _port)
    actions_port: int = _setting("5055", _port)
    web_workers: int = _setting("1", _count)
    rasa_workers: int = _setting("1", _count)
    actions_workers: int = _setting("1", _count)
    delivery_workers: int = _setting("1", _count)
    clinic: Path = _setting("clinic.yml", _path)
    var: Path = _setting("var", _path)
    database_url: str = _setting("sqlite:///var/hairline.db", _database_url, secret=True)
    """For SQLAlchemy: `sqlite:///<absolute path>` or `postgresql+psycopg://...`. Without a value: in `var`."""
    redis_url: str | None = _setting(
        None, _url("redis", "rediss", "unix", example="redis://127.0.0.1:6379/0"), secret=True
    )
    trackers_url: str | None = _setting(None, _trackers_url, secret=True)
    """For Rasa's driver: `postgresql://...`; needs `redis_url`. without a value each Rasa worker has its own memory."""
    api_key: str | None = _setting(None, secret=True)
    internal_secret: str | None = _setting(None, secret=True)
    """What web, Rasa and the action server show each other; the supervisor makes one where none is set."""
    rate_limit: str = _setting("30/minute", _rate_limit)
    """In the notation of the library `limits`, or "off"."""
    trusted_proxies: tuple[Network, ...] = _setting("", _networks)
    smtp_url: str | None = _setting(
        None,
        _url("smtp", "smtps", "smtp+starttls", example="smtp://user:password@mail.clinic.example:587"),
        secret=True,
    )
    mail_from: str | None = _setting(None, _email)
    staff_email: str | None = _setting(None, _email)
    webhook_url: str | None = _setting(None, _url("http", "https", example="https://example.org/hook"), secret=True)
    webhook_secret: str | None = _setting(None, secret=True)
    webhook_allow_private: bool | None = _setting(None, _yes_or_no)
    """Whether posts may go into private networks. Without a value: each only where its own address is written so."""
    slack_url: str | None = _setting(
        None, _url("http", "https", example="https://hooks.slack.com/services/..."), secret=True
    )
    log_level: str = _setting("info", _log_level)
    log_format: str = _setting("json", _log_format)
    """json or text."""

    @property
    def local_url(self) -> str:
        """Where this machine itself reaches the web process, the first one where there are several."""
        return self.local_urls[0]

    @property
    def local_urls(self) -> tuple[str, ...]:
        """Where this machine itself reaches each web process."""
        return tuple(_local_url(self.host, port) for port in self.web_ports)

    @property
    def web_ports(self) -> tuple[int, ...]:
        """The ports of the web processes."""
        return _row(self.port, self.web_workers)

    @property
    def rasa_ports(self) -> tuple[int, ...]:
        """The ports of Rasa's workers, all on 127.0.0.1."""
        return _row(self.rasa_port, self.rasa_workers)

    @property
    def actions_ports(self) -> tuple[int, ...]:
        """The ports of the action servers, all on 127.0.0.1."""
        return _row(self.actions_port, self.actions_workers)

    @property
    def trackers_user(self) -> str | None:
        """Who Rasa is to PostgreSQL, where that is somebody else than Hairline itself."""
        user = urlsplit(self.trackers_url or "").username
        return unquote(user) if user and user != urlsplit(self.database_url).username else None

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, complete, so that a child process reads exactly the same."""
        return {PREFIX + field.name.upper(): _as_text(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """Settings made of variables such as `HAIRLINE_PORT`; others are left alone.

        Raises SettingsError with a line for every value that is wrong.
        """
        parsed: dict[str, Any] = {}
        faults: list[str] = []
        for field in dataclasses.fields(cls):
            name = PREFIX + field.name.upper()
            value = values.get(name, "").strip()
            if not value:
                continue
            try:
                parsed[field.name] = field.metadata["parse"](value)
            except ValueError as fault:
                shown = name if field.metadata["secret"] else f"{name}={value}"
                faults.append(f"{shown} {fault}.")
        if faults:
            raise SettingsError(faults)
        settings = cls(**_with_derived(parsed))
        faults = _contradictions(settings)
        if faults:
            raise SettingsError(faults)
        return settings


def _contradictions(settings: Settings) -> list[str]:
    """Values that are right each, and wrong together."""
    faults = []
    ports = [*settings.web_ports, *settings.rasa_ports, *settings.actions_ports]
    if len(set(ports)) < len(ports):
        faults.append(
            "HAIRLINE_PORT, HAIRLINE_RASA_PORT and HAIRLINE_ACTIONS_PORT must differ; give each its own number, with "
            "room for its workers, which take the numbers after it."
        )
    if max(ports) > 65535:
        faults.append("There are more workers than ports up to 65535; give the first of them a lower port.")
    if settings.trackers_url and not settings.database_url.startswith("postgresql"):
        faults.append("HAIRLINE_TRACKERS_URL needs HAIRLINE_DATABASE_URL in the same PostgreSQL database.")
    if settings.trackers_url and not (settings.redis_url or "").startswith(("redis://", "rediss://")):
        faults.append("HAIRLINE_TRACKERS_URL needs HAIRLINE_REDIS_URL, written like redis://127.0.0.1:6379/0.")
    return faults


def _with_derived(parsed: dict[str, Any]) -> dict[str, Any]:
    """Adds the defaults that follow from other settings."""
    if "database_url" not in parsed and "var" in parsed:
        parsed["database_url"] = f"sqlite:///{parsed['var'] / 'hairline.db'}"
    if "public_url" not in parsed:
        parsed["public_url"] = _local_url(parsed.get("host", "127.0.0.1"), parsed.get("port", 8000))
    return parsed


def is_written_private(url: str) -> bool:
    """True for localhost and addresses of this machine or a private network as such.

    A name may resolve to one by accident or by attack. Link-local addresses, where clouds keep their secrets, and the
    address 0.0.0.0 are no receiver that somebody means.
    """
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_private and not (address.is_link_local or address.is_unspecified)


def _row(first: int, count: int) -> tuple[int, ...]:
    return tuple(range(first, first + count))


def _local_url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of one `.env` file; a file that is not there has none.

    Raises SettingsError for a line that cannot be read and for a HAIRLINE_ name that does not exist.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(
            [f"{path} cannot be read ({type(fault).__name__}); save it as a UTF-8 text file."]
        ) from None
    known = [field.name.upper() for field in dataclasses.fields(Settings)]
    values: dict[str, str] = {}
    faults: list[str] = []
    for binding in bindings:
        if binding.error:
            faults.append(f"{path.name} line {binding.original.line} cannot be read; write NAME=value.")
        elif binding.key and binding.key.startswith(PREFIX) and binding.key.removeprefix(PREFIX) not in known:
            near = difflib.get_close_matches(binding.key.removeprefix(PREFIX), known, n=1)
            mend = f"did you mean {PREFIX}{near[0]}?" if near else ".env.example lists them all."
            faults.append(f"{path.name}: {binding.key} is not a setting; {mend}")
        elif binding.key:
            values[binding.key] = binding.value or ""
    if faults:
        raise SettingsError(faults)
    return values


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process: `.env` in the project's folder, overruled by `environ` (default: `os.environ`).

    Raises SettingsError with a line for every fault.
    """
    environ = os.environ if environ is None else environ
    env_file = ROOT / environ.get(ENV_FILE_VARIABLE, ".env")
    return Settings.read({**read_env_file(env_file), **environ})
