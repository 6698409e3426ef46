"""What Rasa is told, in Rasa's own structures and in ours."""

import base64
from pathlib import Path
from typing import Any, Dict, Iterator, List

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.classifier import TopicClassifier, leading
from nlu.encoder import SentenceEncoder
from nlu.reader import read_examples
from nlu.spacy_pipeline import assemble

PLAIN = ["greet", "book_consultation", "urgent_problem", "out_of_scope", "inform", "affirm", "thanks", "human_handoff"]
FAQ = ["pain", "price", "longevity", "side_effects", "pattern_baldness"]


class Parser:
    """The two components one after another, as Rasa's graph runs them."""

    def __init__(self, folder: Path) -> None:
        storage = LocalModelStorage(folder)
        examples = [one for one in read_examples() if one.topic in PLAIN + FAQ]
        messages = [
            Message.build(one.text, intent=f"faq/{one.topic}" if one.topic in FAQ else one.topic) for one in examples
        ]
        data = TrainingData(messages)
        encoder = SentenceEncoder(storage, Resource("encoder"))
        encoder.train(data)
        encoder.process_training_data(data)
        TopicClassifier(storage, Resource("classifier")).train(data)
        # What was saved is what parses.
        self.encoder = SentenceEncoder.load({}, storage, Resource("encoder"), None)  # type: ignore[arg-type]
        self.classifier = TopicClassifier.load({}, storage, Resource("classifier"), None)  # type: ignore[arg-type]
        self.pipeline = assemble()

    def parse(self, text: str) -> Dict[str, Any]:
        message = Message({"text": text, "text_spacy_doc": self.pipeline(text)})
        return self.classifier.process(self.encoder.process([message]))[0].as_dict(only_output_properties=True)


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parser]:
    return Parser(tmp_path_factory.mktemp("model"))


def test_a_question_is_a_retrieval_intent_with_its_response(parser: Parser) -> None:
    parsed = parser.parse("does it hurt?")
    assert parsed["intent"]["name"] == "faq"
    assert 0 < parsed["intent"]["confidence"] <= 1
    selector = parsed["response_selector"]
    assert selector["all_retrieval_intents"] == ["faq"]
    assert selector["faq"]["response"]["intent_response_key"] == "faq/pain"
    assert selector["faq"]["response"]["utter_action"] == "utter_faq/pain"
    assert selector["faq"]["ranking"][0]["intent_response_key"] == "faq/pain"
    assert "default" in selector
    assert parsed["intent_ranking"][0]["name"] == "faq"
    assert len({one["name"] for one in parsed["intent_ranking"]}) == len(parsed["intent_ranking"])


def test_the_understanding_is_the_documented_one(parser: Parser) -> None:
    text = "  My name is Tom Baker and how much is it?"
    understanding = parser.parse(text)["understanding"]
    assert set(understanding) == {"language", "segments", "entities"}
    assert understanding["language"] == "en"
    assert [segment["topic"] for segment in understanding["segments"]] == ["inform", "price"]
    for segment in understanding["segments"]:
        assert set(segment) == {"text", "start", "end", "topic", "confidence", "decision", "ranking", "vector"}
        assert text[segment["start"] : segment["end"]] == segment["text"]
        assert segment["decision"] in ("sure", "offer", "refuse")
        assert 1 <= len(segment["ranking"]) <= 5
        vector = np.frombuffer(base64.b64decode(segment["vector"]), "<f2").astype(float)
        assert vector.shape == (384,)
        assert abs(np.linalg.norm(vector) - 1) < 1e-2
    (entity,) = understanding["entities"]
    assert (entity["entity"], entity["value"]) == ("name", "Tom Baker")
    assert text[entity["start"] : entity["end"]] == "Tom Baker"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how much is it and my head is bleeding badly since the session", "urgent_problem"),
        ("I want to book a consultation, and does it hurt?", "book_consultation"),
        ("can I speak to a person, and how much is it?", "human_handoff"),
        ("do you do eyebrows", "out_of_scope"),
        ("hello", "greet"),
    ],
)
def test_the_most_pressing_segment_names_the_message(parser: Parser, text: str, intent: str) -> None:
    assert parser.parse(text)["intent"]["name"] == intent


def test_the_same_message_is_always_understood_the_same(parser: Parser) -> None:
    first = parser.parse("does it hurt and how much is it")
    parser.parse("something else entirely")
    assert parser.parse("does it hurt and how much is it") == first


def test_precedence() -> None:
    def part(topic: str, decision: str = "sure") -> Dict[str, Any]:
        return {"topic": topic, "decision": decision}

    faq = {"pain", "price"}
    cases: List[Any] = [
        (["pain", "urgent_problem"], "urgent_problem"),
        (["stop", "human_handoff"], "human_handoff"),
        (["pain", "book_consultation"], "book_consultation"),
        (["out_of_scope", "pain"], "pain"),
        (["affirm", "price"], "price"),
        (["inform", "price"], "inform"),
    ]
    for topics, expected in cases:
        assert leading([part(topic) for topic in topics], faq)["topic"] == expected
