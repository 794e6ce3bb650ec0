//! Many samples: a matrix product in tiles of samples by vectors of outputs that stay in registers.
use super::{Net, Simd, relu, softmax};

/// The initial value of a tile.
#[derive(Clone, Copy)]
pub enum Start {
    Zero,
    Bias(*const f32),
    Result,
}

/// `ROWS` samples, `VECTORS` vectors of outputs, of which `left` values are there, over the columns `depth` of the inputs.
#[inline(always)]
unsafe fn tile<S: Simd, const I: usize, const O: usize, const ROWS: usize, const VECTORS: usize>(
    x: *const f32,
    weight: *const f32,
    start: Start,
    z: *mut f32,
    depth: std::ops::Range<usize>,
    left: usize,
) {
    let left = if O.is_multiple_of(S::LANES) { S::LANES } else { left };
    let mut sums = [[S::splat(0.0); VECTORS]; ROWS];
    for (r, row) in sums.iter_mut().enumerate() {
        for (v, sum) in row.iter_mut().enumerate() {
            match start {
                Start::Zero => {}
                Start::Bias(bias) => *sum = S::load_up_to(bias.add(v * S::LANES), left),
                Start::Result => *sum = S::load_up_to(z.add(r * O + v * S::LANES), left),
            }
        }
    }
    for k in depth {
        let mut column = [S::splat(0.0); VECTORS];
        for (v, weights) in column.iter_mut().enumerate() {
            *weights = S::load_up_to(weight.add(k * O + v * S::LANES), left);
        }
        for (r, row) in sums.iter_mut().enumerate() {
            let x = S::splat(*x.add(r * I + k));
            for (sum, weights) in row.iter_mut().zip(column) {
                *sum = S::fma(weights, x, *sum);
            }
        }
    }
    for (r, row) in sums.iter().enumerate() {
        for (v, sum) in row.iter().enumerate() {
            S::store_up_to(z.add(r * O + v * S::LANES), *sum, left);
        }
    }
}

/// `z[s] = start + weight x[s]` for `BATCH` samples, a multiple of `ROWS`, in panels of so many inputs.
#[inline(always)]
pub unsafe fn product<S: Simd, const BATCH: usize, const I: usize, const O: usize, const ROWS: usize>(
    x: *const f32,
    weight: *const f32,
    start: Start,
    z: *mut f32,
    panel: usize,
) {
    let mut depth = 0;
    while depth < I {
        let end = if depth + panel < I { depth + panel } else { I };
        let mut at = 0;
        while at < O {
            let start = match start {
                _ if depth > 0 => Start::Result,
                Start::Bias(bias) => Start::Bias(bias.add(at)),
                start => start,
            };
            let pair = at + 2 * S::LANES <= O;
            let mut row = 0;
            while row < BATCH {
                let (x, weight, z) = (x.add(row * I), weight.add(at), z.add(row * O + at));
                if pair {
                    tile::<S, I, O, ROWS, 2>(x, weight, start, z, depth..end, S::LANES);
                } else {
                    tile::<S, I, O, ROWS, 1>(x, weight, start, z, depth..end, O - at);
                }
                row += ROWS;
            }
            at += if pair { 2 } else { 1 } * S::LANES;
        }
        depth = end;
    }
}

#[inline(always)]
pub unsafe fn digits<S: Simd, const ROWS: usize>(net: &Net<784, 128, 64, 10>, x: &[[f32; 784]], y: &mut [[f32; 10]]) {
    type N = Net<784, 128, 64, 10>;
    let p = net.parameters.as_ptr();
    let (mut h1, mut h2) = ([[0.0_f32; 128]; 80], [[0.0_f32; 64]; 80]);
    for (x, y) in x.chunks_exact(80).zip(y.chunks_exact_mut(80)) {
        let (z1, z2, z3) = (h1.as_mut_ptr().cast(), h2.as_mut_ptr().cast(), y.as_mut_ptr().cast());
        product::<S, 80, 784, 128, ROWS>(x.as_ptr().cast(), p, Start::Bias(p.add(N::BIAS_1)), z1, 112);
        relu(h1.as_flattened_mut());
        product::<S, 80, 128, 64, ROWS>(z1, p.add(N::WEIGHT_2), Start::Bias(p.add(N::BIAS_2)), z2, 128);
        relu(h2.as_flattened_mut());
        product::<S, 80, 64, 10, ROWS>(z2, p.add(N::WEIGHT_3), Start::Bias(p.add(N::BIAS_3)), z3, 64);
        y.iter_mut().for_each(softmax);
    }
}
