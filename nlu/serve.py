"""Serves Rasa without what it does in vain: `python -m nlu.serve run ...` takes what `rasa run ...` takes.

- Rasa imports TensorFlow at every start, whatever the pipeline is made of; ours uses nothing of it. Each module of Rasa
  that imports it gets a stand-in: its names can be imported and listed, and using one raises `TensorFlowLeftOut`.
- Rasa checks the JSON schema of action servers' answers, a constant, anew with every answer.
- Rasa has dask plan anew with every message how to run its components (`nlu.runner`).
- Rasa makes an empty domain with every message, to see that the model's is another.

What they cost stands in docs/performance.md. Training (`nlu.train`) and tests run Rasa as it is.
"""

from __future__ import annotations

import copy
import re
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any, Dict, Optional, Sequence

from nlu import logs

NEEDS_TENSORFLOW = re.compile(rb"^(?:import|from) tensorflow\b", re.MULTILINE)

EVENTS = ("active_loop", "followup", "restart")
"""What our action server sends (actions/turn.py)."""


class TensorFlowLeftOut(RuntimeError):
    """A part of Rasa that needs TensorFlow was used where Rasa serves without it."""


class Unusable(type):
    """The type of all stand-in classes: each exists, and says why it cannot be used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # asked by Python itself, which takes "no" for an answer
            raise AttributeError(name)
        raise TensorFlowLeftOut(
            f"{cls.__module__}.{cls.__name__} needs TensorFlow, which nlu.serve leaves out. To serve a pipeline with "
            "it, start Rasa with `-m rasa` instead of `-m nlu.serve` in hairline/processes.py."
        )

    def __call__(cls, *_: Any, **__: Any) -> Any:
        return cls.used


class StandIn(ModuleType):
    """A module in which every name is an unusable class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = Unusable(name, (), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class TensorFlowFinder(MetaPathFinder, Loader):
    """Finds a stand-in for each module of Rasa that would import TensorFlow, and no TensorFlow for anybody."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        """The stand-in's spec; nothing for every other module. TensorFlow itself is reported as not installed."""
        if name == "tensorflow":
            raise ModuleNotFoundError("TensorFlow is left out while Rasa serves", name=name)  # thinc does without it
        if not name.startswith("rasa."):
            return None
        found = PathFinder.find_spec(name, path)
        loader = found.loader if found else None
        if isinstance(loader, SourceFileLoader) and NEEDS_TENSORFLOW.search(loader.get_data(loader.path)):
            return ModuleSpec(name, self)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in."""
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""


def leave_out_tensorflow() -> None:
    """From here on, importing Rasa does not import TensorFlow. To be called before Rasa is imported."""
    sys.meta_path.insert(0, TensorFlowFinder())


def check_schema_once() -> None:
    """Has every answer of the action server checked as before, but the schema itself only now.

    Of events, those are let in that ours sends; Rasa would try each against the schemas of all that there are.
    """
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = copy.deepcopy(RemoteAction.action_response_format_spec())
    event = schema["properties"]["events"]["items"]
    event["oneOf"] = [one for one in event["oneOf"] if one["properties"]["event"]["const"] in EVENTS]
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(_: RemoteAction, result: Dict[str, Any]) -> bool:
        fault = best_match(validator.iter_errors(result))
        if fault is not None:
            raise fault
        return True

    RemoteAction._validate_action_result = validate


def run_components_in_order() -> None:
    """Has models that are loaded from here on run by `nlu.runner`."""
    import rasa.core.processor

    from nlu.runner import OrderedRunner

    rasa.core.processor.DaskGraphRunner = OrderedRunner


def make_one_empty_domain() -> None:
    """Has domains compared with one empty domain, the same each time."""
    from rasa.shared.core.domain import Domain

    empty = Domain.empty().as_dict()
    Domain.is_empty = lambda domain: domain.as_dict() == empty


def keep_our_log_lines() -> None:
    """Has Rasa write no lines in a form of its own (nlu/logs.py)."""
    import rasa.utils.io

    rasa.utils.io.configure_colored_logging = lambda _: None


if __name__ == "__main__":
    logs.set_up()
    leave_out_tensorflow()
    check_schema_once()
    run_components_in_order()
    make_one_empty_domain()
    keep_our_log_lines()
    from rasa.__main__ import main

    main()
