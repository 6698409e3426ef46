"""Rasa's actions: each reads the tracker, calls the front desk once and renders what was committed."""
