"""The benchmark counts what it says it counts."""

from typing import Any, Dict

import numpy as np
import pytest

from nlu.benchmark import label_words, threshold_for, topics_of

SELECTED = {"default": {"response": {"intent_response_key": "faq/price"}}}


@pytest.mark.parametrize(
    ("names", "topics"),
    [
        (["greet", "faq"], {"greet"}),
        (["faq", "greet"], {"price"}),
        (["nlu_fallback", "faq"], {"price", "out_of_scope"}),
    ],
)
def test_a_stock_pipeline_that_falls_back_may_be_right_in_either_way(names: Any, topics: Any) -> None:
    parsed: Dict[str, Any] = {"intent_ranking": [{"name": name} for name in names], "response_selector": SELECTED}
    assert topics_of(parsed) == topics


def test_our_first_segment_names_the_topic() -> None:
    assert topics_of({"understanding": {"segments": [{"topic": "pain"}, {"topic": "price"}]}}) == {"pain"}


def test_the_threshold_is_the_highest_that_leaves_enough_right() -> None:
    margin = np.array([0.9, 0.1, 0.7, 0.5, 0.3])
    right = np.array([True, True, False, True, True])
    assert threshold_for(margin, right, 40.0) == 0.5
    assert threshold_for(margin, right, 80.0) == 0.1
    assert threshold_for(margin, right, 100.0) == 0.1, "never enough: everything is answered"


def test_the_name_of_an_intent_is_read_as_words() -> None:
    assert label_words("Refund_not_showing_up") == "refund not showing up"
    assert label_words("reverted_card_payment?") == "reverted card payment"
