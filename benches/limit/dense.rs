//! One sample: matrix times vector. Blocks of outputs stay in registers while the columns of the weight stream past.
use super::{Net, Simd, softmax};

/// Outputs in registers: `VECTORS` vectors from `first` on. The additions of one output are a chain, whose latency binds when
/// few vectors are under way: those are split into even and odd columns.
#[inline(always)]
unsafe fn block<S: Simd, const I: usize, const O: usize, const VECTORS: usize>(
    weight: *const f32,
    bias: *const f32,
    x: *const f32,
    first: usize,
) -> [S::V; VECTORS] {
    let load = |from: *const f32, v: usize| {
        let at = first + v * S::LANES;
        let left = if O.is_multiple_of(S::LANES) { S::LANES } else { O - at };
        S::load_up_to(from.add(at), left)
    };
    let mut sums = [S::splat(0.0); VECTORS];
    for (v, sum) in sums.iter_mut().enumerate() {
        *sum = load(bias, v);
    }
    if VECTORS >= 4 {
        for j in 0..I {
            let x = S::splat(*x.add(j));
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = S::fma(load(weight.add(j * O), v), x, *sum);
            }
        }
        return sums;
    }
    let mut odd = [S::splat(0.0); VECTORS];
    for j in 0..I / 2 {
        let (column, x) = (weight.add(2 * j * O), x.add(2 * j));
        for v in 0..VECTORS {
            sums[v] = S::fma(load(column, v), S::splat(*x), sums[v]);
            odd[v] = S::fma(load(column.add(O), v), S::splat(*x.add(1)), odd[v]);
        }
    }
    for v in 0..VECTORS {
        if I % 2 == 1 {
            sums[v] = S::fma(load(weight.add((I - 1) * O), v), S::splat(*x.add(I - 1)), sums[v]);
        }
        sums[v] = S::add(sums[v], odd[v]);
    }
    sums
}

/// `y = relu(weight x + bias)`, or without relu; `y` has room for whole vectors: what was stored whole is read again fast.
#[inline(always)]
unsafe fn dense<S: Simd, const I: usize, const O: usize, const VECTORS: usize>(
    weight: *const f32,
    bias: *const f32,
    x: *const f32,
    y: *mut f32,
    relu: bool,
) {
    let mut first = 0;
    while first < O {
        for (v, mut sum) in block::<S, I, O, VECTORS>(weight, bias, x, first).into_iter().enumerate() {
            if relu {
                sum = S::max(sum, S::splat(0.0));
            }
            S::store(y.add(first + v * S::LANES), sum);
        }
        first += VECTORS * S::LANES;
    }
}

#[inline(always)]
pub unsafe fn small<S: Simd>(net: &Net<13, 10, 10, 1>, x: &[f32; 13]) -> f32 {
    type N = Net<13, 10, 10, 1>;
    let p = net.parameters.as_ptr();
    let (mut h1, mut h2) = ([0.0_f32; 16], [0.0_f32; 16]);
    dense::<S, 13, 10, 2>(p, p.add(N::BIAS_1), x.as_ptr(), h1.as_mut_ptr(), true);
    dense::<S, 10, 10, 2>(p.add(N::WEIGHT_2), p.add(N::BIAS_2), h1.as_ptr(), h2.as_mut_ptr(), true);
    let weight = p.add(N::WEIGHT_3);
    let products = S::mul(S::load(weight), S::load(h2.as_ptr()));
    let rest = S::load_first(weight.add(8), 2);
    S::sum(S::fma(rest, S::load(h2.as_ptr().add(8)), products)) + *p.add(N::BIAS_3)
}

#[inline(always)]
pub unsafe fn digit<S: Simd>(net: &Net<784, 128, 64, 10>, x: &[f32; 784]) -> [f32; 10] {
    type N = Net<784, 128, 64, 10>;
    let p = net.parameters.as_ptr();
    let (mut h1, mut h2, mut z) = ([0.0_f32; 128], [0.0_f32; 64], [0.0_f32; 16]);
    dense::<S, 784, 128, 8>(p, p.add(N::BIAS_1), x.as_ptr(), h1.as_mut_ptr(), true);
    dense::<S, 128, 64, 4>(p.add(N::WEIGHT_2), p.add(N::BIAS_2), h1.as_ptr(), h2.as_mut_ptr(), true);
    let (weight, bias) = (p.add(N::WEIGHT_3), p.add(N::BIAS_3));
    if S::LANES == 16 {
        dense::<S, 64, 10, 1>(weight, bias, h2.as_ptr(), z.as_mut_ptr(), false);
    } else {
        dense::<S, 64, 10, 2>(weight, bias, h2.as_ptr(), z.as_mut_ptr(), false);
    }
    let mut y = *z.first_chunk().unwrap_or(&[0.0; 10]);
    softmax(&mut y);
    y
}
