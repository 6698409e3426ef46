"""Rasa is served without TensorFlow, and believes the action server no more than before."""

import subprocess
import sys

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain

from nlu.serve import check_schema_once, make_one_empty_domain

WITHOUT = """
import sys
from nlu.serve import TensorFlowLeftOut, leave_out_tensorflow
leave_out_tensorflow()
import rasa.core.run, rasa.engine.recipes.default_recipe
import nlu.classifier, nlu.trackers, nlu.channel
from rasa.core.policies.rule_policy import RulePolicy
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
assert not [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras")]
assert RulePolicy.get_default_config()["enable_fallback_prediction"] is True
for use in (lambda: DIETClassifier.load, lambda: DIETClassifier({})):
    try:
        use()
    except TensorFlowLeftOut as reason:
        print(reason)
"""


def test_rasa_imports_without_tensorflow_and_says_what_is_left_out() -> None:
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("rasa.nlu.classifiers.diet_classifier.DIETClassifier needs TensorFlow") == 2
    assert ended.stdout.count("hairline/processes.py") == 2


def test_an_answer_of_the_action_server_is_checked_as_rasa_checks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rasas = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", rasas)  # put back when the test ends
    check_schema_once()
    action = RemoteAction("action_answer", None)
    begun, over = {"event": "active_loop", "name": "booking_form"}, {"event": "followup", "name": "action_listen"}
    for events in ([begun, over], [over], [{"event": "restart"}], []):
        right = {"events": events, "responses": [{"text": "hello"}]}
        assert action._validate_action_result(right) is rasas(action, right) is True
    for wrong in ({"events": [{"event": "no such event"}]}, {"events": "none"}, {"responses": ["hello"]}, []):
        for validate in (action._validate_action_result, lambda result: rasas(action, result)):
            with pytest.raises(ValidationError):
                validate(wrong)


def test_a_domain_is_empty_exactly_where_rasa_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Domain, "is_empty", Domain.is_empty)  # put back when the test ends
    make_one_empty_domain()
    assert Domain.empty().is_empty()
    assert not Domain.from_dict({"intents": ["greet"]}).is_empty()


def test_an_action_server_has_no_say_but_what_ours_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
    check_schema_once()
    action = RemoteAction("action_answer", None)
    for event in ({"event": "user", "text": "yes"}, {"event": "slot", "name": "name", "value": "x"}, {"event": "undo"}):
        with pytest.raises(ValidationError):
            action._validate_action_result({"events": [event], "responses": []})
