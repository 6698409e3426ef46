"""Questions of the document and the clinic."""

from actions.turn import FrontDeskAction


class AnswerQuestion(FrontDeskAction):
    """Answers one question or several, each with the facts it rests on."""

    skill = "action_answer"
