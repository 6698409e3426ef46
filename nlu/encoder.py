"""Rasa's graph component for the sentence encoder (`nlu.minilm`) and the spelling before it (`nlu.text`)."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.minilm import CachedEncoder, Encoder, vocabulary
from nlu.text import Speller, clean
from nlu.understanding import SPANS, VECTORS, spans_to_encode


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(GraphComponent):
    """Gives every message its vectors: in training of the whole text, in parsing of each span that may be a request.

    Sets `VECTORS` to {tidied text: float32 (views, width)} and, in parsing, `SPANS` to the spans of the message.
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, counts: Optional[Dict[str, int]] = None
    ) -> None:
        self._storage = model_storage
        self._resource = resource
        self._words = vocabulary()  # an absent package is reported when the graph is made, not at the first message
        self._speller = Speller(counts or {}, self._words)
        self._encoder: Optional[Encoder] = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Creates the component; `EncoderMissing` where the package with the weights is not installed."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which words the training examples use: misspellings become these."""
        texts = [clean(example.get(TEXT)) for example in training_data.training_examples if example.get(TEXT)]
        self._speller = Speller.learn(texts, self._words)
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(self._speller.counts, sort_keys=True))
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SentenceEncoder:
        """The component with the words of its training."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, json.loads((folder / "words.json").read_text()))

    def tidy(self, text: str) -> str:
        """The text as it is encoded: cleaned, with slips of the fingers mended."""
        return self._speller.mend(clean(text))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encodes all training examples in batches, exactly; those seen in an earlier training come from the disk."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        texts = [self.tidy(example.get(TEXT)) for example in examples]
        if not texts:
            return training_data
        for example, text, vectors in zip(examples, texts, CachedEncoder().encode(texts), strict=False):
            example.set(VECTORS, {text: vectors})
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Encodes the spans of each message, one by one (a message rarely has more than one)."""
        self._encoder = self._encoder or Encoder(int8=True)
        for message in messages:
            spans = spans_to_encode(message.get(TEXT) or "", message.get("text_spacy_doc"), self.tidy)
            texts = sorted({span.text for span in spans})
            message.set(SPANS, spans)
            message.set(VECTORS, dict(zip(texts, self._encoder.encode(texts), strict=False)))
        return messages
