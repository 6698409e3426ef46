"""Looks for mistakes in the training data: `python -m nlu.check_data [--all]`; exit code 1 where something must be mended.

Must be mended: one sentence under two topics, a topic with too few examples, a sentence of the development set in the
training data. Worth a look: sentences whose nearest neighbours all have another label, and those that a model trained
without them is confidently sure belong elsewhere.
"""  # noqa: E501

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterator, List, Sequence, Tuple

import numpy as np
import yaml

from nlu.reader import Example, Reader, read_examples
from nlu.text import clean
from nlu.topics import OUTSIDE, softmax

LEAST = 40  # examples a topic
LEAST_OUTSIDE = 400
ALIKE = 0.92  # cosine from which two sentences of different topics are suspicious
COPIED = 0.97  # cosine from which a message kept back for measuring counts as copied
SURE = 0.6  # probability of another topic, from a model that never saw the sentence
SHOWN = 25
HELD_BACK = (Path("tests/nlu/dev.yml"), Path("tests/nlu/fresh.yml"))


def key(text: str) -> str:
    """What makes two sentences the same: their letters and digits."""
    words = "".join(letter if letter.isalnum() else " " for letter in clean(text).lower()).split()
    return " ".join(words) or text.strip()  # "??" and a thumb have neither letters nor digits


def duplicates(examples: Sequence[Example]) -> Iterator[str]:
    """The same sentence under two topics."""
    topics: Dict[str, Dict[str, str]] = defaultdict(dict)
    for example in examples:
        topics[key(example.text)][example.topic] = example.file
    for text, places in sorted(topics.items()):
        if len(places) > 1:
            yield f"{text!r} stands under {', '.join(f'{topic} ({file})' for topic, file in sorted(places.items()))}"


def repeated(examples: Sequence[Example]) -> Iterator[str]:
    """The same sentence twice under one topic."""
    for (text, topic), number in sorted(Counter((key(one.text), one.topic) for one in examples).items()):
        if number > 1:
            yield f"{text!r} stands {number} times under {topic}"


def thin(examples: Sequence[Example]) -> Iterator[str]:
    """Topics with too few different examples."""
    counts = Counter(topic for _, topic in {(key(example.text), example.topic) for example in examples})
    for topic, number in sorted(counts.items()):
        least = LEAST_OUTSIDE if topic == OUTSIDE else LEAST
        if number < least:
            yield f"{topic} has {number} examples, it needs {least}"


def alike(examples: Sequence[Example], vectors: np.ndarray) -> Iterator[str]:
    """Pairs of different topics that the encoder hardly tells apart, most alike first."""
    near = vectors @ vectors.T
    topics = np.array([example.topic for example in examples])
    first, second = np.nonzero(np.triu((near > ALIKE) & (topics[:, None] != topics[None, :]), 1))
    for one, two in sorted(zip(first, second, strict=False), key=lambda pair: -near[pair]):
        yield f"{near[one, two]:.2f}  {topics[one]}: {examples[one].text!r}  ~  {topics[two]}: {examples[two].text!r}"


def misplaced(examples: Sequence[Example], reader: Reader) -> Iterator[str]:
    """Sentences that a model trained without them is sure belong elsewhere, surest first."""
    chance = softmax(reader.model.held_out * reader.decider.arrays["sharpness"])
    best = chance.argmax(axis=1)
    wrong = np.flatnonzero((best != reader.model.y) & (chance.max(axis=1) > SURE))
    for index in sorted(wrong, key=lambda place: -chance[place].max()):
        example, guess = examples[index], reader.model.labels[best[index]]
        yield f"{chance[index].max():.2f}  {example.topic}: {example.text!r} looks like {guess}  ({example.file})"


def copied(examples: Sequence[Example], vectors: np.ndarray, reader: Reader) -> Tuple[List[str], List[str]]:
    """Messages kept back for measuring that training has too: the same ones, and nearly the same ones."""
    texts = [
        message["text"]
        for path in HELD_BACK
        if path.is_file()
        for message in yaml.safe_load(path.read_text(encoding="utf-8"))["messages"]
    ]
    if not texts:
        return [], []
    known = {key(example.text) for example in examples}
    # "hi" and "no thanks" are the same words whoever writes them: three words and more are copied.
    same = [repr(text) for text in texts if key(text) in known and len(key(text).split()) > 3]
    near = reader.encode([reader.tidy(text) for text in texts], exact=True)[:, -1] @ vectors.T
    close = [
        f"{near[place].max():.2f}  {texts[place]!r}  ~  {examples[near[place].argmax()].text!r}"
        for place in np.flatnonzero(near.max(axis=1) > COPIED)
        if key(texts[place]) not in known and len(texts[place].split()) > 3
    ]
    return same, close


def show(title: str, found: Sequence[str], everything: bool) -> int:
    """Prints one list, shortened; how many there are."""
    print(f"{title}: {len(found) or 'none'}")
    for line in found if everything else found[:SHOWN]:
        print("   " + line)
    if len(found) > SHOWN and not everything:
        print(f"   ... and {len(found) - SHOWN} more (--all shows them)")
    return len(found)


def main(arguments: Sequence[str]) -> int:
    """Checks data/; 0 when nothing must be mended."""
    everything = "--all" in arguments
    examples = read_examples()
    print(f"{len(examples)} examples of {len({example.topic for example in examples})} topics")
    must = show("Same sentence under two topics", list(duplicates(examples)), everything)
    must += show("Topics with too few examples", list(thin(examples)), everything)
    reader = Reader().fit([example.text for example in examples], [example.topic for example in examples])
    vectors = reader.cache.encode([reader.tidy(example.text) for example in examples])[:, -1]
    same, close = copied(examples, vectors, reader)
    must += show("Kept back for measuring, but in the training data", same, everything)
    show("Kept back for measuring, but nearly in the training data", close, everything)
    show("Same sentence twice under one topic", list(repeated(examples)), everything)
    show("Nearly the same under two topics", list(alike(examples, vectors)), everything)
    show(
        "Looks mislabelled (a model that did not see it is sure of another topic)",
        list(misplaced(examples, reader)),
        everything,
    )
    return 1 if must else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
