"""The whole of understanding without Rasa: what the graph components do together, for measuring and for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import yaml

from nlu.decisions import Decider
from nlu.dividing import Judgement, Pieces
from nlu.minilm import CachedEncoder, Encoder, vocabulary
from nlu.text import Speller, clean
from nlu.topics import TopicModel
from nlu.understanding import Segments, choose_segments, spans_to_encode


@dataclass(frozen=True)
class Example:
    """One labelled sentence of the training data and where it stands."""

    text: str
    topic: str  # without `faq/`
    file: str


def read_examples(folder: Path = Path("data")) -> List[Example]:
    """Every training example below the folder, in the order of files and lines."""
    found = []
    for path in sorted(folder.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        blocks = content.get("nlu") if isinstance(content, dict) else None
        for block in blocks or []:
            topic = block.get("intent", "").split("/", 1)[-1]
            for line in (block.get("examples") or "").splitlines():
                if topic and line.strip().startswith("- "):
                    found.append(Example(line.strip()[2:].strip(), topic, str(path)))
    return found


class Reader:
    """Learns from labelled texts, then reads messages."""

    def __init__(self, cache: Optional[CachedEncoder] = None) -> None:
        self.cache = cache or CachedEncoder()
        self.encoder: Optional[Encoder] = None
        self.model = TopicModel()
        self.decider = Decider([])
        self.pipeline: Any = None

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> "Reader":
        """Learns spelling, topics and confidences."""
        cleaned = [clean(text) for text in texts]
        self.speller = Speller.learn(cleaned, vocabulary())
        tidied = [self.speller.mend(text) for text in cleaned]
        self.model.fit(self.cache.encode(tidied), tidied, labels)
        self.decider = Decider(self.model.labels).fit(self.model.held_out, self.model.y)
        return self

    def tidy(self, text: str) -> str:
        """The text as it is encoded."""
        return self.speller.mend(clean(text))

    def encode(self, texts: Sequence[str], exact: bool = False) -> np.ndarray:
        """Vectors as a visitor's message gets them (int8), or exact ones through the cache."""
        if exact:
            return self.cache.encode(texts)
        self.encoder = self.encoder or Encoder(int8=True)
        return self.encoder.encode(texts)

    def scores(self, texts: Sequence[str], exact: bool = False) -> np.ndarray:
        """Scores of whole texts: (texts, labels)."""
        tidied = [self.tidy(text) for text in texts]
        return self.model.scores(self.encode(tidied, exact), tidied)

    def pieces(self, text: str) -> Pieces:
        """The spans of a message, judged."""
        if self.pipeline is None:
            from nlu.spacy_pipeline import assemble

            self.pipeline = assemble()
        spans = spans_to_encode(text, self.pipeline(text), self.tidy)
        texts = sorted({span.text for span in spans})
        judged: Dict[str, Judgement] = dict(
            zip(texts, self.decider.judge(self.model.scores(self.encode(texts), texts), texts), strict=False)
        )
        return Pieces(spans, lambda span: judged[span.text])

    def read(self, text: str) -> Segments:
        """The segments of a message."""
        return choose_segments(self.pieces(text))
