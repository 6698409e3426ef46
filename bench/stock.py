"""What `rasa init` makes, as a system under test: its pipeline, its data, its server, over its REST channel."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.load import NotAnswered
from bench.usage import Usage, usage_by_name
from hairline.loopback import Loopback, LoopbackError
from hairline.model import RASA_PYTHON
from hairline.supervise import answers
from tests.system import free_port, wait_until

PATIENCE_S = 60.0
STARTED_WITHIN_S = 300.0
SCAFFOLD = "import rasa.cli.scaffold as it; it.create_initial_project('.')"
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "WARNING", "TF_CPP_MIN_LOG_LEVEL": "3"}


class StockVisitor:
    """A sender of the REST channel."""

    def __init__(self, http: Loopback) -> None:
        self._http = http
        self._sender = uuid.uuid4().hex

    async def open(self) -> None:
        """Nothing has to be opened."""

    async def say(self, text: str) -> None:
        """Say something and be answered, if only with nothing: the stock bot has rules for few words."""
        body = {"sender": self._sender, "message": text}
        try:
            answer = await self._http.request("POST", "/webhooks/rest/webhook", body, timeout=PATIENCE_S)
        except LoopbackError as fault:
            raise NotAnswered(str(fault)) from fault
        if answer.status != 200:
            raise NotAnswered(f"HTTP {answer.status}")


class Stock:
    """The running stock bot. `trained_in`, `ready_after`: seconds."""

    name = "rasa init"

    def __init__(self, process: subprocess.Popen[bytes], port: int, trained_in: float, ready_after: float) -> None:
        self.trained_in = trained_in
        self.ready_after = ready_after
        self._process = process
        self._http = Loopback(port)

    def visitor(self) -> StockVisitor:
        """Somebody new."""
        return StockVisitor(self._http)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()

    def usage(self) -> dict[str, Usage]:
        """It is one process."""
        return usage_by_name({"rasa": self._process.pid}, self._process.pid)


@contextlib.contextmanager
def stock() -> Iterator[Stock]:
    """The stock bot, made, trained and started now in a temporary folder, in Rasa's environment as it comes."""
    with tempfile.TemporaryDirectory(prefix="stock-bench-") as folder:
        environment = {**os.environ, **ENVIRONMENT}
        environment.pop("OMP_NUM_THREADS", None)  # ours; the stock bot gets all cores, as it would
        rasa = (str(RASA_PYTHON), "-W", "ignore", "-m", "rasa")
        with (Path(folder) / "rasa.log").open("wb") as output:
            run: dict[str, Any] = {"cwd": folder, "env": environment, "stdout": output, "stderr": subprocess.STDOUT}
            subprocess.run((str(RASA_PYTHON), "-W", "ignore", "-c", SCAFFOLD), check=True, **run)
            shutil.rmtree(Path(folder) / "tests")
            (Path(folder) / "credentials.yml").write_text("rest:\n")
            start = time.monotonic()
            subprocess.run((*rasa, "train"), check=True, **run)
            trained_in, port = time.monotonic() - start, free_port()
            start = time.monotonic()
            process = subprocess.Popen((*rasa, "run", "--port", str(port), "--interface", "127.0.0.1"), **run)
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_until(lambda: process.poll() is not None or answers(url, {}, 5), STARTED_WITHIN_S)
            if process.poll() is not None:
                raise RuntimeError((Path(folder) / "rasa.log").read_text(errors="replace")[-2000:])
            yield Stock(process, port, trained_in, time.monotonic() - start)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
