use super::Elementary;
use std::vec::Vec;

/// The distance in numbers between two values of `f32`, of which `expected` is rounded only here.
fn ulps(got: f32, expected: f64) -> f64 {
    let nearest = expected as f32;
    if got.is_nan() && expected.is_nan() || got == nearest {
        return 0.0;
    }
    if !got.is_finite() || !nearest.is_finite() {
        return f64::INFINITY;
    }
    let above = f32::from_bits(nearest.abs().to_bits() + 1);
    let ulp = if above.is_finite() { f64::from(above) - f64::from(nearest.abs()) } else { f64::from(f32::MAX) * 1e-7 };
    (f64::from(got) - expected).abs() / ulp
}

/// Every 1,009th value of `f32`, of both signs, and the special values.
fn inputs() -> impl Iterator<Item = f32> {
    let special = [
        0.0,
        -0.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::MIN_POSITIVE,
        1e-45,
        f32::MAX,
        f32::MIN,
        1.0,
        -1.0,
    ];
    (0..=u32::MAX).step_by(1_009).map(f32::from_bits).chain(special)
}

/// The largest error against the functions of `std` in double precision.
fn largest_error(function: fn(f32) -> f32, reference: fn(f64) -> f64) -> (f64, f32) {
    let errors = inputs().map(|x| (ulps(function(x), reference(f64::from(x))), x));
    errors.fold((0.0, 0.0), |worst, error| if error.0 > worst.0 { error } else { worst })
}

#[track_caller]
fn within(limit: f64, function: fn(f32) -> f32, reference: fn(f64) -> f64) {
    let (error, x) = largest_error(function, reference);
    assert!(error <= limit, "{error} ulp at {x:e}");
}

#[test]
fn exp() {
    within(1.0, Elementary::exp, f64::exp);
}

#[test]
fn exp_m1() {
    within(2.0, Elementary::exp_m1, f64::exp_m1);
}

#[test]
fn ln() {
    within(1.0, Elementary::ln, f64::ln);
}

#[test]
fn ln_1p() {
    within(1.0, Elementary::ln_1p, f64::ln_1p);
}

#[test]
fn tanh() {
    within(2.5, Elementary::tanh, f64::tanh);
}

#[test]
fn sigmoid() {
    within(2.5, Elementary::sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
}

#[test]
fn softplus() {
    within(2.0, Elementary::softplus, |x| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() });
}

/// Values of double precision, computed with 50 digits (`mpmath`) and rounded once.
#[test]
fn double_precision() {
    type Function = fn(f64) -> f64;
    let functions: [(&str, f64, Function); 7] = [
        ("exp", 1.0, Elementary::exp),
        ("exp_m1", 2.0, Elementary::exp_m1),
        ("ln", 1.0, Elementary::ln),
        ("ln_1p", 1.0, Elementary::ln_1p),
        ("tanh", 2.0, Elementary::tanh),
        ("sigmoid", 2.0, Elementary::sigmoid),
        ("softplus", 2.0, Elementary::softplus),
    ];
    let mut checked = 0;
    for line in include_str!("reference.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, x, expected, rest] = words.as_slice() else { panic!("{line}") };
        let (_, limit, function) = functions.iter().find(|(known, ..)| known == name).expect("a known function");
        let [x, expected, rest]: [f64; 3] = [x, expected, rest].map(|word| word.parse().expect("a number"));
        let got = function(x);
        let ulp = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
        // The reference is `expected + rest`: two numbers that do not overlap.
        let error = ((got - expected) - rest).abs() / ulp;
        assert!(error <= *limit, "{name}({x:e}) = {got:e}, {error} ulp from {expected:e}");
        checked += 1;
    }
    assert!(checked > 1_000, "{checked} lines");
}

#[test]
fn special_values_of_double_precision() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let cases: [(f64, f64); 22] = [
        (Elementary::exp(-inf), 0.0),
        (Elementary::exp(inf), inf),
        (Elementary::exp(1e300), inf),
        (Elementary::exp(-745.0), 5e-324),
        (Elementary::exp_m1(-inf), -1.0),
        (Elementary::exp_m1(inf), inf),
        (Elementary::exp_m1(5e-324), 5e-324),
        (Elementary::ln(0.0), -inf),
        (Elementary::ln(inf), inf),
        (Elementary::ln(1.0), 0.0),
        (Elementary::ln(5e-324), -744.4400719213812),
        (Elementary::ln_1p(-1.0), -inf),
        (Elementary::ln_1p(inf), inf),
        (Elementary::ln_1p(5e-324), 5e-324),
        (Elementary::tanh(inf), 1.0),
        (Elementary::tanh(-inf), -1.0),
        (Elementary::tanh(5e-324), 5e-324),
        (Elementary::sigmoid(inf), 1.0),
        (Elementary::sigmoid(-inf), 0.0),
        (Elementary::softplus(inf), inf),
        (Elementary::softplus(-inf), 0.0),
        (Elementary::softplus(0.0), core::f64::consts::LN_2),
    ];
    for (index, (got, expected)) in cases.into_iter().enumerate() {
        assert_eq!(got, expected, "case {index}");
    }
    for function in [
        Elementary::exp,
        Elementary::exp_m1,
        Elementary::ln,
        Elementary::ln_1p,
        Elementary::tanh,
        Elementary::sigmoid,
        Elementary::softplus,
    ] {
        let function: fn(f64) -> f64 = function;
        assert!(function(nan).is_nan());
    }
    assert!(Elementary::ln(-1.0_f64).is_nan() && Elementary::ln_1p(-1.5_f64).is_nan());
    assert!(Elementary::tanh(-0.0_f64).is_sign_negative() && Elementary::exp_m1(-0.0_f64).is_sign_negative());
}

/// A hash of the bits of many results: it shows if a compiler or a target computes other bits.
#[test]
fn the_bits_stay() {
    fn hash(function: fn(f32) -> f32) -> u64 {
        let bits = (-4000..4000).map(|i| function(i as f32 * 0.005).to_bits());
        // NaN has many bit patterns.
        bits.filter(|&bits| !f32::from_bits(bits).is_nan())
            .flat_map(u32::to_le_bytes)
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
    let got = [
        Elementary::exp,
        Elementary::exp_m1,
        Elementary::ln,
        Elementary::ln_1p,
        Elementary::tanh,
        Elementary::sigmoid,
        Elementary::softplus,
        Elementary::erf,
        Elementary::erfc,
    ]
    .map(hash);
    let expected = [
        15946803355849772925,
        1018311734800843036,
        6341148545263111674,
        3674612281856206050,
        12169971418179167072,
        9252147217397217535,
        5180069904865057264,
        9354775589570152740,
        2980648701001311938,
    ];
    assert_eq!(got, expected);
}
