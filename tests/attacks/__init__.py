"""Attacks on the running system; docs/security.md, "Attacks", says what each one is and how it went.

Each file is one kind of attack. The harness, a function that takes whom it attacks, is the same for Hairline and for
two controls that must fail it: a tiny server with the usual faults, and (`make attack`) the bot that `rasa init` makes.
"""
