"""The bot that `rasa init` makes, served as its documentation says: REST channel, open HTTP API."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hairline.settings import ROOT
from hairline.supervise import answers
from tests.attacks.bots import RestBot
from tests.system import free_port, wait_until

RASA = ROOT / "nlu" / ".venv" / "bin" / "rasa"
READY_WITHIN_S = 600
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
PROJECT_VARIABLE = "HAIRLINE_STOCK_PROJECT"
"""The folder of a stock project that was trained before, to save the minutes that training takes."""


def project(folder: Path) -> Path:
    """A trained stock project."""
    named = os.environ.get(PROJECT_VARIABLE)
    if named:
        return Path(named)
    subprocess.run([RASA, "init", "--no-prompt"], cwd=folder, env=os.environ | QUIET, check=True, capture_output=True)
    return folder


@contextmanager
def stock_bot(folder: Path) -> Iterator[RestBot]:
    """The stock bot, ready when the block begins, gone when it ends."""
    port = free_port()
    command = [str(RASA), "run", "--enable-api", "--port", str(port), "-i", "127.0.0.1"]
    with (folder / "stock.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=project(folder), env=os.environ | QUIET, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: answers(f"{url}/status", {}, 2), READY_WITHIN_S), "the stock bot did not start"
        bot = RestBot(url, process.pid)
        yield bot
        bot.client.close()
    finally:
        process.terminate()
        process.wait(60)
