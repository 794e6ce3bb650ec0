"""ONNX Runtime and JAX on castnet's work, weights and samples, which `cargo run --release -- export FOLDER` has written.

Prints lines of tab-separated values (work, who, ns): CPU time, the least of several rounds, one thread. Needs numpy, onnx, onnxruntime, jax.
"""
import os
import sys
import time

# Before JAX and NumPy are there: CPU time of all threads counts, so there should be one.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["OMP_NUM_THREADS"] = "1"

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = sys.argv[1]
HOUSE, DIGIT = [13, 10, 10, 1], [784, 128, 64, 10]


def read(name):
    return np.fromfile(os.path.join(FOLDER, name + ".bin"), "<f4")


def layers(name, sizes):
    """Pairs of weight (inputs by units) and bias."""
    values, found = read(name), []
    for inputs, units in zip(sizes, sizes[1:]):
        weight, bias, values = np.split(values, [inputs * units, (inputs + 1) * units])
        found.append((weight.reshape(inputs, units), bias))
    return found


def least(work, per=1, rounds=15, lasting=0.02):
    """The least CPU time of one call of `work`, in ns."""
    work()
    times, took = 1, 0
    while took < lasting / 4:
        times *= 2
        began = time.process_time()
        for _ in range(times):
            work()
        took = time.process_time() - began
    times, found = max(1, round(times * lasting / took)), []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times)
    return min(found) * 1e9 / per


def onnx_session(layers, sizes, softmax):
    nodes, weights, x = [], [], "x"
    for i, (weight, bias) in enumerate(layers):
        weights += [numpy_helper.from_array(weight, f"w{i}"), numpy_helper.from_array(bias, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [x, f"w{i}", f"b{i}"], [f"z{i}"]))
        x = f"z{i}"
        if i + 1 < len(layers) or softmax:
            nodes.append(helper.make_node("Relu" if i + 1 < len(layers) else "Softmax", [x], [f"h{i}"]))
            x = f"h{i}"
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", s]) for n, s in (("x", sizes[0]), (x, sizes[-1]))]
    graph = helper.make_graph(nodes, "peers", values[:1], values[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def logits(layers, x):
    for i, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        x = jax.nn.relu(x) if i + 1 < len(layers) else x
    return x


def adam_epoch(batch):
    """An epoch of Adam on whole batches and the rest, compiled as one function."""

    def loss(layers, x, y):
        return -jnp.take_along_axis(jax.nn.log_softmax(logits(layers, x)), y[:, None], 1).mean()

    def step(state, batch):
        layers, first, second, number = state
        gradient, number = jax.grad(loss)(layers, *batch), number + 1
        first = jax.tree.map(lambda m, g: m + (g - m) * 0.1, first, gradient)
        second = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, second, gradient)
        rate = 0.001 * jnp.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        layers = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), layers, first, second)
        return (layers, first, second, number), None

    @jax.jit
    def epoch(state, x, y):
        whole = len(x) // batch * batch
        batches = x[:whole].reshape(-1, batch, x.shape[1]), y[:whole].reshape(-1, batch)
        state, _ = jax.lax.scan(step, state, batches)
        return step(state, (x[whole:], y[whole:]))[0] if whole < len(x) else state

    return epoch


def main():
    houses, digits = read("houses").reshape(-1, 13), read("digits").reshape(-1, 784)
    classes = read("classes").astype(np.int32)
    for work, name, sizes, samples in (
        ("W1 predict 13-10-10-1", "house", HOUSE, houses),
        ("W2 predict 784-128-64-10", "digit", DIGIT, digits),
        ("W6 predict_batch of W2, 10,000 samples", "digit", DIGIT, digits),
    ):
        weights, softmax = layers(name, sizes), name == "digit"
        expected = read(name + "s_predicted").reshape(-1, sizes[-1])
        many = work.startswith("W6")
        x, per = (samples, len(samples)) if many else (samples[:1], 1)

        session = onnx_session(weights, sizes, softmax)
        np.testing.assert_allclose(session.run(None, {"x": x})[0], expected[: len(x)], atol=1e-5)
        print(f"{work}\tONNX Runtime\t{least(lambda: session.run(None, {'x': x}), per):.1f}", flush=True)

        predict = jax.jit(lambda w, x: jax.nn.softmax(logits(w, x)) if softmax else logits(w, x))
        w, x = jax.device_put(weights), jax.device_put(x)
        np.testing.assert_allclose(predict(w, x), expected[: len(x)], atol=1e-5)
        print(f"{work}\tJAX\t{least(lambda: predict(w, x).block_until_ready(), per):.1f}", flush=True)

    for batch in (32, 128):
        w = jax.device_put(layers("digit", DIGIT))
        zeros = jax.tree.map(jnp.zeros_like, w)
        x, y, epoch = jax.device_put(digits), jax.device_put(classes), adam_epoch(batch)
        state = (w, zeros, zeros, jnp.float32(0))
        took = least(lambda: jax.block_until_ready(epoch(state, x, y)))
        print(f"W5 train 784-128-64-10, 10,000 samples, batch {batch}\tJAX\t{took:.1f}", flush=True)


main()
