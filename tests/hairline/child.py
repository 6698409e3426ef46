"""A small real process for the supervisor's tests: `python -m tests.hairline.child <behaviour> [port]`."""

import http.server
import signal
import subprocess
import sys
import time


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main(behaviour: str, port: int) -> None:
    """Serves, works, fails or refuses to end, as `behaviour` says."""
    if behaviour == "fails":
        print("one reason to fail")
        sys.exit("ValueError: the last line of it")
    if behaviour == "works":
        print("first\n\nlast")
        return
    if behaviour == "is-deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "has-a-child":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # grandchild of Hairline's tests"])
    if behaviour == "serves":
        http.server.ThreadingHTTPServer(("127.0.0.1", port), _Ready).serve_forever()
    time.sleep(0.3 if behaviour == "dies-soon" else 600)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
