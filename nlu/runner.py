"""Runs Rasa's graph of components one after another, in an order that is worked out once.

Rasa has dask plan a parallel run anew for each message and each prediction, and then run it in one thread.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from rasa.engine.runner.dask import DaskGraphRunner

Plan = List[Tuple[str, List[str]]]
"""The nodes to run, each with those whose outputs it takes."""


class OrderedRunner(DaskGraphRunner):
    """Gives what Rasa's own runner gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: Dict[Tuple[str, ...], Plan] = {}

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """The outputs of the targets (all that the model has without any), by their names."""
        wanted = tuple(targets or self._graph_schema.target_names)
        if wanted not in self._plans:
            self._plans[wanted] = self._plan(wanted)
        outputs = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in self._plans[wanted]:
            outputs[name] = self._instantiated_nodes[name](*(outputs[need] for need in needs))
        return dict(outputs[name] for name in wanted)

    def _plan(self, targets: Tuple[str, ...]) -> Plan:
        nodes, plan = self._graph_schema.nodes, {}  # type: ignore[var-annotated]

        def visit(name: str) -> None:
            if name in nodes and name not in plan:  # what is no node is an input
                needs = list(nodes[name].needs.values())
                for need in needs:
                    visit(need)
                plan[name] = needs

        for target in targets:
            visit(target)
        return list(plan.items())
