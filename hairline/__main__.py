"""Hairline's commands: `python -m hairline <command>`. `make help` lists what a person needs of them."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hairline import run
from hairline.settings import Settings, SettingsError, load


def say(line: str) -> None:
    """One line for the person at the terminal, now."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about what is wrong."""
    print(line, file=sys.stderr, flush=True)


def migrate(settings: Settings) -> int:
    """Brings the database to the newest shape."""
    from leads.store import NoSuchRole, Store, StoreUnavailable

    where = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    store = Store(settings.database_url)
    try:
        revision = store.migrate()
        if settings.trackers_user:
            store.admit_to_trackers(settings.trackers_user)
    except NoSuchRole as fault:
        complain(f"database: PostgreSQL has no user {fault}; make it (CREATE ROLE {fault} LOGIN PASSWORD '...').")
        return 1
    except StoreUnavailable as fault:
        complain(f"database: {where} cannot be used ({fault}); is it running, and is HAIRLINE_DATABASE_URL right?")
        return 1
    finally:
        store.close()
    say(f"database: {where}, version {revision}")
    return 0


def check_profile(settings: Settings) -> int:
    """Reads the clinic's profile and says what is wrong with it."""
    from leads.clinic import ClinicProfileError, load_clinic

    try:
        clinic = load_clinic(settings.clinic)
    except ClinicProfileError as fault:
        complain(str(fault))
        return 1
    say(f"clinic: {clinic.name}")
    return 0


def prepare(settings: Settings) -> int:
    """What web, actions and delivery need before they start."""
    return check_profile(settings) or migrate(settings)


def create_account(settings: Settings) -> int:
    """Asks for a person of the staff and prints the one-time link with which they choose a password."""
    from leads import accounts
    from leads.store import Store, StoreUnavailable

    email, name, role = (input(f"{question}: ").strip() for question in ("E-mail", "Name", "Role (owner or staff)"))
    if not ("@" in email and name and role in accounts.ROLES):
        complain("An account needs an e-mail address, a name, and the role owner or staff; nothing was made.")
        return 1
    store = Store(settings.database_url)
    try:
        with store.transaction() as session:
            secret = accounts.create_account(session, email, name, role)
    except accounts.AccountExists:
        complain(f"There is an account for {email} already; an owner can invite them again in the desk.")
        return 1
    except StoreUnavailable as fault:
        complain(f"database: it cannot be used ({fault}); `make migrate` prepares it.")
        return 1
    finally:
        store.close()
    say(f"Send {name} this link; it works once, within {accounts.INVITED_FOR.days} days:")
    say(f"{settings.public_url}/desk/invitation/{secret}")
    return 0


def export_training(settings: Settings) -> int:
    """Writes what staff marked as misunderstood as training examples, for a person to review."""
    from leads import teaching
    from leads.store import Store, StoreUnavailable

    store = Store(settings.database_url)
    try:
        with store.reading() as session:
            found = teaching.corrections(session)
    except StoreUnavailable as fault:
        complain(f"database: it cannot be used ({fault}); `make migrate` prepares it.")
        return 1
    finally:
        store.close()
    path = settings.var / "training" / "corrections.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(teaching.corrections_as_yaml(found), encoding="utf-8")
    say(f"{sum(map(len, found.values()))} corrections in {path}: read them before you move them into data/.")
    return 0


def back_up(settings: Settings, file: str | None) -> int:
    """Writes the database and the profile into one file."""
    from hairline import backup

    try:
        path = backup.back_up(settings, Path(file).expanduser().absolute() if file else None)
    except backup.BackupFault as fault:
        complain(str(fault))
        return 1
    say(f"backup: {path}")
    say("It holds everything that the clinic knows of its visitors, unencrypted: encrypt it and keep it safe.")
    return 0


def restore(settings: Settings, file: str, *, replace: bool) -> int:
    """Puts a backup in place of what is there."""
    from hairline import backup

    try:
        lines = backup.restore(settings, Path(file).expanduser().absolute(), replace=replace)
    except backup.BackupFault as fault:
        complain(str(fault))
        return 1
    for line in lines:
        say(line)
    return 0


COMMANDS: dict[str, tuple[str, Callable[[Settings], int]]] = {
    "run": ("start everything and keep it up", lambda settings: run.run(settings, say)),
    "train": ("make the model where it is not current", lambda settings: run.train(settings, say)),
    "migrate": ("bring the database to the newest shape", migrate),
    "check-profile": ("read the clinic's profile and say what is wrong", check_profile),
    "create-account": ("make an account for the staff desk", create_account),
    "export-training": ("write staff's corrections as training examples", export_training),
    "prepare": ("check-profile and migrate", prepare),
}


def main(arguments: list[str]) -> int:
    """Runs one command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m hairline")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (purpose, _) in COMMANDS.items():
        commands.add_parser(name, help=purpose)
    commands.add_parser("backup", help="write the database and the profile into one file").add_argument(
        "file", nargs="?"
    )
    restoring = commands.add_parser("restore", help="put a backup in place of what is there")
    restoring.add_argument("file")
    restoring.add_argument("--replace", action="store_true", help="also where the database is not empty")
    given = parser.parse_args(arguments)
    try:
        settings = load()
    except SettingsError as faults:
        for line in faults.lines:
            complain(line)
        return 2
    try:
        if given.command == "backup":
            return back_up(settings, given.file)
        if given.command == "restore":
            return restore(settings, given.file, replace=given.replace)
        return COMMANDS[given.command][1](settings)
    except (KeyboardInterrupt, EOFError):
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
