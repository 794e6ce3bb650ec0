use super::{Range, Shown, check};
use std::string::ToString;

#[test]
fn ranges() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for (range, inside, outside) in [
        (Range::Finite, &[0.0, -1e300][..], &[inf, -inf][..]),
        (Range::NotNegative, &[0.0, 1e300], &[-1e-300, inf]),
        (Range::Positive, &[1e-300, 1e300], &[0.0, -1.0, inf]),
        (Range::NotPositive, &[0.0, -0.5], &[1e-300, -inf]),
        (Range::FromOne, &[1.0, 1e300], &[0.999, inf]),
        (Range::Fraction, &[0.0, 0.5, 1.0], &[-1e-9, 1.001]),
        (Range::BelowOne, &[0.0, 0.999], &[-1e-9, 1.0]),
    ] {
        for &value in inside {
            assert_eq!(check("Owner", [("number", value, range)]), Ok(()), "{range:?} {value}");
        }
        for &value in outside.iter().chain(&[nan]) {
            check("Owner", [("number", value, range)]).expect_err("outside");
        }
    }
}

#[test]
fn the_first_number_outside_is_named() {
    let error = check("Adam", [("beta_1", 0.9, Range::BelowOne), ("beta_2", 1.0, Range::BelowOne)]).expect_err("1");
    assert_eq!(error.to_string(), "the `beta_2` of 1 for `Adam`: give a number from 0 to below 1");
}

/// No row of three hundred zeros; numbers that can be read stay as they are written.
#[test]
fn large_and_small_numbers_have_an_exponent() {
    let numbers = [1e300, -1e16, 5e-324, 1e-8, 1e15, -0.0, 0.1, 1e-7, f64::INFINITY];
    let texts = numbers.map(|number| Shown(number).to_string());
    assert_eq!(texts, ["1e300", "-1e16", "5e-324", "1e-8", "1000000000000000", "-0", "0.1", "0.0000001", "inf"]);
    let error = check("Huber", [("delta", -1e300, Range::Positive)]).expect_err("negative");
    assert_eq!(error.to_string(), "the `delta` of -1e300 for `Huber`: give a number above 0");
}
