"""How near a sentence is to each training example: int8 matrices on ONNX Runtime.

Comparing means going through all examples, for each message. In single precision that is tens of MB, which no cache
holds beside the rest of a turn: it took more of Rasa's time than the encoder. The cosines are right to about 0.005,
less than what the encoder's own quantisation moves a sentence.
"""

from __future__ import annotations

from typing import List

import numpy as np

from nlu.minilm import GraphBuilder, session_of


class Nearness:
    """Compares with fixed examples, (views, examples, width), each view L2-normalised."""

    def __init__(self, examples: np.ndarray) -> None:
        self._session = session_of(graph(examples))

    def cosines(self, sentence: np.ndarray) -> List[np.ndarray]:
        """For each view of one sentence (views, width) its cosines with the examples, (examples,).

        One sentence at a time: quantisation takes one scale for all that are given at once.
        """
        inputs = {f"sentence{view}": row[np.newaxis] for view, row in enumerate(sentence)}
        return [row[0] for row in self._session.run(None, inputs)]


def graph(examples: np.ndarray) -> bytes:
    """The serialised ONNX model: each `sentence<view>` (1, width) to `cosines<view>` (1, examples)."""
    from onnx import TensorProto, helper

    views, count, width = examples.shape
    builder = GraphBuilder({}, int8=True)
    for view, matrix in enumerate(examples):
        values = builder.quantised(f"examples{view}", matrix.T)
        builder.fused("DynamicQuantizeMatMul", [f"sentence{view}", *values], [f"cosines{view}"])
    describe, number = helper.make_tensor_value_info, TensorProto.FLOAT
    inputs = [describe(f"sentence{view}", number, [1, width]) for view in range(views)]
    outputs = [describe(f"cosines{view}", number, [1, count]) for view in range(views)]
    return builder.model("nearness", inputs, outputs)
