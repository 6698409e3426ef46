"""The encoder computes what the published network computes, keeps what it computed, and says how to install it."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from scipy.special import erf

from nlu import minilm

TEXTS = [
    "does it hurt",
    "How much is a full head, please?",
    "I had a strip transplant in 2011 and the scar shows when I fade it",
]


def plain_numpy(encoder: minilm.Encoder, text: str) -> np.ndarray:
    """A BERT of six layers in plain NumPy, fp32: the mean-pooled states after each layer, each of length 1."""
    weights = load_file(str(minilm.package_folder() / "model.safetensors"))
    ids = encoder.tokenizer.encode(text).ids

    def linear(value: np.ndarray, name: str) -> np.ndarray:
        return value @ weights[name + ".weight"].T + weights[name + ".bias"]

    def norm(value: np.ndarray, name: str) -> np.ndarray:
        centred = value - value.mean(-1, keepdims=True)
        unit = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return unit * weights[name + ".weight"] + weights[name + ".bias"]

    hidden = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    hidden = norm(hidden + weights["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    views = []
    for number in range(6):
        name = f"encoder.layer.{number}."
        q, k, v = (linear(hidden, f"{name}attention.self.{part}").reshape(-1, 12, 32).transpose(1, 0, 2)
                   for part in ("query", "key", "value"))  # fmt: skip
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(32)
        share = np.exp(scores - scores.max(-1, keepdims=True))
        context = (share / share.sum(-1, keepdims=True) @ v).transpose(1, 0, 2).reshape(-1, 384)
        hidden = norm(linear(context, name + "attention.output.dense") + hidden, name + "attention.output.LayerNorm")
        raised = linear(hidden, name + "intermediate.dense")
        lowered = linear(raised * 0.5 * (1 + erf(raised / np.sqrt(2))), name + "output.dense")
        hidden = norm(lowered + hidden, name + "output.LayerNorm")
        views.append(hidden.mean(0))
    return minilm.normalise(np.stack([views[int(view[-1]) - 1] for view in minilm.VIEWS]))


@pytest.fixture(scope="module")
def exact() -> minilm.Encoder:
    return minilm.Encoder(int8=False)


def test_the_fp32_graph_computes_what_plain_numpy_computes(exact: minilm.Encoder) -> None:
    for text, vector in zip(TEXTS, exact.encode(TEXTS), strict=False):
        assert np.abs(vector - plain_numpy(exact, text)).max() < 1e-4


def test_the_int8_graph_stays_close_to_fp32(exact: minilm.Encoder) -> None:
    cosine = (minilm.Encoder(int8=True).encode(TEXTS)[:, -1] * exact.encode(TEXTS)[:, -1]).sum(-1)
    assert cosine.min() > 0.97


def test_a_vector_does_not_depend_on_the_sentences_beside_it(exact: minilm.Encoder) -> None:
    together, alone = exact.encode(TEXTS), np.concatenate([exact.encode([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-4
    quick = minilm.Encoder(int8=True)
    assert np.array_equal(quick.encode(TEXTS), np.concatenate([quick.encode([text]) for text in TEXTS]))


def test_a_second_encoding_comes_from_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = minilm.CachedEncoder(tmp_path).encode(TEXTS)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(minilm, "Encoder", refuse)
    assert np.array_equal(minilm.CachedEncoder(tmp_path).encode(TEXTS[::-1]), first[::-1])


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(minilm.os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        minilm.write_atomically(tmp_path / "file", b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package_anywhere")
    with pytest.raises(minilm.EncoderMissing, match="make setup"):
        minilm.package_folder()


def test_long_and_empty_texts_are_encoded_too(exact: minilm.Encoder) -> None:
    vectors = exact.encode(["", "word " * 2000])
    assert vectors.shape == (2, len(minilm.VIEWS), minilm.WIDTH)
    assert np.isfinite(vectors).all()
