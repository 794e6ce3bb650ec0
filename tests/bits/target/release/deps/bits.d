/work/main/tests/bits/target/release/deps/bits.d: src/lib.rs

/work/main/tests/bits/target/release/deps/libbits.rlib: src/lib.rs

/work/main/tests/bits/target/release/deps/libbits.so: src/lib.rs

src/lib.rs:
