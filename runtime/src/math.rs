//! Elementary functions with the same bits on every target: nothing but additions, multiplications, divisions, square
//! roots and shifts of bits, in an order that is written here.
//!
//! | function | error in tests at most, `f32` | `f64` |
//! |---|---|---|
//! | `exp` | 1 ulp | 1 ulp |
//! | `exp_m1` | 2 ulp | 2 ulp |
//! | `ln` | 1 ulp | 1 ulp |
//! | `ln_1p` | 1 ulp | 1 ulp |
//! | `tanh` | 2.5 ulp | 2 ulp |
//! | `sigmoid` | 2.5 ulp | 2 ulp |
//! | `softplus` | 2 ulp | 2 ulp |
//!
//! (One ulp is the distance to the next number.) Infinities, zeros with their signs and numbers too small to be normal give
//! the limits, NaN gives NaN.

/// The functions that activations and losses are made of.
///
/// Their names are those of the methods of `f32` and `f64` in `std`, whose bits differ from platform to platform.
pub trait Elementary: Sized {
    /// `e^x`.
    fn exp(self) -> Self;
    /// `e^x - 1`, exact near zero.
    fn exp_m1(self) -> Self;
    /// The natural logarithm; NaN below zero.
    fn ln(self) -> Self;
    /// `ln(1 + x)`, exact near zero.
    fn ln_1p(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// `1 / (1 + e^-x)`.
    fn sigmoid(self) -> Self;
    /// `ln(1 + e^x)`, without overflow.
    fn softplus(self) -> Self;
    /// The error function, `2/sqrt(π) ∫ e^-t² dt` from 0 to x.
    fn erf(self) -> Self;
    /// `1 - erf(x)`, exact where it is small.
    fn erfc(self) -> Self;
}

/// `e^r = 1 + r + r² (1/2 + r/6 + ...)`: the coefficients from the last to the first.
const EXP: [f64; 12] = [
    1.0 / 6_227_020_800.0,
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    1.0 / 2.0,
];

/// `ln((1 + s) / (1 - s)) = 2 s + s (2/3 s² + 2/5 s⁴ + ...)`: the coefficients from the last to the first.
const LN: [f64; 10] = [
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

macro_rules! elementary {
    (
        $t:ident, $bits:ident, $signed:ident,
        mantissa: $mantissa:literal, bias: $bias:literal,
        ln2: $ln2_high:literal + $ln2_low:literal,
        exp: $exp_least:literal to $exp_most:literal with $exp_terms:literal terms,
        exp_m1: $exp_m1_least:literal,
        ln: $ln_terms:literal terms,
        tanh: $tanh_most:literal,
        erf: $erf:path, erfc: $erfc:path
    ) => {
        const _: () = {
            /// Added and subtracted again, it rounds to a whole number.
            const ROUND: $t = 1.5 * (1_u64 << $mantissa) as $t;
            /// The series, shortened to the precision at hand.
            const EXP_SERIES: [$t; $exp_terms] = last(EXP);
            const LN_SERIES: [$t; $ln_terms] = last(LN);
            /// ln 2, its first part with zeros at its end, so that a whole multiple of it is exact.
            const LN2: [$t; 2] = [$ln2_high, $ln2_low];
            const SQRT_HALF: $bits = core::$t::consts::FRAC_1_SQRT_2.to_bits();
            const MANTISSA: $bits = (1 << $mantissa) - 1;

            const fn last<const N: usize, const ALL: usize>(series: [f64; ALL]) -> [$t; N] {
                let mut terms = [0.0; N];
                let mut index = 0;
                while index < N {
                    terms[index] = series[ALL - N + index] as $t;
                    index += 1;
                }
                terms
            }

            #[inline(always)]
            fn polynomial<const N: usize>(series: [$t; N], x: $t) -> $t {
                series.into_iter().fold(0.0, |sum, term| sum * x + term)
            }

            /// `2^n` for exponents of normal numbers.
            #[inline(always)]
            fn power_of_two(n: i32) -> $t {
                $t::from_bits((n.wrapping_add($bias) as $bits) << $mantissa)
            }

            /// `x * 2^n`, rounded once, also where the result is too small to be normal.
            #[inline(always)]
            fn scale(x: $t, n: i32) -> $t {
                let half = n >> 1;
                x * power_of_two(half) * power_of_two(n.wrapping_sub(half))
            }

            #[inline(always)]
            fn clamp(x: $t, least: $t, most: $t) -> $t {
                let at_least = core::hint::select_unpredictable(x < least, least, x);
                core::hint::select_unpredictable(x > most, most, at_least)
            }

            /// `x = n ln 2 + r` with `|r| <= ln(2) / 2`; gives `e^r - 1` and `n`.
            #[inline(always)]
            fn reduced(x: $t) -> ($t, i32) {
                let rounded = x * core::$t::consts::LOG2_E + ROUND;
                let n = rounded - ROUND;
                let r = (x - n * LN2[0]) - n * LN2[1];
                // The last bits of the rounded number count as n does; where it is NaN, so is the result.
                let n = rounded.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
                (r + r * r * polynomial(EXP_SERIES, r), n)
            }

            /// `ln(1 + f) + k ln 2 + correction` for `1 + f` between `sqrt(1/2)` and `sqrt(2)`.
            #[inline(always)]
            fn ln_of(f: $t, k: $t, correction: $t) -> $t {
                let s = f / (2.0 + f);
                let z = s * s;
                let rest = z * polynomial(LN_SERIES, z);
                // ln(1 + f) = 2 s + s rest, and 2 s = f - f²/2 + s f²/2: so written, f itself stays exact.
                let half_square = 0.5 * f * f;
                k * LN2[0] - ((half_square - (s * (half_square + rest) + (k * LN2[1] + correction))) - f)
            }

            /// `x = (1 + f) 2^k` for a normal number.
            #[inline(always)]
            fn split(x: $t) -> ($t, $t) {
                let above = x.to_bits().wrapping_sub(SQRT_HALF);
                let k = (above as $signed) >> $mantissa;
                ($t::from_bits((above & MANTISSA).wrapping_add(SQRT_HALF)) - 1.0, k as $t)
            }

            impl Elementary for $t {
                #[inline(always)]
                fn exp(self) -> $t {
                    let (less_one, n) = reduced(clamp(self, $exp_least, $exp_most));
                    scale(1.0 + less_one, n)
                }

                #[inline(always)]
                fn exp_m1(self) -> $t {
                    if self == 0.0 {
                        return self;
                    }
                    let (less_one, n) = reduced(clamp(self, $exp_m1_least, $exp_most));
                    // e^x - 1 = 2^n (e^r - 1 + 1 - 2^-n)
                    let one = 1.0 - power_of_two(-n.min($bias - 1));
                    scale(less_one + one, n)
                }

                #[inline]
                fn ln(self) -> $t {
                    if self.is_nan() || self < 0.0 {
                        return $t::NAN;
                    }
                    if self == 0.0 {
                        return $t::NEG_INFINITY;
                    }
                    if self == $t::INFINITY {
                        return self;
                    }
                    let tiny = self < $t::MIN_POSITIVE;
                    let (f, k) = split(if tiny { self * power_of_two($mantissa) } else { self });
                    ln_of(f, if tiny { k - $mantissa as $t } else { k }, 0.0)
                }

                #[inline]
                fn ln_1p(self) -> $t {
                    if self.is_nan() || self < -1.0 {
                        return $t::NAN;
                    }
                    if self == -1.0 {
                        return $t::NEG_INFINITY;
                    }
                    if self == 0.0 || self == $t::INFINITY {
                        return self;
                    }
                    if self > core::$t::consts::FRAC_1_SQRT_2 - 1.0 && self < core::$t::consts::SQRT_2 - 1.0 {
                        return ln_of(self, 0.0, 0.0);
                    }
                    let sum = 1.0 + self;
                    // The error of rounding of the sum, to first order.
                    let lost = if self > 1.0 { 1.0 - (sum - self) } else { self - (sum - 1.0) };
                    let (f, k) = split(sum);
                    ln_of(f, k, lost / sum)
                }

                #[inline(always)]
                fn tanh(self) -> $t {
                    let less_one = Elementary::exp_m1(2.0 * clamp(self.abs(), 0.0, $tanh_most));
                    (less_one / (less_one + 2.0)).copysign(self)
                }

                #[inline(always)]
                fn sigmoid(self) -> $t {
                    let e = Elementary::exp(-self.abs());
                    let above = if self < 0.0 { e } else { 1.0 };
                    above / (1.0 + e)
                }

                #[inline]
                fn softplus(self) -> $t {
                    let above = if self < 0.0 { 0.0 } else { self };
                    above + Elementary::ln_1p(Elementary::exp(-self.abs()))
                }

                #[inline]
                fn erf(self) -> $t {
                    $erf(self)
                }

                #[inline]
                fn erfc(self) -> $t {
                    $erfc(self)
                }
            }
        };
    };
}

elementary!(
    f32, u32, i32,
    mantissa: 23, bias: 127,
    ln2: 0.693_359_4 + -2.121_944_4e-4,
    exp: -104.0 to 89.0 with 7 terms,
    exp_m1: -20.0,
    ln: 5 terms,
    tanh: 10.0,
    erf: libm::erff, erfc: libm::erfcf
);
elementary!(
    f64, u64, i64,
    mantissa: 52, bias: 1023,
    ln2: 0.693_147_180_369_123_8 + 1.908_214_929_270_587_7e-10,
    exp: -746.0 to 710.0 with 12 terms,
    exp_m1: -40.0,
    ln: 10 terms,
    tanh: 22.0,
    erf: libm::erf, erfc: libm::erfc
);

#[cfg(test)]
mod tests;
