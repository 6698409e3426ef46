"""Learns how to divide a message: `make learn-dividing` writes nlu/divided/weights.json.

From messages whose requests are known, but not where they stand: every division that names the right topics in the
right order counts as right. The weights make the right ones together as likely as can be beside the others (maximum
likelihood with a Gaussian prior). The classifier that judges the pieces has not seen these messages.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import yaml
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import logsumexp, softmax
from sklearn.feature_extraction import DictVectorizer

from nlu.dividing import WEIGHTS, Features, Pieces, divisions, features
from nlu.reader import Reader, read_examples
from nlu.understanding import Rules, segments_of

MESSAGES = WEIGHTS.parent / "messages.yml"
PRIOR = 3.0  # the inverse variance of a weight
OF_ONE = 2.0  # a message with one request counts so often: there are more of them among visitors' than here

# The features of each division that may be, which of them are right, and how much the message counts.
Case = Tuple[List[Features], np.ndarray, float]


def is_right(message: Dict[str, Any], topics: Sequence[str]) -> bool:
    """Whether these are a message's requests. Details told are no request where the label knows of none."""
    wanted = [[topic] for topic in message.get("topics", ())] or [[message["topic"], *message.get("also", ())]]
    if ["inform"] not in wanted and len(topics) > 1:
        topics = [topic for topic in topics if topic != "inform"]
    return len(topics) == len(wanted) and all(topic in one for topic, one in zip(topics, wanted, strict=True))


def case_of(message: Dict[str, Any], pieces: Pieces) -> Case:
    """All divisions of a message."""
    seen: List[Features] = []
    right: List[bool] = []
    for division in filter(Rules(pieces).may_be, divisions(pieces.count)):
        seen.append(features(pieces, division))
        right.append(is_right(message, [judgement.topic for _, judgement in segments_of(pieces, division)]))
    return seen, np.array(right), OF_ONE if "topic" in message else 1.0


def learn(cases: Sequence[Case]) -> Dict[str, float]:
    """The weights. Messages that no division gets right, or every one, teach nothing."""
    useful = [case for case in cases if case[1].any() and not case[1].all()]
    names = DictVectorizer()
    names.fit(seen for divisions_seen, _, _ in useful for seen in divisions_seen)
    data: List[Tuple[csr_matrix, np.ndarray, float]] = [
        (names.transform(seen), right, counts) for seen, right, counts in useful
    ]

    def loss(weights: np.ndarray) -> Tuple[float, np.ndarray]:
        value, slope = PRIOR / 2 * (weights @ weights), PRIOR * weights
        for seen, right, counts in data:
            worth = seen @ weights
            value += counts * (logsumexp(worth) - logsumexp(worth[right]))
            slope += counts * (seen.T @ softmax(worth) - seen[right].T @ softmax(worth[right]))
        return value, slope

    found = minimize(loss, np.zeros(len(names.feature_names_)), jac=True, method="L-BFGS-B").x
    return dict(zip(names.feature_names_, found.round(3).tolist(), strict=True))


def main() -> int:
    """Learns and writes."""
    messages = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))["messages"]
    measured = {message["text"].strip().lower() for message in messages}
    examples = [example for example in read_examples(Path("data")) if example.text.lower() not in measured]
    reader = Reader().fit([example.text for example in examples], [example.topic for example in examples])
    cases = [case_of(message, pieces) for message in messages if (pieces := reader.pieces(message["text"])).count > 1]
    WEIGHTS.write_text(json.dumps(learn(cases), indent=1) + "\n", encoding="utf-8")
    print(f"{WEIGHTS}: learned from {len(cases)} messages of several pieces")
    return 0


if __name__ == "__main__":
    sys.exit(main())
