//! Elementary functions with the same bits on every target.
/// The natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}
