"""A sentence is compared with the examples nearly as exactly as in single precision, whatever is compared beside it."""

import numpy as np
import pytest

from nlu.minilm import WIDTH, normalise
from nlu.nearness import Nearness


@pytest.fixture(scope="module")
def examples() -> np.ndarray:
    return normalise(np.random.RandomState(3).randn(2, 500, WIDTH)).astype(np.float32)


def test_the_cosines_are_right_to_a_two_hundredth(examples: np.ndarray) -> None:
    nearness = Nearness(examples)
    for sentence in examples[:, :50].swapaxes(0, 1):
        mixed = normalise(sentence + examples[:, 100]).astype(np.float32)
        for one in (sentence, mixed):
            exact = [matrix @ row for matrix, row in zip(examples, one, strict=False)]
            assert np.abs(np.array(nearness.cosines(one)) - exact).max() < 0.005


def test_an_example_is_nearest_to_itself(examples: np.ndarray) -> None:
    nearness = Nearness(examples)
    for number in range(0, 500, 25):
        for cosines in nearness.cosines(examples[:, number]):
            assert int(cosines.argmax()) == number
