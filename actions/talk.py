"""Greetings, thanks, yes and no, and pressed buttons."""

from actions.turn import FrontDeskAction


class SmallTalk(FrontDeskAction):
    """Answers small talk, and the yes or no to whatever was offered last."""

    skill = "action_small_talk"
