"""Something is wrong after treatment."""

from actions.turn import FrontDeskAction


class ReportUrgent(FrontDeskAction):
    """Gives emergency advice first and marks the conversation for staff."""

    skill = "action_urgent"
