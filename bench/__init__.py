"""What Hairline costs.

`make benchmark` (bench/__main__.py) measures the running system beside what `rasa init` makes and writes
docs/performance.md. A part of it is one measurement (bench/parts.py); its figures are kept in docs/performance.json, so
that parts can be measured one by one and the report shows the last run of each. `bench.store` is a command of its own.
"""
