/work/main/tests/bits/target/release/deps/castnet-c853bc9511ab8c65.d: /work/main/runtime/src/lib.rs /work/main/runtime/src/activations.rs /work/main/runtime/src/activations/elementwise.rs /work/main/runtime/src/activations/softmax.rs /work/main/runtime/src/classes.rs /work/main/runtime/src/constraints.rs /work/main/runtime/src/embedded.rs /work/main/runtime/src/error.rs /work/main/runtime/src/flat.rs /work/main/runtime/src/initializers.rs /work/main/runtime/src/isa.rs /work/main/runtime/src/kernels.rs /work/main/runtime/src/kernels/dense.rs /work/main/runtime/src/layers.rs /work/main/runtime/src/layers/dense.rs /work/main/runtime/src/layers/dropout.rs /work/main/runtime/src/layers/normalize.rs /work/main/runtime/src/losses.rs /work/main/runtime/src/losses/binary_crossentropy.rs /work/main/runtime/src/losses/categorical_crossentropy.rs /work/main/runtime/src/losses/cosine_similarity.rs /work/main/runtime/src/losses/focal.rs /work/main/runtime/src/losses/hinge.rs /work/main/runtime/src/losses/kl_divergence.rs /work/main/runtime/src/losses/pointwise.rs /work/main/runtime/src/losses/reduction.rs /work/main/runtime/src/losses/smoothing.rs /work/main/runtime/src/losses/sparse.rs /work/main/runtime/src/math.rs /work/main/runtime/src/memory.rs /work/main/runtime/src/metrics.rs /work/main/runtime/src/metrics/accuracy.rs /work/main/runtime/src/metrics/auc.rs /work/main/runtime/src/metrics/binary.rs /work/main/runtime/src/metrics/f1.rs /work/main/runtime/src/metrics/regression.rs /work/main/runtime/src/network.rs /work/main/runtime/src/optimizers.rs /work/main/runtime/src/optimizers/adagrad.rs /work/main/runtime/src/optimizers/adam.rs /work/main/runtime/src/optimizers/adamax.rs /work/main/runtime/src/optimizers/ftrl.rs /work/main/runtime/src/optimizers/lamb.rs /work/main/runtime/src/optimizers/lion.rs /work/main/runtime/src/optimizers/nadam.rs /work/main/runtime/src/optimizers/rms_prop.rs /work/main/runtime/src/optimizers/schedules.rs /work/main/runtime/src/optimizers/sgd.rs /work/main/runtime/src/optimizers/wrappers.rs /work/main/runtime/src/regularizers.rs /work/main/runtime/src/same.rs /work/main/runtime/src/scalar.rs /work/main/runtime/src/scaler.rs /work/main/runtime/src/workspace.rs

/work/main/tests/bits/target/release/deps/libcastnet-c853bc9511ab8c65.rlib: /work/main/runtime/src/lib.rs /work/main/runtime/src/activations.rs /work/main/runtime/src/activations/elementwise.rs /work/main/runtime/src/activations/softmax.rs /work/main/runtime/src/classes.rs /work/main/runtime/src/constraints.rs /work/main/runtime/src/embedded.rs /work/main/runtime/src/error.rs /work/main/runtime/src/flat.rs /work/main/runtime/src/initializers.rs /work/main/runtime/src/isa.rs /work/main/runtime/src/kernels.rs /work/main/runtime/src/kernels/dense.rs /work/main/runtime/src/layers.rs /work/main/runtime/src/layers/dense.rs /work/main/runtime/src/layers/dropout.rs /work/main/runtime/src/layers/normalize.rs /work/main/runtime/src/losses.rs /work/main/runtime/src/losses/binary_crossentropy.rs /work/main/runtime/src/losses/categorical_crossentropy.rs /work/main/runtime/src/losses/cosine_similarity.rs /work/main/runtime/src/losses/focal.rs /work/main/runtime/src/losses/hinge.rs /work/main/runtime/src/losses/kl_divergence.rs /work/main/runtime/src/losses/pointwise.rs /work/main/runtime/src/losses/reduction.rs /work/main/runtime/src/losses/smoothing.rs /work/main/runtime/src/losses/sparse.rs /work/main/runtime/src/math.rs /work/main/runtime/src/memory.rs /work/main/runtime/src/metrics.rs /work/main/runtime/src/metrics/accuracy.rs /work/main/runtime/src/metrics/auc.rs /work/main/runtime/src/metrics/binary.rs /work/main/runtime/src/metrics/f1.rs /work/main/runtime/src/metrics/regression.rs /work/main/runtime/src/network.rs /work/main/runtime/src/optimizers.rs /work/main/runtime/src/optimizers/adagrad.rs /work/main/runtime/src/optimizers/adam.rs /work/main/runtime/src/optimizers/adamax.rs /work/main/runtime/src/optimizers/ftrl.rs /work/main/runtime/src/optimizers/lamb.rs /work/main/runtime/src/optimizers/lion.rs /work/main/runtime/src/optimizers/nadam.rs /work/main/runtime/src/optimizers/rms_prop.rs /work/main/runtime/src/optimizers/schedules.rs /work/main/runtime/src/optimizers/sgd.rs /work/main/runtime/src/optimizers/wrappers.rs /work/main/runtime/src/regularizers.rs /work/main/runtime/src/same.rs /work/main/runtime/src/scalar.rs /work/main/runtime/src/scaler.rs /work/main/runtime/src/workspace.rs

