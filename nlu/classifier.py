"""Rasa's graph component that names the topics of a message (`nlu.topics`, `nlu.decisions`, `nlu.understanding`)."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    RESPONSE_SELECTOR,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu import entities, segments  # noqa: F401  (spaCy loads the saved pipeline by the names registered there)
from nlu.decisions import Decider
from nlu.dividing import Judgement, Pieces, Span
from nlu.encoder import SentenceEncoder
from nlu.language import detect
from nlu.topics import OUTSIDE, TopicModel
from nlu.understanding import SPANS, VECTORS, as_segment, booking_entities, choose_segments

RETRIEVAL = "faq"
FALLBACK = "nlu_fallback"
# The message's one intent, where it has several segments: the first of these that is there.
PRECEDENCE = (
    "urgent_problem", "human_handoff", "stop", "start_over", "privacy", "book_consultation", "correct_detail",
    "refuse_detail", "inform", "clarify",
)  # fmt: skip
LAST = (OUTSIDE,)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Sets Rasa's `intent`, `intent_ranking`, `response_selector`, `entities`, and the key `understanding`."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """The vectors come from the encoder."""
        return [SentenceEncoder]

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._storage = model_storage
        self._resource = resource
        self.model = TopicModel()
        self.decider = Decider([])
        self.faq_topics: List[str] = []

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """An untrained classifier."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the topic model and, on held-out scores, the confidences; saves both as NumPy arrays."""
        texts, labels, vectors = training_examples(training_data)
        self.faq_topics = sorted({label.split("/", 1)[1] for label in labels if label.startswith(RETRIEVAL + "/")})
        topics = [label.split("/", 1)[-1] for label in labels]
        self.model.fit(vectors, texts, topics)
        self.decider = Decider(self.model.labels).fit(self.model.held_out, self.model.y)
        self._save()
        return self._resource

    def _save(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / "model.npz", **self.model.arrays)
            np.savez(folder / "decider.npz", **self.decider.arrays)
            names = {"labels": self.model.labels, "faq": self.faq_topics}
            (folder / "labels.json").write_text(json.dumps(names))

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """The trained classifier of a model archive."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "labels.json").read_text())
            component.faq_topics = names["faq"]
            component.model.labels = names["labels"]
            component.model.arrays = dict(np.load(folder / "model.npz"))
            component.decider = Decider(names["labels"], dict(np.load(folder / "decider.npz")))
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Understands each message on its own."""
        for message in messages:
            self._understand(message)
        return messages

    def _understand(self, message: Message) -> None:
        text, spans, vectors = message.get(TEXT) or "", message.get(SPANS), message.get(VECTORS)
        judgements = self._judge(spans, vectors)
        chosen = choose_segments(Pieces(spans, lambda span: judgements[span.text]))
        parts = [as_segment(text, span, judgement, vectors[span.text][-1]) for span, judgement in chosen]
        found = booking_entities(message.get("text_spacy_doc"))
        understanding = {"language": detect(text), "segments": parts, "entities": found}
        self._tell_rasa(message, parts)
        message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        message.set("understanding", understanding, add_to_output=True)

    def _judge(self, spans: Sequence[Span], vectors: Dict[str, np.ndarray]) -> Dict[str, Judgement]:
        texts = sorted({span.text for span in spans})
        scores = self.model.scores(np.stack([vectors[text] for text in texts]), texts)
        return dict(zip(texts, self.decider.judge(scores, texts), strict=False))

    def _tell_rasa(self, message: Message, parts: List[Dict[str, Any]]) -> None:
        """Sets Rasa's own keys from the segment that decides what happens with the message."""
        part = leading(parts, set(self.faq_topics))
        ranking = [(RETRIEVAL if item["topic"] in self.faq_topics else item["topic"], item["confidence"])
                   for item in part["ranking"]]  # fmt: skip
        name = FALLBACK if part["decision"] == "refuse" and part["topic"] != OUTSIDE else part["topic"]
        name = RETRIEVAL if name in self.faq_topics else name
        intent = {"name": name, "confidence": part["confidence"]}
        message.set(INTENT, intent, add_to_output=True)
        message.set(INTENT_RANKING_KEY, [intent, *summed(ranking, name)], add_to_output=True)
        message.set(RESPONSE_SELECTOR, self._response_selector(parts), add_to_output=True)

    def _response_selector(self, parts: List[Dict[str, Any]]) -> Dict[str, Any]:
        """Rasa's structure, for the first segment that is a question about the treatment or the clinic."""
        known = set(self.faq_topics)
        part = next((part for part in parts if part["topic"] in known), parts[0])
        ranking = [
            {"confidence": item["confidence"], "intent_response_key": f"{RETRIEVAL}/{item['topic']}"}
            for item in part["ranking"]
            if item["topic"] in known
        ]
        best = ranking[0] if ranking else {"confidence": 0.0, "intent_response_key": None}
        key = best["intent_response_key"]
        answer = {
            "responses": None,
            "confidence": best["confidence"],
            "intent_response_key": key,
            "utter_action": f"utter_{key}" if key else None,
        }
        return {
            "all_retrieval_intents": [RETRIEVAL],
            RETRIEVAL: {"response": answer, "ranking": ranking},
            "default": {
                "response": {**answer, "confidence": 0.0, INTENT_RESPONSE_KEY: None, "utter_action": "utter_None"},
                "ranking": [],
            },
        }


def training_examples(training_data: TrainingData) -> Tuple[List[str], List[str], np.ndarray]:
    """Cleaned texts, full intents and vectors (examples, views, width) of everything with an intent."""
    texts, labels, vectors = [], [], []
    for example in training_data.intent_examples:
        if example.get(TEXT) and example.get(VECTORS):
            ((text, views),) = example.get(VECTORS).items()
            texts.append(text)
            labels.append(example.get_full_intent())
            vectors.append(views)
    return texts, labels, np.stack(vectors)


def leading(parts: List[Dict[str, Any]], faq_topics: "set[str]") -> Dict[str, Any]:
    """The segment that decides what is done with the whole message."""

    def rank(part: Dict[str, Any]) -> Tuple[int, int]:
        topic = part["topic"]
        doubtful = 0 if part["decision"] == "sure" or topic == "urgent_problem" else 1
        if topic in PRECEDENCE:
            return doubtful, PRECEDENCE.index(topic)
        if topic in faq_topics:
            return doubtful, len(PRECEDENCE)
        return (1 if topic in LAST else doubtful), len(PRECEDENCE) + (2 if topic in LAST else 1)

    return min(parts, key=rank)


def summed(ranking: Sequence[Tuple[str, float]], first: Optional[str]) -> List[Dict[str, Any]]:
    """One entry an intent (topics of `faq` added up), best first, without the one already at the top."""
    totals: Dict[str, float] = {}
    for name, confidence in ranking:
        totals[name] = totals.get(name, 0.0) + confidence
    totals.pop(first or "", None)
    return [{"name": name, "confidence": value} for name, value in sorted(totals.items(), key=lambda pair: -pair[1])]
