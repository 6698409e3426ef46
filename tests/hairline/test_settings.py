"""Settings: the environment over `.env` over defaults, one clear line per wrong value, and no secret ever shown."""

import dataclasses
import re
from pathlib import Path

import pytest

from hairline.settings import ROOT, Settings, SettingsError, load, read_env_file

NAMES = {f"HAIRLINE_{field.name.upper()}" for field in dataclasses.fields(Settings)}

WRONG = [
    ("HAIRLINE_HOST", "my computer", "127.0.0.1"),
    ("HAIRLINE_PORT", "eighty", "1 to 65535"),
    ("HAIRLINE_PORT", "0", "1 to 65535"),
    ("HAIRLINE_PORT", "65536", "1 to 65535"),
    ("HAIRLINE_PORT", "-1", "1 to 65535"),
    ("HAIRLINE_PORT", "٨٠٠٠", "1 to 65535"),
    ("HAIRLINE_RASA_PORT", "5005.0", "1 to 65535"),
    ("HAIRLINE_ACTIONS_PORT", "5055 5056", "1 to 65535"),
    ("HAIRLINE_WEB_WORKERS", "0", "1 to 32"),
    ("HAIRLINE_RASA_WORKERS", "many", "1 to 32"),
    ("HAIRLINE_ACTIONS_WORKERS", "33", "1 to 32"),
    ("HAIRLINE_DELIVERY_WORKERS", "-1", "1 to 32"),
    ("HAIRLINE_PUBLIC_URL", "chat.clinic.example", "https://"),
    ("HAIRLINE_PUBLIC_URL", "https://", "https://"),
    ("HAIRLINE_PUBLIC_URL", "https://host:port", "https://"),
    ("HAIRLINE_TRUSTED_PROXIES", "the proxy", "10.0.0.0/8"),
    ("HAIRLINE_TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
    ("HAIRLINE_DATABASE_URL", "mysql://u:hunter2@h/d", "sqlite:///var/hairline.db"),
    ("HAIRLINE_DATABASE_URL", "sqlite://", "sqlite:///var/hairline.db"),
    ("HAIRLINE_DATABASE_URL", "sqlite:///:memory:", "sqlite:///var/hairline.db"),
    ("HAIRLINE_DATABASE_URL", "postgresql://u:hunter2@h", "postgresql://user:password@host/name"),
    ("HAIRLINE_REDIS_URL", "127.0.0.1:6379", "redis://"),
    ("HAIRLINE_TRACKERS_URL", "sqlite:///hunter2.db", "postgresql://hairline_rasa:password@host/name"),
    ("HAIRLINE_TRACKERS_URL", "postgresql://u:hunter2@h", "postgresql://hairline_rasa:password@host/name"),
    ("HAIRLINE_RATE_LIMIT", "few", "30/minute"),
    ("HAIRLINE_SMTP_URL", "mail.clinic.example", "smtp://"),
    ("HAIRLINE_SMTP_URL", "smtp://u:hunter2@host:port", "smtp://"),
    ("HAIRLINE_MAIL_FROM", "the desk", "desk@clinic.example"),
    ("HAIRLINE_STAFF_EMAIL", "desk@localhost", "desk@clinic.example"),
    ("HAIRLINE_WEBHOOK_URL", "ftp://hunter2", "https://"),
    ("HAIRLINE_WEBHOOK_ALLOW_PRIVATE", "perhaps", "yes nor no"),
    ("HAIRLINE_SLACK_URL", "hunter2", "https://"),
    ("HAIRLINE_LOG_LEVEL", "loud", "debug, info, warning or error"),
    ("HAIRLINE_LOG_FORMAT", "xml", "json or text"),
]


@pytest.mark.parametrize(("name", "value", "mend"), WRONG)
def test_a_wrong_value_is_one_line_with_its_mend(name: str, value: str, mend: str) -> None:
    with pytest.raises(SettingsError) as fault:
        Settings.read({name: value})
    [line] = fault.value.lines
    assert line.startswith(name)
    assert mend in line
    assert "hunter2" not in line


def test_every_wrong_value_has_its_line() -> None:
    with pytest.raises(SettingsError) as fault:
        Settings.read({"HAIRLINE_PORT": "x", "HAIRLINE_LOG_LEVEL": "y", "HAIRLINE_HOST": "z"})
    assert len(fault.value.lines) == 3


def test_two_processes_cannot_have_one_port() -> None:
    with pytest.raises(SettingsError, match="must differ"):
        Settings.read({"HAIRLINE_PORT": "5005"})


def test_workers_take_the_ports_after_the_first_one_and_need_room_for_it() -> None:
    settings = Settings.read({"HAIRLINE_WEB_WORKERS": "2", "HAIRLINE_RASA_WORKERS": "3"})
    assert settings.local_urls == ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
    assert settings.rasa_ports == (5005, 5006, 5007)
    assert settings.actions_ports == (5055,)
    for wrong, mend in (({"ACTIONS_PORT": "5007"}, "must differ"), ({"RASA_PORT": "65534"}, "lower port")):
        values = {f"HAIRLINE_{name}": value for name, value in wrong.items()}
        with pytest.raises(SettingsError, match=mend):
            Settings.read({"HAIRLINE_RASA_WORKERS": "3", **values})


def test_a_shared_memory_of_rasa_needs_postgresql_and_redis() -> None:
    given = {"HAIRLINE_TRACKERS_URL": "postgres://r%40:hunter2@h/d"}
    with pytest.raises(SettingsError) as fault:
        Settings.read(given)
    assert [line.split()[2] for line in fault.value.lines] == ["HAIRLINE_DATABASE_URL", "HAIRLINE_REDIS_URL,"]
    given |= {"HAIRLINE_DATABASE_URL": "postgres://u:p@h/d", "HAIRLINE_REDIS_URL": "redis://h"}
    assert Settings.read(given).trackers_user == "r@"
    assert Settings.read({**given, "HAIRLINE_TRACKERS_URL": "postgres://u:p@h/d"}).trackers_user is None


def test_without_any_setting_there_are_defaults() -> None:
    settings = Settings.read({})
    assert settings == Settings()
    assert settings.public_url == settings.local_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{ROOT}/var/hairline.db"
    assert settings.clinic == ROOT / "clinic.yml"
    assert settings.api_key is None


def test_an_empty_value_means_the_default() -> None:
    assert Settings.read(dict.fromkeys(NAMES, "  ")) == Settings()


@pytest.mark.parametrize(
    ("given", "name", "read"),
    [
        ({"HAIRLINE_VAR": "/srv/hairline"}, "database_url", "sqlite:////srv/hairline/hairline.db"),
        ({"HAIRLINE_DATABASE_URL": "sqlite:////srv/x.db"}, "database_url", "sqlite:////srv/x.db"),
        ({"HAIRLINE_DATABASE_URL": "sqlite:///x.db"}, "database_url", f"sqlite:///{ROOT}/x.db"),
        ({"HAIRLINE_DATABASE_URL": "postgres://u:p@h/d"}, "database_url", "postgresql+psycopg://u:p@h/d"),
        ({"HAIRLINE_DATABASE_URL": "postgresql+psycopg://h/d?a=b"}, "database_url", "postgresql+psycopg://h/d?a=b"),
        ({"HAIRLINE_PORT": "8100"}, "public_url", "http://127.0.0.1:8100"),
        ({"HAIRLINE_HOST": "0.0.0.0"}, "public_url", "http://127.0.0.1:8000"),
        ({"HAIRLINE_HOST": "::1"}, "public_url", "http://[::1]:8000"),
        ({"HAIRLINE_PUBLIC_URL": "https://chat.example/"}, "public_url", "https://chat.example"),
        ({"HAIRLINE_RATE_LIMIT": "OFF"}, "rate_limit", "off"),
        ({"HAIRLINE_RATE_LIMIT": "30/minute; 5/second"}, "rate_limit", "30/minute; 5/second"),
        ({"HAIRLINE_LOG_LEVEL": "DEBUG"}, "log_level", "debug"),
        ({"HAIRLINE_WEBHOOK_URL": "http://127.0.0.1:9/x"}, "webhook_allow_private", None),
        ({"HAIRLINE_WEBHOOK_ALLOW_PRIVATE": "no"}, "webhook_allow_private", False),
    ],
)
def test_a_value_is_read_as_meant(given: dict[str, str], name: str, read: object) -> None:
    assert getattr(Settings.read(given), name) == read


def test_a_child_process_reads_the_very_same_settings() -> None:
    given = {
        "HAIRLINE_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "HAIRLINE_API_KEY": "k",
        "HAIRLINE_REDIS_URL": "redis://r",
        "HAIRLINE_DATABASE_URL": "postgres://u:p%40@h/d",
        "HAIRLINE_RATE_LIMIT": "off",
    }
    settings = Settings.read(given)
    assert Settings.read(settings.environment()) == settings
    assert set(settings.environment()) == NAMES


def test_no_secret_is_shown() -> None:
    secrets = {
        "HAIRLINE_DATABASE_URL": "postgres://u:hunter2@h/d",
        "HAIRLINE_REDIS_URL": "redis://:hunter2@h",
        "HAIRLINE_TRACKERS_URL": "postgres://u:hunter2@h/d",
        "HAIRLINE_API_KEY": "hunter2",
        "HAIRLINE_INTERNAL_SECRET": "hunter2",
        "HAIRLINE_SMTP_URL": "smtp://u:hunter2@h",
        "HAIRLINE_WEBHOOK_URL": "https://h/hunter2",
        "HAIRLINE_WEBHOOK_SECRET": "hunter2",
        "HAIRLINE_SLACK_URL": "https://h/hunter2",
    }
    assert "hunter2" not in repr(Settings.read(secrets))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "env", "HAIRLINE_PORT=8100\nHAIRLINE_LOG_LEVEL='debug' # why\nOTHER=${PORT}\n")
    settings = load({"HAIRLINE_ENV_FILE": str(file), "HAIRLINE_PORT": "8200"})
    assert (settings.port, settings.log_level) == (8200, "debug")


def test_a_file_that_is_not_there_sets_nothing(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / "none") == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("HAIRLINE_PROT=8100", "env: HAIRLINE_PROT is not a setting; did you mean HAIRLINE_PORT?"),
        ("HAIRLINE_COLOUR=red", "env: HAIRLINE_COLOUR is not a setting; .env.example lists them all."),
        ("A=1\nthis is no setting", "env line 2 cannot be read; write NAME=value."),
    ],
)
def test_a_wrong_line_of_the_file_is_one_line_with_its_mend(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(SettingsError) as fault:
        read_env_file(write(tmp_path / "env", text))
    assert fault.value.lines == [line]


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="save it as a UTF-8 text file"):
        read_env_file(tmp_path / "env")


def test_the_example_lists_every_setting_with_its_default() -> None:
    example = read_env_file(ROOT / ".env.example")
    assert set(example) == NAMES
    assert Settings.read(example) == Settings()


def test_the_example_explains_every_setting() -> None:
    paragraphs = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    for name in NAMES:
        [paragraph] = [it for it in paragraphs if re.search(rf"^{name}=", it, re.MULTILINE)]
        assert paragraph.startswith("# "), f"{name} has no comment"
