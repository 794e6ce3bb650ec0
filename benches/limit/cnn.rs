//! A small network of convolutions: 28x28x1, 8 filters of 3x3, pooling, 16 filters of 3x3, pooling, ten classes.
//!
//! A row of the image stays in registers while all filters go over it. Training goes back only from the winners of the poolings that
//! are above zero: of four gradients of a convolution three are zero.
use super::{Simd, softmax};

/// In the order of castnet: each weight by places of the window, channels and filters, and then its biases.
#[repr(C)]
#[derive(Clone)]
pub struct Cnn {
    first: [[f32; 8]; 9],
    first_bias: [f32; 8],
    second: [[f32; 16]; 72],
    second_bias: [f32; 16],
    dense: [[f32; 10]; 400],
    dense_bias: [f32; 10],
}

impl Cnn {
    const LEN: usize = 9 * 8 + 8 + 72 * 16 + 16 + 400 * 10 + 10;

    pub fn new(parameters: &[f32]) -> Box<Self> {
        let mut net = Box::new(Self {
            first: [[0.0; 8]; 9],
            first_bias: [0.0; 8],
            second: [[0.0; 16]; 72],
            second_bias: [0.0; 16],
            dense: [[0.0; 10]; 400],
            dense_bias: [0.0; 10],
        });
        net.parameters_mut().copy_from_slice(parameters);
        net
    }

    pub fn parameters(&self) -> &[f32] {
        // SAFETY: nothing but `f32`s, as many as counted.
        unsafe { std::slice::from_raw_parts((&raw const *self).cast(), Self::LEN) }
    }

    fn parameters_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).cast(), Self::LEN) }
    }
}

/// Rows of the convolutions, and the pooled first image; vectors may reach beyond its end.
pub struct Maps {
    first: [[[f32; 8]; 26]; 2],
    second: [[[f32; 16]; 10]; 2],
    pooled: [[f32; 8]; 176],
}

impl Maps {
    pub fn new() -> Self {
        Self { first: [[[0.0; 8]; 26]; 2], second: [[[0.0; 16]; 10]; 2], pooled: [[0.0; 8]; 176] }
    }
}

/// One row of outputs, `COLUMNS` at a time: `IN` channels, rows of `WIDTH` positions, filters of `V` vectors.
#[inline(always)]
unsafe fn row<S: Simd, const IN: usize, const WIDTH: usize, const V: usize, const COLUMNS: usize>(
    image: *const f32,
    weight: *const f32,
    bias: *const f32,
    out: *mut f32,
    columns: usize,
) {
    let filters = V * S::LANES;
    let mut column = 0;
    while column < columns {
        let mut sums = [[S::splat(0.0); V]; COLUMNS];
        for sums in &mut sums {
            for (v, sum) in sums.iter_mut().enumerate() {
                *sum = S::load(bias.add(v * S::LANES));
            }
        }
        for y in 0..3 {
            let values = image.add((y * WIDTH + column) * IN);
            for k in 0..3 * IN {
                let mut factors = [S::splat(0.0); V];
                for (v, factor) in factors.iter_mut().enumerate() {
                    *factor = S::load(weight.add((y * 3 * IN + k) * filters + v * S::LANES));
                }
                for (x, sums) in sums.iter_mut().enumerate() {
                    let value = S::splat(*values.add(x * IN + k));
                    for (sum, &factor) in sums.iter_mut().zip(&factors) {
                        *sum = S::fma(factor, value, *sum);
                    }
                }
            }
        }
        for (x, sums) in sums.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                S::store(out.add((column + x) * filters + v * S::LANES), sum);
            }
        }
        column += COLUMNS;
    }
}

/// The largest of two by two positions, or zero.
#[inline(always)]
unsafe fn pool<S: Simd, const C: usize, const N: usize>(upper: *const f32, lower: *const f32, out: *mut f32) {
    for position in 0..N {
        for lane in (0..C).step_by(S::LANES) {
            let at = 2 * position * C + lane;
            let above = S::max(S::load(upper.add(at)), S::load(upper.add(at + C)));
            let below = S::max(S::load(lower.add(at)), S::load(lower.add(at + C)));
            S::store(out.add(position * C + lane), S::max(S::max(above, below), S::splat(0.0)));
        }
    }
}

