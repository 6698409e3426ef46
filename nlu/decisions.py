"""How sure is sure: confidences that mean what they say, and the thresholds that follow from held-out examples."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, List, Sequence, Tuple

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from nlu.dividing import Judgement
from nlu.topics import OUTSIDE, URGENT, softmax

# A wrong answer costs a visitor about as much as two or three needless "did you mean": answer from here on.
SURE = 0.72
OFFERED_WORTH = 0.15  # an offer is made when the chance that it holds the right topic is at least this
OUTSIDE_WORTH = 0.35  # the same where the best guess is that the message is about something else
URGENT_CLEAR = 0.5  # urgent from this probability on; with words of a symptom from the learned threshold on
URGENT_FLOOR = 0.15  # which is never lower than this
SYMPTOM = re.compile(
    r"\b(?:bleed|blood|pus\b|infect|septic|sepsis|fever|temperature|swell|swoll|swelt|puff|ooz|weep|throb|burn|boiling|rash|blister|hives|shiver|faint|"
    r"collaps|pass(?:ed|ing) out|numb|gunk|goo\b|slim[ey]|yellow|smell|stink|hurt|pain|agony|sore|react|breath|wheez|dizz|sick|vomit|stiff|chest|lump|scab|crust|"  # noqa: E501
    r"gland|tender|hot\b|red\b|itch|allerg|anaphyl|emergency|urgent|ambulance|999|911|a&e|\ber\b|hospital|leak|discharge|inflam|bruis|wrong|bad\b|worse)",
    re.IGNORECASE,
)

# Told of a person and a day, not asked in general ("do people go red?").
OWN = re.compile(
    r"\b(?:my|i|i'm|i've|im|me|he|she|his|her|he's|she's|we|since|yesterday|today|tonight|last night|this morning|now|days? (?:ago|later|after)|hours? (?:ago|later|after))\b",  # noqa: E501
    re.IGNORECASE,
)


def evidence(scores: np.ndarray, outside: int) -> np.ndarray:
    """What the confidence is computed from, one row a message: (messages, features)."""
    ordered = np.sort(scores, axis=1)
    top, second, third = ordered[:, -1], ordered[:, -2], ordered[:, -3]
    near = np.abs(scores).sum(axis=1)
    spread = np.sqrt((scores**2).sum(axis=1))
    out = scores[:, outside] if outside >= 0 else np.zeros(len(scores))
    return np.stack([top, second, top - second, top - third, near, spread, out, top * top], axis=1)


@dataclass
class Decider:
    """Turns scores into judgements. All its knowledge is in `arrays`, learned from held-out scores."""

    labels: List[str]
    arrays: Dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def outside(self) -> int:
        """The column of out_of_scope, -1 where there is none."""
        return self.labels.index(OUTSIDE) if OUTSIDE in self.labels else -1

    def fit(self, scores: np.ndarray, y: np.ndarray) -> "Decider":
        """scores: held-out (messages, labels); y: their true columns."""
        self.arrays = {"sharpness": np.array(fit_sharpness(scores, y))}
        right = scores.argmax(axis=1) == y
        features = evidence(scores, self.outside)
        mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-9
        if right.all() or not right.any():  # nothing to learn from: always as sure as the score
            weights, bias = np.zeros(features.shape[1]), np.array([3.0 if right.all() else -3.0])
        else:
            model = LogisticRegression(C=1.0, max_iter=500).fit((features - mean) / deviation, right)
            weights, bias = model.coef_[0] / deviation, model.intercept_ - (model.coef_[0] * mean / deviation).sum()
        self.arrays.update(weights=weights, bias=bias)
        self.arrays["urgent"] = np.array(self.urgent_threshold(scores, y))
        return self

    def urgent_threshold(self, scores: np.ndarray, y: np.ndarray) -> float:
        """The probability from which a message counts as urgent: low enough that hardly a held-out one is missed."""
        if URGENT not in self.labels:
            return 2.0
        column = self.labels.index(URGENT)
        chance = self.probabilities(scores)[:, column]
        return float(max(np.quantile(chance[y == column], 0.01), URGENT_FLOOR))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated over all messages: (messages, labels)."""
        return softmax(scores * self.arrays["sharpness"])

    def confidence(self, scores: np.ndarray) -> np.ndarray:
        """The probability that the best-scored topic is right."""
        value = evidence(scores, self.outside) @ self.arrays["weights"] + self.arrays["bias"]
        return 1 / (1 + np.exp(-value))

    def judge(self, scores: np.ndarray, texts: Sequence[str]) -> List[Judgement]:
        """One judgement for each row of scores and its text."""
        chances, confidences = self.probabilities(scores), self.confidence(scores)
        return [self._judge(*each) for each in zip(chances, confidences.tolist(), texts, strict=False)]

    def is_urgent(self, chance: np.ndarray, text: str) -> bool:
        """Whether a message is to be taken for an urgent problem: rather once too often, if it names a symptom."""
        if URGENT not in self.labels:
            return False
        share = chance[self.labels.index(URGENT)]
        told = SYMPTOM.search(text) and OWN.search(text)
        return bool(share >= URGENT_CLEAR or (share >= self.arrays["urgent"] and told))

    def _judge(self, chance: np.ndarray, confidence: float, text: str) -> Judgement:
        order = np.argsort(-chance)
        ranking = [(self.labels[column], float(chance[column])) for column in order if column != self.outside]
        top = self.labels[order[0]]
        if self.is_urgent(chance, text):
            share = float(chance[self.labels.index(URGENT)])
            ranking = [(URGENT, share)] + [pair for pair in ranking if pair[0] != URGENT]
            return Judgement(URGENT, max(share, confidence if top == URGENT else share), "sure", ranking)
        if top == OUTSIDE:
            return self._judge_outside(confidence, ranking)
        if confidence >= SURE:
            return Judgement(top, confidence, "sure", ranking)
        worth = sum(value for _, value in ranking[:3])
        return Judgement(top, confidence, "offer" if worth >= OFFERED_WORTH else "refuse", ranking)

    def _judge_outside(self, confidence: float, ranking: Sequence[Tuple[str, float]]) -> Judgement:
        """Outside for sure, or perhaps one of the topics after all: then they are offered."""
        if confidence < SURE and sum(value for _, value in ranking[:3]) >= OUTSIDE_WORTH:
            return Judgement(ranking[0][0], ranking[0][1], "offer", list(ranking))
        return Judgement(OUTSIDE, confidence, "sure" if confidence >= SURE else "refuse", list(ranking))


def fit_sharpness(scores: np.ndarray, y: np.ndarray) -> float:
    """The factor that makes softmax(factor * scores) most likely on held-out messages (an inverse temperature)."""
    rows = np.arange(len(y))

    def surprise(factor: float) -> float:
        return float(-np.log(softmax(factor * scores)[rows, y] + 1e-12).mean())

    return float(minimize_scalar(surprise, bounds=(0.5, 60.0), method="bounded").x)