/work/main/tests/bits/target/release/deps/libcastnet-c853bc9511ab8c65.rmeta: /work/main/runtime/src/lib.rs /work/main/runtime/src/activations.rs /work/main/runtime/src/activations/elementwise.rs /work/main/runtime/src/activations/softmax.rs /work/main/runtime/src/classes.rs /work/main/runtime/src/constraints.rs /work/main/runtime/src/embedded.rs /work/main/runtime/src/error.rs /work/main/runtime/src/flat.rs /work/main/runtime/src/initializers.rs /work/main/runtime/src/isa.rs /work/main/runtime/src/kernels.rs /work/main/runtime/src/kernels/dense.rs /work/main/runtime/src/layers.rs /work/main/runtime/src/layers/dense.rs /work/main/runtime/src/layers/dropout.rs /work/main/runtime/src/layers/normalize.rs /work/main/runtime/src/losses.rs /work/main/runtime/src/losses/binary_crossentropy.rs /work/main/runtime/src/losses/categorical_crossentropy.rs /work/main/runtime/src/losses/cosine_similarity.rs /work/main/runtime/src/losses/focal.rs /work/main/runtime/src/losses/hinge.rs /work/main/runtime/src/losses/kl_divergence.rs /work/main/runtime/src/losses/pointwise.rs /work/main/runtime/src/losses/reduction.rs /work/main/runtime/src/losses/smoothing.rs /work/main/runtime/src/losses/sparse.rs /work/main/runtime/src/math.rs /work/main/runtime/src/memory.rs /work/main/runtime/src/metrics.rs /work/main/runtime/src/metrics/accuracy.rs /work/main/runtime/src/metrics/auc.rs /work/main/runtime/src/metrics/binary.rs /work/main/runtime/src/metrics/f1.rs /work/main/runtime/src/metrics/regression.rs /work/main/runtime/src/network.rs /work/main/runtime/src/optimizers.rs /work/main/runtime/src/optimizers/adagrad.rs /work/main/runtime/src/optimizers/adam.rs /work/main/runtime/src/optimizers/adamax.rs /work/main/runtime/src/optimizers/ftrl.rs /work/main/runtime/src/optimizers/lamb.rs /work/main/runtime/src/optimizers/lion.rs /work/main/runtime/src/optimizers/nadam.rs /work/main/runtime/src/optimizers/rms_prop.rs /work/main/runtime/src/optimizers/schedules.rs /work/main/runtime/src/optimizers/sgd.rs /work/main/runtime/src/optimizers/wrappers.rs /work/main/runtime/src/regularizers.rs /work/main/runtime/src/same.rs /work/main/runtime/src/scalar.rs /work/main/runtime/src/scaler.rs /work/main/runtime/src/workspace.rs

/work/main/runtime/src/lib.rs:
/work/main/runtime/src/activations.rs:
/work/main/runtime/src/activations/elementwise.rs:
/work/main/runtime/src/activations/softmax.rs:
/work/main/runtime/src/classes.rs:
/work/main/runtime/src/constraints.rs:
/work/main/runtime/src/embedded.rs:
/work/main/runtime/src/error.rs:
/work/main/runtime/src/flat.rs:
/work/main/runtime/src/initializers.rs:
/work/main/runtime/src/isa.rs:
/work/main/runtime/src/kernels.rs:
/work/main/runtime/src/kernels/dense.rs:
/work/main/runtime/src/layers.rs:
/work/main/runtime/src/layers/dense.rs:
/work/main/runtime/src/layers/dropout.rs:
/work/main/runtime/src/layers/normalize.rs:
/work/main/runtime/src/losses.rs:
/work/main/runtime/src/losses/binary_crossentropy.rs:
/work/main/runtime/src/losses/categorical_crossentropy.rs:
/work/main/runtime/src/losses/cosine_similarity.rs:
/work/main/runtime/src/losses/focal.rs:
/work/main/runtime/src/losses/hinge.rs:
/work/main/runtime/src/losses/kl_divergence.rs:
/work/main/runtime/src/losses/pointwise.rs:
/work/main/runtime/src/losses/reduction.rs:
/work/main/runtime/src/losses/smoothing.rs:
/work/main/runtime/src/losses/sparse.rs:
/work/main/runtime/src/math.rs:
/work/main/runtime/src/memory.rs:
/work/main/runtime/src/metrics.rs:
/work/main/runtime/src/metrics/accuracy.rs:
/work/main/runtime/src/metrics/auc.rs:
/work/main/runtime/src/metrics/binary.rs:
/work/main/runtime/src/metrics/f1.rs:
/work/main/runtime/src/metrics/regression.rs:
/work/main/runtime/src/network.rs:
/work/main/runtime/src/optimizers.rs:
/work/main/runtime/src/optimizers/adagrad.rs:
/work/main/runtime/src/optimizers/adam.rs:
/work/main/runtime/src/optimizers/adamax.rs:
/work/main/runtime/src/optimizers/ftrl.rs:
/work/main/runtime/src/optimizers/lamb.rs:
/work/main/runtime/src/optimizers/lion.rs:
/work/main/runtime/src/optimizers/nadam.rs:
/work/main/runtime/src/optimizers/rms_prop.rs:
/work/main/runtime/src/optimizers/schedules.rs:
/work/main/runtime/src/optimizers/sgd.rs:
/work/main/runtime/src/optimizers/wrappers.rs:
/work/main/runtime/src/regularizers.rs:
/work/main/runtime/src/same.rs:
/work/main/runtime/src/scalar.rs:
/work/main/runtime/src/scaler.rs:
/work/main/runtime/src/workspace.rs:
