"""Training happens when, and only when, something that matters has changed."""

from pathlib import Path

import pytest

from nlu import train


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "data" / "faq").mkdir(parents=True)
    (tmp_path / "config.yml").write_text("pipeline: []\n")
    (tmp_path / "domain.yml").write_text("intents: [faq]\n")
    (tmp_path / "nlu" / "topics.py").write_text("A = 1\n")
    (tmp_path / "data" / "faq" / "pain.yml").write_text("nlu:\n- intent: faq/pain\n  examples: |\n    - does it hurt\n")
    (tmp_path / "data" / "faq" / "answers.yml").write_text("responses:\n  utter_faq/pain:\n  - text: A little.\n")
    (tmp_path / "data" / "facts.yml").write_text("facts: []\n")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "content"),
    [("config.yml", "pipeline: [x]\n"), ("domain.yml", "intents: []\n"), ("nlu/topics.py", "A = 2\n"),
     ("data/faq/pain.yml", "nlu:\n- intent: faq/pain\n  examples: |\n    - ouch\n"),
     ("data/faq/answers.yml", "responses:\n  utter_faq/pain2:\n  - text: A little.\n"),
     ("data/rules.yml", "rules: []\n")],
)  # fmt: skip
def test_what_matters_changes_the_model(project: Path, path: str, content: str) -> None:
    before = train.fingerprint(project)
    (project / path).write_text(content)
    assert train.fingerprint(project) != before


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("data/faq/answers.yml", "responses:\n  utter_faq/pain:\n  - text: Not at all.\n"),
        ("data/facts.yml", "facts: [1]\n"),
    ],
)
def test_wording_does_not(project: Path, path: str, content: str) -> None:
    before = train.fingerprint(project)
    (project / path).write_text(content)
    assert train.fingerprint(project) == before


def test_nothing_is_trained_where_the_model_exists(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr(train, "train", lambda target: pytest.fail("trained"))
    train.MODELS.mkdir()
    (train.MODELS / f"hairline-{train.fingerprint()}.tar.gz").touch()
    assert train.main() == 0
    assert "up to date" in capsys.readouterr().out


def test_only_the_newest_models_stay(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.chdir(project)
    train.MODELS.mkdir()
    for age in range(6):
        path = train.MODELS / f"hairline-{age}.tar.gz"
        path.touch()
        os.utime(path, (1000 - age, 1000 - age))
    train.drop_old_models()
    assert sorted(path.name for path in train.MODELS.iterdir()) == [
        f"hairline-{age}.tar.gz" for age in range(train.KEPT)
    ]
