"""The core of Hairline: conversations, bookings, leads, questions, outbox.

Knows no Rasa, no web framework and no environment: whatever it needs is handed in.
"""
