"""A visitor with a browser, as in the widget's tests."""

from tests.widget.conftest import arrive, base_url  # noqa: F401
