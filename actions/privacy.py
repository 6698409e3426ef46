"""The visitor's data."""

from actions.turn import FrontDeskAction


class TellPrivacy(FrontDeskAction):
    """Says what is kept and erases it when asked."""

    skill = "action_privacy"
