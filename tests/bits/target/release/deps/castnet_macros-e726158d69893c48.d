/work/main/tests/bits/target/release/deps/castnet_macros-e726158d69893c48.d: /work/main/macros/src/lib.rs /work/main/macros/src/activations.rs /work/main/macros/src/budget.rs /work/main/macros/src/check.rs /work/main/macros/src/embed.rs /work/main/macros/src/embed/file.rs /work/main/macros/src/emit.rs /work/main/macros/src/emit/constants.rs /work/main/macros/src/emit/passes.rs /work/main/macros/src/emit/structs.rs /work/main/macros/src/emit/summary.rs /work/main/macros/src/errors.rs /work/main/macros/src/graph.rs /work/main/macros/src/infer.rs /work/main/macros/src/label.rs /work/main/macros/src/layers.rs /work/main/macros/src/lower.rs /work/main/macros/src/number.rs /work/main/macros/src/options.rs /work/main/macros/src/parse.rs /work/main/macros/src/plan.rs /work/main/macros/src/shape.rs /work/main/macros/src/suggest.rs /work/main/macros/src/words.rs /work/main/macros/src/layers/activation.rs /work/main/macros/src/layers/dense.rs /work/main/macros/src/layers/dropout.rs /work/main/macros/src/layers/flatten.rs /work/main/macros/src/layers/normalize.rs /work/main/macros/src/layers/reshape.rs

/work/main/tests/bits/target/release/deps/libcastnet_macros-e726158d69893c48.so: /work/main/macros/src/lib.rs /work/main/macros/src/activations.rs /work/main/macros/src/budget.rs /work/main/macros/src/check.rs /work/main/macros/src/embed.rs /work/main/macros/src/embed/file.rs /work/main/macros/src/emit.rs /work/main/macros/src/emit/constants.rs /work/main/macros/src/emit/passes.rs /work/main/macros/src/emit/structs.rs /work/main/macros/src/emit/summary.rs /work/main/macros/src/errors.rs /work/main/macros/src/graph.rs /work/main/macros/src/infer.rs /work/main/macros/src/label.rs /work/main/macros/src/layers.rs /work/main/macros/src/lower.rs /work/main/macros/src/number.rs /work/main/macros/src/options.rs /work/main/macros/src/parse.rs /work/main/macros/src/plan.rs /work/main/macros/src/shape.rs /work/main/macros/src/suggest.rs /work/main/macros/src/words.rs /work/main/macros/src/layers/activation.rs /work/main/macros/src/layers/dense.rs /work/main/macros/src/layers/dropout.rs /work/main/macros/src/layers/flatten.rs /work/main/macros/src/layers/normalize.rs /work/main/macros/src/layers/reshape.rs

/work/main/macros/src/lib.rs:
/work/main/macros/src/activations.rs:
/work/main/macros/src/budget.rs:
/work/main/macros/src/check.rs:
/work/main/macros/src/embed.rs:
/work/main/macros/src/embed/file.rs:
/work/main/macros/src/emit.rs:
/work/main/macros/src/emit/constants.rs:
/work/main/macros/src/emit/passes.rs:
/work/main/macros/src/emit/structs.rs:
/work/main/macros/src/emit/summary.rs:
/work/main/macros/src/errors.rs:
/work/main/macros/src/graph.rs:
/work/main/macros/src/infer.rs:
/work/main/macros/src/label.rs:
/work/main/macros/src/layers.rs:
/work/main/macros/src/lower.rs:
/work/main/macros/src/number.rs:
/work/main/macros/src/options.rs:
/work/main/macros/src/parse.rs:
/work/main/macros/src/plan.rs:
/work/main/macros/src/shape.rs:
/work/main/macros/src/suggest.rs:
/work/main/macros/src/words.rs:
/work/main/macros/src/layers/activation.rs:
/work/main/macros/src/layers/dense.rs:
/work/main/macros/src/layers/dropout.rs:
/work/main/macros/src/layers/flatten.rs:
/work/main/macros/src/layers/normalize.rs:
/work/main/macros/src/layers/reshape.rs:
