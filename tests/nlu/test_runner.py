"""Components run in order, and give what they give when Rasa runs them."""

from typing import Any, Dict, List, Type

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from nlu.runner import OrderedRunner

ran: List[str] = []


class Word(GraphComponent):
    """Puts its own word behind those it is given."""

    def __init__(self, word: str) -> None:
        self._word = word

    @classmethod
    def create(cls, config: Dict[str, Any], **_: Any) -> "Word":  # type: ignore[override]
        return cls(config["word"])

    def begin(self, given: str) -> str:
        ran.append(self._word)
        return " ".join((given, self._word))

    def join(self, one: str, other: str) -> str:
        ran.append(self._word)
        return f"({one}, {other}) {self._word}"


def node(word: str, fn: str, **needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Word, constructor_name="create", fn=fn, config={"word": word}, eager=True)


SCHEMA = GraphSchema({
    "last": node("last", "join", one="left", other="right"),
    "left": node("left", "begin", given="first"),
    "right": node("right", "begin", given="first"),
    "first": node("first", "begin", given="input"),
    "aside": node("aside", "begin", given="input"),
})  # fmt: skip


@pytest.mark.parametrize("targets", [["last"], ["left", "aside"], ["first"], ["last", "input"]])
def test_it_gives_what_rasas_own_runner_gives(targets: List[str]) -> None:
    runners = [kind(SCHEMA, None, ExecutionContext(SCHEMA)) for kind in (DaskGraphRunner, OrderedRunner)]  # type: ignore[arg-type]
    theirs, ours = [runner.run({"input": "hello"}, list(targets)) for runner in runners]
    assert ours == theirs
    assert set(ours) == set(targets)


def test_each_component_runs_once_and_only_where_it_is_needed() -> None:
    runner = OrderedRunner(SCHEMA, None, ExecutionContext(SCHEMA))  # type: ignore[arg-type]
    for _ in range(2):
        ran.clear()
        assert runner.run({"input": "hello"}, ["last"]) == {"last": "(hello first left, hello first right) last"}
        assert ran == ["first", "left", "right", "last"]


@pytest.mark.parametrize("kind", [DaskGraphRunner, OrderedRunner])
def test_a_component_that_fails_ends_the_run(kind: Type[DaskGraphRunner]) -> None:
    runner = kind(SCHEMA, None, ExecutionContext(SCHEMA))  # type: ignore[arg-type]
    with pytest.raises(GraphComponentException):
        runner.run({"input": None}, ["last"])
