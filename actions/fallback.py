"""What was not understood or lies outside."""

from actions.turn import FrontDeskAction


class FallBack(FrontDeskAction):
    """Says honestly that there is no answer, and offers a way on."""

    skill = "action_default_fallback"
