//! Reading the reference numbers in `tests/fixtures`.
