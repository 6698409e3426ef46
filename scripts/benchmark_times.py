"""How long reading a preferred time takes: `.venv/bin/python -m scripts.benchmark_times`.

Every message goes through `read_time`, so what names no time must cost next to nothing. Measured on the build machine
(two busy cores, Python 3.13), best of five: 0.001 to 0.04 ms without a time word or digit, 0.3 ms with a digit
that is no time, 0.6 to 2 ms with a time; 10 to 50 ms where the library is asked ("in 10 days").
"""

import sys
from datetime import datetime, time
from functools import partial
from timeit import repeat
from zoneinfo import ZoneInfo

from leads.times import Calendar, read_time

ZONE = ZoneInfo("Europe/London")
CALENDAR = Calendar(ZONE, lambda day: [(time(9, 30), time(18))] if day.weekday() < 6 else [])
NOW = datetime(2026, 11, 24, 10, tzinfo=ZONE)
MESSAGES = (
    "Catherine",
    "whatsapp is better",
    "does it hurt when you do the hairline?",
    "I'm worried about how it looks close up, will people notice that it is not real hair?",
    "I'm 45",
    "tuesday 2pm",
    "the 3rd or the 5th of december, any time after lunch",
    "in 10 days",
)


def main(times: int = 500) -> None:
    """Print milliseconds per message, best of five runs."""
    for message in MESSAGES:
        best = min(repeat(partial(read_time, message, NOW, CALENDAR), number=times, repeat=5)) / times * 1000
        named = "names a time" if read_time(message, NOW, CALENDAR) else "no time"
        sys.stdout.write(f"{best:8.4f} ms  {named:12}  {message}\n")


if __name__ == "__main__":
    main()
