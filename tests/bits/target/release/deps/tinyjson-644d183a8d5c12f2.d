/work/main/tests/bits/target/release/deps/tinyjson-644d183a8d5c12f2.d: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/lib.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/generator.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/json_value.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/parser.rs

/work/main/tests/bits/target/release/deps/libtinyjson-644d183a8d5c12f2.rlib: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/lib.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/generator.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/json_value.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/parser.rs

/work/main/tests/bits/target/release/deps/libtinyjson-644d183a8d5c12f2.rmeta: /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/lib.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/generator.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/json_value.rs /root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/parser.rs

/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/lib.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/generator.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/json_value.rs:
/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tinyjson-2.5.1/src/parser.rs:
