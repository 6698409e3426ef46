"""A person is wanted."""

from actions.turn import FrontDeskAction


class HandOver(FrontDeskAction):
    """Says how to reach a person, or calls one into the chat."""

    skill = "action_hand_over"
