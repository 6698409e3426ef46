"""`python -m bench [part ...]`: measures, and writes docs/performance.md."""

import argparse
import sys

from bench.parts import PARTS, Options, measure
from bench.report import Book

DEFAULTS = Options()


def main(arguments: list[str]) -> int:
    """Measures the parts that are asked for (all without any). The exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--minutes", type=float, default=DEFAULTS.minutes, help="of ten messages a second")
    parser.add_argument("--seconds", type=float, default=DEFAULTS.seconds, help="of latency, for each system")
    parser.add_argument("--no-stock", action="store_true", help="without rasa init's bot, which trains for minutes")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report again")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    book = Book()
    if not options.report:
        wanted = Options(seconds=options.seconds, minutes=options.minutes, with_stock=not options.no_stock)
        measure(options.parts or PARTS, wanted, book.keep)
    book.write()
    print(f"written: {book.report}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
