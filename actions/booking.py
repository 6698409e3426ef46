"""The consultation request: overrides Rasa's own form of the same name (domain.yml)."""

from actions.turn import FrontDeskAction


class BookingForm(FrontDeskAction):
    """Takes details in any order, answers what is asked in between, and commits the lead."""

    skill = "booking_form"