/// As `pool`, and which of the four it was; 4 if none is above zero.
#[inline(always)]
fn pool_winners<const C: usize>(
    upper: &[[f32; C]],
    lower: &[[f32; C]],
    out: &mut [[f32; C]],
    winners: &mut [[u32; C]],
) {
    for (position, (out, winners)) in out.iter_mut().zip(winners).enumerate() {
        let (a, b) = (&upper[2 * position], &upper[2 * position + 1]);
        let (c, d) = (&lower[2 * position], &lower[2 * position + 1]);
        for k in 0..C {
            let (most, above) = if b[k] > a[k] { (b[k], 1) } else { (a[k], 0) };
            let (other, below) = if d[k] > c[k] { (d[k], 3) } else { (c[k], 2) };
            let (most, winner) = if other > most { (other, below) } else { (most, above) };
            out[k] = if most > 0.0 { most } else { 0.0 };
            winners[k] = if most > 0.0 { winner } else { 4 };
        }
    }
}

/// Which of four positions each cell of the poolings has taken; 4 if none.
type Winners = ([[u32; 8]; 169], [[u32; 16]; 25]);

/// The features: the pooled second convolution, which the dense layer reads. `A` has eight lanes; `V` vectors of `B` are 16 filters.
#[inline(always)]
unsafe fn features<A: Simd, B: Simd, const V: usize, const COLUMNS: usize>(
    net: &Cnn,
    x: &[f32; 784],
    maps: &mut Maps,
    out: &mut [[f32; 16]; 25],
    mut winners: Option<&mut Winners>,
) {
    for y in 0..13 {
        for half in 0..2 {
            let (image, to) = (x.as_ptr().add((2 * y + half) * 28), maps.first[half].as_mut_ptr().cast());
            row::<A, 1, 28, 1, 13>(image, net.first.as_ptr().cast(), net.first_bias.as_ptr(), to, 26);
        }
        let pooled = &mut maps.pooled[13 * y..13 * y + 13];
        match &mut winners {
            Some((first, _)) => pool_winners(&maps.first[0], &maps.first[1], pooled, &mut first[13 * y..13 * y + 13]),
            None => pool::<A, 8, 13>(
                maps.first[0].as_ptr().cast(),
                maps.first[1].as_ptr().cast(),
                pooled.as_mut_ptr().cast(),
            ),
        }
    }
    for y in 0..5 {
        for half in 0..2 {
            let (image, to) =
                (maps.pooled.as_ptr().add((2 * y + half) * 13).cast(), maps.second[half].as_mut_ptr().cast());
            row::<B, 8, 13, V, COLUMNS>(image, net.second.as_ptr().cast(), net.second_bias.as_ptr(), to, 10);
        }
        let pooled = &mut out[5 * y..5 * y + 5];
        match &mut winners {
            Some((_, second)) => pool_winners(&maps.second[0], &maps.second[1], pooled, &mut second[5 * y..5 * y + 5]),
            None => pool::<B, 16, 5>(
                maps.second[0].as_ptr().cast(),
                maps.second[1].as_ptr().cast(),
                pooled.as_mut_ptr().cast(),
            ),
        }
    }
}

/// One sample.
#[inline(always)]
pub unsafe fn predict<A: Simd, B: Simd, const V: usize, const COLUMNS: usize>(
    net: &Cnn,
    x: &[f32; 784],
    maps: &mut Maps,
) -> [f32; 10] {
    let mut pooled = [[0.0; 16]; 25];
    features::<A, B, V, COLUMNS>(net, x, maps, &mut pooled, None);
    let mut z = dense::<B>(net, pooled.as_flattened());
    softmax(&mut z);
    z
}

