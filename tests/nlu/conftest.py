"""What several tests of the language engine share."""

import pytest

from nlu.reader import Reader, read_examples


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The engine trained on the project's own data (embeddings come from the disk after the first run)."""
    examples = read_examples()
    return Reader().fit([example.text for example in examples], [example.topic for example in examples])
