"""The topic model: from sentences' vectors and letters to topics with calibrated confidences. No Rasa in here.

Kernel ridge regression in closed form: similar sentences vote, where similar means both a Gaussian of the distance of
their embeddings and the character n-grams they share (which carry misspellings and the domain's own words). Held-out
scores come out of the same factorisation, so that calibration and thresholds cost no second training.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
import scipy.linalg
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer

from nlu.nearness import Nearness

OUTSIDE = "out_of_scope"
URGENT = "urgent_problem"
FOLDS = 5
BUCKETS = 2**16
STRIPE = 1024  # rows of a large matrix that are worked on at a time
# From so many examples a topic on, n-grams have their whole share: what two of few examples have in common is chance.
MANY = 100
LETTERS = HashingVectorizer(
    analyzer="char_wb",
    ngram_range=(2, 5),
    n_features=BUCKETS,
    alternate_sign=False,
    norm=None,
    lowercase=True,
    dtype=np.float32,
)
WORDS = HashingVectorizer(
    analyzer="word",
    token_pattern=r"(?u)\b\w+\b",
    ngram_range=(1, 2),
    n_features=BUCKETS,
    alternate_sign=False,
    norm=None,
    dtype=np.float32,
)


def count(texts: Sequence[str]) -> Tuple[csr_matrix, csr_matrix]:
    """How often each text has each character n-gram and each word or pair, damped: two (texts, BUCKETS)."""
    found = []
    for vectorizer in (LETTERS, WORDS):
        counts = vectorizer.transform(texts)
        counts.data = 1 + np.log(counts.data)
        found.append(counts)
    return found[0], found[1]


def inverse_frequency(counts: csr_matrix) -> np.ndarray:
    """The smoothed logarithm of how rare each n-gram is: (BUCKETS,)."""
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    return (np.log((1 + counts.shape[0]) / (1 + seen)) + 1).astype(np.float32)


def weigh(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """TF-IDF rows of length 1."""
    rows = counts.copy()
    rows.data *= idf[rows.indices]
    sizes = np.diff(rows.indptr)
    squares = np.bincount(np.repeat(np.arange(len(sizes)), sizes), rows.data**2, len(sizes))
    rows.data /= np.repeat(np.maximum(np.sqrt(squares), 1e-9), sizes).astype(np.float32)
    return rows


def invert(kernel: np.ndarray) -> np.ndarray:
    """The inverse of a symmetric positive matrix, of which the lower half is given, by Cholesky.

    It takes the place of `kernel` (doubles, Fortran's order): with 13,000 examples each copy would be 1.3 GB.
    """
    factor, failed = scipy.linalg.lapack.dpotrf(kernel, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("the kernel is not positive: the ridge is too small")
    half, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    for first in range(0, len(half), STRIPE):  # the upper half
        last = first + STRIPE
        square = half[first:last, first:last]
        square[:] = np.tril(square) + np.tril(square, -1).T
        half[first:last, last:] = half[last:, first:last].T
    return half


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return scores / scores.sum(axis=-1, keepdims=True)


def held_out_folds(y: np.ndarray, folds: int = FOLDS, seed: int = 7) -> np.ndarray:
    """A fold for every example, each topic spread evenly over them."""
    random = np.random.RandomState(seed)
    fold = np.zeros(len(y), np.int64)
    for label in np.unique(y):
        members = random.permutation(np.flatnonzero(y == label))
        fold[members] = (np.arange(len(members)) + label) % folds
    return fold


@dataclass
class TopicModel:
    """Fits and scores; everything it knows is in `labels` and `arrays` (NumPy only, no pickle).

    `vectors` are (sentences, views, width), each view L2-normalised; texts are cleaned. It is fitted exactly; messages
    are compared with the examples by `nlu.nearness`.
    """

    views: Tuple[Tuple[int, float], ...] = ((-1, 0.6), (0, 0.4))  # which views of the encoder, and their shares
    width: float = 2.0  # of the Gaussians: exp(width * (cosine - 1))
    letters: float = 0.4  # the share of the character n-grams beside them, where examples are many
    words: float = 0.2  # and of words and pairs of words
    ridge: float = 0.2
    labels: List[str] = field(default_factory=list)
    arrays: Dict[str, np.ndarray] = field(default_factory=dict)
    nearness: Optional[Nearness] = field(default=None, repr=False)  # to the examples in `arrays`, once it was needed

    def fit(self, vectors: np.ndarray, texts: Sequence[str], labels: Sequence[str]) -> "TopicModel":
        """Learns from examples; keeps their held-out scores (examples, labels) in `held_out` and columns in `y`."""
        self.labels = sorted(set(labels))
        self.y = np.searchsorted(self.labels, labels)
        counted = count(texts)
        rarity = [inverse_frequency(counts) for counts in counted]
        weighed = [weigh(counts, idf) for counts, idf in zip(counted, rarity, strict=False)]
        chosen = self.chosen_views(vectors)
        shares = self.shares(len(labels) / len(self.labels))
        kernel = np.zeros((len(labels), len(labels)), order="F")
        for first in range(0, len(labels), STRIPE):  # the lower half, not all at once: what is made meanwhile is large
            rows, before = slice(first, first + STRIPE), slice(0, first + STRIPE)
            part = self.kernel(view[rows] @ view[before].T for view in chosen)
            for share, matrix in zip(shares, weighed, strict=False):
                part += share * (matrix[rows] @ matrix[before].T).toarray()
            kernel[rows, before] = part
        kernel[np.diag_indices_from(kernel)] += self.ridge
        inverse = invert(kernel)
        targets = np.eye(len(self.labels), dtype=np.float32)[self.y]
        dual = (inverse @ targets).astype(np.float32)
        self.arrays = {"dual": dual, "examples": chosen}
        self.nearness = None
        for name, share, matrix, idf in zip(("letter", "word"), shares, weighed, rarity, strict=False):
            # Float16 on disk halves the archive; the scores change in the fourth digit.
            self.arrays[name + "_weights"] = np.asarray(matrix.T @ (share * dual)).astype(np.float16)
            self.arrays[name + "_idf"] = idf
        self.held_out = self.leave_out(inverse, dual, targets)
        return self

    def shares(self, examples: float) -> Tuple[float, float]:
        """The shares of letters and of words where a topic has so many examples on average: they grow as its root."""
        part = min(1.0, (examples / MANY) ** 0.5)
        return self.letters * part, self.words * part

    def chosen_views(self, vectors: np.ndarray) -> np.ndarray:
        """The views in use: (used views, sentences, width), contiguous."""
        return np.stack([vectors[:, view] for view, _ in self.views]).astype(np.float32)

    def kernel(self, cosines: Iterable[np.ndarray]) -> np.ndarray:
        """The Gaussians' kernel from the cosines of each chosen view, in the shape of these."""
        parts = zip(self.views, cosines, strict=False)
        return sum(share * np.exp(self.width * (cosine - 1)) for (_, share), cosine in parts)

    def leave_out(self, inverse: np.ndarray, dual: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The scores of each fold's examples from a model that never saw the fold, without fitting again.

        For a ridge regression y - f(without the block) = inverse[block, block]^-1 @ dual[block].
        """
        held_out = np.zeros_like(targets)
        fold = held_out_folds(self.y)
        for place in range(FOLDS):
            part = np.flatnonzero(fold == place)
            if len(part):
                held_out[part] = targets[part] - np.linalg.solve(inverse[np.ix_(part, part)], dual[part])
        return held_out

    def scores(self, vectors: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Ridge scores (texts, labels): about 1 for the topic, about 0 for the others."""
        arrays = self.arrays
        self.nearness = self.nearness or Nearness(arrays["examples"])
        cosines = map(self.nearness.cosines, self.chosen_views(vectors).swapaxes(0, 1))
        total = np.stack([self.kernel(of_views) @ arrays["dual"] for of_views in cosines])
        for name, counts in zip(("letter", "word"), count(texts), strict=False):
            rows = weigh(counts, arrays[name + "_idf"])
            for index in range(len(texts)):  # row by row: only the n-grams of the text are looked up
                part = slice(rows.indptr[index], rows.indptr[index + 1])
                weights = arrays[name + "_weights"][rows.indices[part]].astype(np.float32)
                total[index] += rows.data[part] @ weights
        return total