/// The dense layer, in four chains of sums: it has few units and many inputs.
#[inline(always)]
unsafe fn dense<B: Simd>(net: &Cnn, features: &[f32]) -> [f32; 10] {
    let mut sums = [[B::splat(0.0); 2]; 4];
    for j in (0..400).step_by(4) {
        for (chain, sums) in sums.iter_mut().enumerate() {
            let x = B::splat(features[j + chain]);
            for (v, sum) in sums.iter_mut().enumerate().take(10_usize.div_ceil(B::LANES)) {
                let weight = net.dense[j + chain].as_ptr().add(v * B::LANES);
                *sum = B::fma(B::load_up_to(weight, 10 - v * B::LANES), x, *sum);
            }
        }
    }
    let mut z = [0.0; 32];
    for v in 0..10_usize.div_ceil(B::LANES) {
        let [a, b, c, d] = sums.map(|sums| sums[v]);
        B::store(z.as_mut_ptr().add(v * B::LANES), B::add(B::add(a, b), B::add(c, d)));
    }
    std::array::from_fn(|unit| z[unit] + net.dense_bias[unit])
}

const BATCH: usize = 32;

/// Cross-entropy after softmax, Adam, batches of 32.
pub struct CnnTrainer {
    pub net: Box<Cnn>,
    first: Box<Cnn>,
    second: Box<Cnn>,
    grads: Box<Cnn>,
    steps: i32,
    maps: Maps,
    pooled: Vec<[[f32; 8]; 176]>,
    features: Vec<[[f32; 16]; 25]>,
    winners: Vec<Winners>,
    z: Vec<[f32; 10]>,
}

impl CnnTrainer {
    pub fn new(parameters: &[f32]) -> Self {
        let zeros = || Cnn::new(&[0.0; Cnn::LEN]);
        Self {
            net: Cnn::new(parameters),
            first: zeros(),
            second: zeros(),
            grads: zeros(),
            steps: 0,
            maps: Maps::new(),
            pooled: vec![[[0.0; 8]; 176]; BATCH],
            features: vec![[[0.0; 16]; 25]; BATCH],
            winners: vec![([[0; 8]; 169], [[0; 16]; 25]); BATCH],
            z: vec![[0.0; 10]; BATCH],
        }
    }

    #[inline(always)]
    pub unsafe fn epoch<A: Simd, B: Simd, const V: usize, const COLUMNS: usize>(
        &mut self,
        x: &[[f32; 784]],
        classes: &[usize],
    ) {
        for (x, classes) in x.chunks(BATCH).zip(classes.chunks(BATCH)) {
            self.step::<A, B, V, COLUMNS>(x, classes);
        }
    }

    #[inline(always)]
    unsafe fn step<A: Simd, B: Simd, const V: usize, const COLUMNS: usize>(
        &mut self,
        x: &[[f32; 784]],
        classes: &[usize],
    ) {
        self.grads.parameters_mut().fill(0.0);
        for (sample, (x, &class)) in x.iter().zip(classes).enumerate() {
            let winners = Some(&mut self.winners[sample]);
            features::<A, B, V, COLUMNS>(&self.net, x, &mut self.maps, &mut self.features[sample], winners);
            self.pooled[sample] = self.maps.pooled;
            let z = &mut self.z[sample];
            *z = dense::<B>(&self.net, self.features[sample].as_flattened());
            softmax(z);
            z[class] -= 1.0;
            z.iter_mut().for_each(|z| *z /= classes.len() as f32);
        }
        // Filters outside: so the places of a window lie side by side.
        let transposed: [[f32; 72]; 16] = std::array::from_fn(|c| std::array::from_fn(|k| self.net.second[k][c]));
        let mut grad_second = [[0.0; 72]; 16];
        for (sample, x) in x.iter().enumerate() {
            let grads = self.back_to_features::<B>(sample);
            let back = self.back_to_pooled::<A>(sample, &grads, &transposed, &mut grad_second);
            self.back_to_image(sample, x, &back);
        }
        for (k, grads) in self.grads.second.iter_mut().enumerate() {
            *grads = std::array::from_fn(|c| grad_second[c][k]);
        }
        self.adam();
    }

