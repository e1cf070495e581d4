"""What a note costs onnxruntime: the shapes of benches/decode on one thread, weights in int8 by its dynamic quantisation, in CPU time.

    pip install onnx onnxruntime && python plugin/network/benches/onnxruntime.py [--json OUT]

A note is one step of the trunk and the four heads with their copying attentions, as one graph. The cache comes in as inputs that the
graph only reads, and the new rows go out, so nothing of it is copied; embedding rows are summed outside, unmeasured, and nothing is
drawn. All of that is in onnxruntime's favour.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

# This file has the name of the package.
sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).resolve().parent]

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

HEAD, WINDOW, COPY_WINDOW = 64, 256, 512
SIZES = {"1M": (128, 2, 352), "5M": (256, 4, 704), "12M": (384, 5, 1024)}
# Symbols and copies of each field.
FIELDS = {"onset": (225, 1), "key": (128, 2), "velocity": (32, 1), "duration": (128, 1)}


class Graph:
    """A graph that grows node by node."""

    def __init__(self, dim, layers, hidden):
        self.random = np.random.default_rng(1)
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, []
        x = self.input("x", (1, dim))
        self.cos, self.sin = self.input("cos", (1, HEAD // 2)), self.input("sin", (1, HEAD // 2))
        for layer in range(layers):
            x = self.block(x, layer, dim, hidden)
        state = self.norm(x, dim)
        for field, (symbols, copies) in FIELDS.items():
            self.head(state, field, dim, symbols, copies)

    def node(self, kind, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}.{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def input(self, name, shape):
        self.inputs[name] = self.random.normal(size=shape).astype(np.float32)
        return name

    def number(self, value):
        return self.constant(np.float32(value))

    def linear(self, x, inputs, outputs):
        spread = inputs**-0.5
        return self.node("MatMul", x, self.constant(self.random.normal(0, spread, (inputs, outputs)).astype(np.float32)))

    def norm(self, x, dim):
        square = self.node("Pow", x, self.number(2))
        mean = self.node("ReduceMean", square, axes=[-1], keepdims=1)
        root = self.node("Sqrt", self.node("Add", mean, self.number(1e-5)))
        return self.node("Mul", self.node("Div", x, root), self.constant(np.ones(dim, np.float32)))

    def gated(self, x, dim, hidden):
        gate, value = self.node("Split", self.linear(x, dim, 2 * hidden), outputs=2, axis=1)
        return self.node("Mul", self.node("Mul", gate, self.node("Sigmoid", gate)), value)

    def heads_of(self, x, count):
        return self.node("Reshape", x, self.constant(np.array([count, 1, HEAD], np.int64)))

    def turned(self, x):
        low, high = self.node("Split", x, outputs=2, axis=2)
        first = self.node("Sub", self.node("Mul", low, self.cos), self.node("Mul", high, self.sin))
        second = self.node("Add", self.node("Mul", low, self.sin), self.node("Mul", high, self.cos))
        return self.node("Concat", first, second, axis=2)

    def block(self, x, layer, dim, hidden):
        heads = dim // HEAD
        qkv = self.linear(self.norm(x, dim), dim, 3 * dim)
        query, key, value = (self.heads_of(part, heads) for part in self.node("Split", qkv, outputs=3, axis=1))
        query, key = self.turned(query), self.turned(key)
        self.outputs += [key, value]
        # Keys lie as (heads, HEAD, notes), ready to be multiplied with.
        keys = self.input(f"keys.{layer}", (heads, HEAD, WINDOW - 1))
        values = self.input(f"values.{layer}", (heads, WINDOW - 1, HEAD))
        past = self.node("MatMul", query, keys)
        own = self.node("ReduceSum", self.node("Mul", query, key), self.constant(np.array([2], np.int64)))
        scores = self.node("Mul", self.node("Concat", past, own, axis=2), self.number(HEAD**-0.5))
        weights = self.node("Softmax", scores, axis=2)
        sizes = self.constant(np.array([WINDOW - 1, 1], np.int64))
        before, now = self.split(weights, sizes)
        mixed = self.node("Add", self.node("MatMul", before, values), self.node("Mul", now, value))
        mixed = self.node("Reshape", mixed, self.constant(np.array([1, dim], np.int64)))
        x = self.node("Add", x, self.linear(mixed, dim, dim))
        return self.node("Add", x, self.linear(self.gated(self.norm(x, dim), dim, hidden), hidden, dim))

    def split(self, x, sizes):
        names = [f"t{len(self.nodes)}.{i}" for i in range(2)]
        self.nodes.append(helper.make_node("Split", [x, sizes], names, axis=2))
        return names

    def head(self, state, field, dim, symbols, copies):
        u = self.node("Add", self.linear(state, dim, dim), self.input(f"asked.{field}", (1, dim)))
        u = self.node("Add", u, self.linear(self.gated(self.norm(u, dim), dim, dim), dim, dim))
        z = self.norm(u, dim)
        logits = self.node("Add", self.linear(z, dim, symbols), self.constant(np.zeros(symbols, np.float32)))
        copying = self.turned(self.heads_of(self.linear(z, dim, 2 * copies * HEAD), 2 * copies))
        parts = self.node("Split", copying, outputs=2 * copies, axis=0)
        # Each note of the window speaks for a symbol.
        speaks = self.constant((np.arange(COPY_WINDOW) * 7 % symbols).astype(np.int64).reshape(1, -1))
        none = self.constant(np.zeros((1, symbols), np.float32))
        for copy in range(copies):
            query = self.node("Reshape", parts[2 * copy], self.constant(np.array([1, HEAD], np.int64)))
            self.outputs.append(parts[2 * copy + 1])
            keys = self.input(f"copies.{field}.{copy}", (HEAD, COPY_WINDOW))
            scores = self.node("Mul", self.node("MatMul", query, keys), self.number(HEAD**-0.5))
            weights = self.node("Softmax", scores, axis=1)
            shares = self.node("ScatterElements", none, speaks, weights, axis=1, reduction="add")
            spoken = self.node("Log", self.node("Add", self.node("Mul", shares, self.number(8 * symbols)), self.number(1)))
            logits = self.node("Add", logits, self.node("Mul", spoken, self.linear(z, dim, 1)))
        self.outputs.append(logits)

    def save(self, path):
        value = lambda name, shape=None: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        inputs = [value(name, array.shape) for name, array in self.inputs.items()]
        graph = helper.make_graph(
            self.nodes, "note", inputs, [value(name) for name in self.outputs], initializer=self.constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.save(model, path)


def cost(path, inputs, notes):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    times = []
    for _ in range(notes + 20):
        start = time.thread_time()
        session.run(None, inputs)
        times.append(1e3 * (time.thread_time() - start))
    p50, p99 = np.percentile(times[20:], [50, 99])
    return {"p50_ms": p50, "p99_ms": p99}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--json", help="write a list of results there")
    arguments.add_argument("--notes", type=int, default=1000)
    arguments = arguments.parse_args()
    results = []
    print(f"onnxruntime {ort.__version__}\n\n| size | f32 p50 | p99 | int8 p50 | p99 |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size, shape in SIZES.items():
            whole, bytes_ = Path(folder) / f"{size}.onnx", Path(folder) / f"{size}.int8.onnx"
            graph = Graph(*shape)
            graph.save(whole)
            quantize_dynamic(whole, bytes_, weight_type=QuantType.QInt8, per_channel=True)
            f32, int8 = cost(whole, graph.inputs, arguments.notes), cost(bytes_, graph.inputs, arguments.notes)
            results.append({"size": size, "f32": f32, "int8": int8})
            row = [f"{kind[part]:.3f} ms" for kind in (f32, int8) for part in ("p50_ms", "p99_ms")]
            print(f"| {size} | {' | '.join(row)} |", flush=True)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