    /// The dense layer.
    #[inline(always)]
    unsafe fn back_to_features<B: Simd>(&mut self, sample: usize) -> [f32; 400] {
        let (z, features) = (&self.z[sample], self.features[sample].as_flattened());
        let mut back = [0.0; 400];
        for j in 0..400 {
            let (weight, grads) = (&self.net.dense[j], &mut self.grads.dense[j]);
            let mut sum = 0.0;
            for unit in 0..10 {
                sum = weight[unit].mul_add(z[unit], sum);
                grads[unit] = features[j].mul_add(z[unit], grads[unit]);
            }
            back[j] = sum;
        }
        self.grads.dense_bias.iter_mut().zip(z).for_each(|(grad, z)| *grad += z);
        back
    }

    /// The second convolution, from the winners above zero.
    #[inline(always)]
    unsafe fn back_to_pooled<A: Simd>(
        &mut self,
        sample: usize,
        grads: &[f32; 400],
        transposed: &[[f32; 72]; 16],
        grad_weight: &mut [[f32; 72]; 16],
    ) -> [[f32; 8]; 176] {
        let mut back = [[0.0; 8]; 176];
        let (from, to) = (self.pooled[sample].as_ptr().cast::<f32>(), back.as_mut_ptr().cast::<f32>());
        for c in 0..16 {
            let mut sums = [A::splat(0.0); 9];
            let mut weight = [A::splat(0.0); 9];
            for place in 0..9 {
                sums[place] = A::load(grad_weight[c].as_ptr().add(place * 8));
                weight[place] = A::load(transposed[c].as_ptr().add(place * 8));
            }
            for cell in 0..25 {
                let winner = self.winners[sample].1[cell][c] as usize;
                if winner > 3 {
                    continue;
                }
                let grad = grads[cell * 16 + c];
                self.grads.second_bias[c] += grad;
                let (y, x) = (2 * (cell / 5) + winner / 2, 2 * (cell % 5) + winner % 2);
                let grad = A::splat(grad);
                for place in 0..9 {
                    let at = ((y + place / 3) * 13 + x + place % 3) * 8;
                    sums[place] = A::fma(A::load(from.add(at)), grad, sums[place]);
                    A::store(to.add(at), A::fma(weight[place], grad, A::load(to.add(at))));
                }
            }
            for (place, &sum) in sums.iter().enumerate() {
                A::store(grad_weight[c].as_mut_ptr().add(place * 8), sum);
            }
        }
        back
    }

    /// The first convolution: of each filter, the winner of every cell.
    #[inline(always)]
    fn back_to_image(&mut self, sample: usize, image: &[f32; 784], grads: &[[f32; 8]; 176]) {
        for (cell, (grads, winners)) in grads.iter().zip(&self.winners[sample].0).enumerate() {
            let (y, x) = (2 * (cell / 13), 2 * (cell % 13));
            for c in 0..8 {
                self.grads.first_bias[c] += if winners[c] < 4 { grads[c] } else { 0.0 };
            }
            for corner in 0..4 {
                let masked: [f32; 8] =
                    std::array::from_fn(|c| if winners[c] == corner as u32 { grads[c] } else { 0.0 });
                let at = (y + corner / 2) * 28 + x + corner % 2;
                for place in 0..9 {
                    let pixel = image[at + place / 3 * 28 + place % 3];
                    for (grad, masked) in self.grads.first[place].iter_mut().zip(masked) {
                        *grad = masked.mul_add(pixel, *grad);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn adam(&mut self) {
        self.steps += 1;
        let rate = 1e-3 * (1.0 - 0.999_f32.powi(self.steps)).sqrt() / (1.0 - 0.9_f32.powi(self.steps));
        let moments = self.first.parameters_mut().iter_mut().zip(self.second.parameters_mut());
        let values = self.net.parameters_mut().iter_mut().zip(self.grads.parameters());
        for ((value, &grad), (first, second)) in values.zip(moments) {
            *first += (grad - *first) * (1.0 - 0.9);
            *second += (grad * grad - *second) * (1.0 - 0.999);
            *value -= rate * *first / (second.sqrt() + 1e-7);
        }
    }
}
