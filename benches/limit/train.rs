//! Training: forward, backward, and the optimizer: of a small network on every tile of the gradient while it is in registers; of a
//! large one in a pass of its own, whose divisions and roots then do not wait for each other.
use super::product::{Start, product};
use super::{Net, Simd, relu, softmax};

/// The targets, with the loss and the optimizer that they imply.
#[derive(Clone, Copy)]
pub enum Y<'a> {
    /// A value: mean squared error, RMSprop.
    Values(&'a [f32]),
    /// A class: cross-entropy after softmax, Adam.
    Classes(&'a [usize]),
}

/// An optimizer, with the factors of its next step.
#[derive(Clone, Copy)]
enum Optimizer {
    RmsProp,
    Adam { rate: f32 },
}

pub struct Trainer<const I: usize, const A: usize, const B: usize, const O: usize, const BATCH: usize> {
    pub net: Net<I, A, B, O>,
    first: Vec<f32>,
    second: Vec<f32>,
    grads: Vec<f32>,
    steps: i32,
    h1: Vec<f32>,
    h2: Vec<f32>,
    z: Vec<[f32; O]>,
    grad_1: Vec<f32>,
    grad_2: Vec<f32>,
    transposed_2: Vec<f32>,
    transposed_3: Vec<f32>,
    /// The last batch, when it is not whole.
    rest: Vec<[f32; I]>,
}

impl<const I: usize, const A: usize, const B: usize, const O: usize, const BATCH: usize> Trainer<I, A, B, O, BATCH> {
    pub fn new(parameters: &[f32]) -> Self {
        Self {
            net: Net::new(parameters),
            first: vec![0.0; parameters.len()],
            second: vec![0.0; parameters.len()],
            grads: vec![0.0; parameters.len()],
            steps: 0,
            h1: vec![0.0; BATCH * A],
            h2: vec![0.0; BATCH * B],
            z: vec![[0.0; O]; BATCH],
            grad_1: vec![0.0; BATCH * A],
            grad_2: vec![0.0; BATCH * B],
            transposed_2: vec![0.0; A * B],
            transposed_3: vec![0.0; B * O],
            rest: vec![[0.0; I]; BATCH],
        }
    }

    #[inline(always)]
    pub unsafe fn epoch<S: Simd, const ROWS: usize>(&mut self, x: &[[f32; I]], y: Y<'_>) {
        let mut at = 0;
        for batch in x.chunks(BATCH) {
            let range = at..at + batch.len();
            at = range.end;
            let x = if batch.len() == BATCH {
                batch.as_ptr()
            } else {
                self.rest[..batch.len()].copy_from_slice(batch);
                self.rest.as_ptr()
            };
            let y = match y {
                Y::Values(y) => Y::Values(&y[range]),
                Y::Classes(y) => Y::Classes(&y[range]),
            };
            self.step::<S, ROWS>(x.cast(), y, batch.len());
        }
    }

    #[inline(always)]
    unsafe fn step<S: Simd, const ROWS: usize>(&mut self, x: *const f32, y: Y<'_>, count: usize) {
        let p = self.net.parameters.as_ptr();
        let (bias_1, weight_2, bias_2, weight_3, bias_3) = (
            Net::<I, A, B, O>::BIAS_1,
            Net::<I, A, B, O>::WEIGHT_2,
            Net::<I, A, B, O>::BIAS_2,
            Net::<I, A, B, O>::WEIGHT_3,
            Net::<I, A, B, O>::BIAS_3,
        );
        let (h1, h2, z) = (self.h1.as_mut_ptr(), self.h2.as_mut_ptr(), self.z.as_mut_ptr().cast());
        product::<S, BATCH, I, A, ROWS>(x, p, Start::Bias(p.add(bias_1)), h1, I);
        relu(&mut self.h1);
        product::<S, BATCH, A, B, ROWS>(h1, p.add(weight_2), Start::Bias(p.add(bias_2)), h2, A);
        relu(&mut self.h2);
        product::<S, BATCH, B, O, ROWS>(h2, p.add(weight_3), Start::Bias(p.add(bias_3)), z, B);

        let optimizer = self.grad_outputs(y, count);

        // The inputs' gradients: the forward product again, with the weights transposed.
        let (grad_1, grad_2) = (self.grad_1.as_mut_ptr(), self.grad_2.as_mut_ptr());
        transpose::<B, O>(p.add(weight_3), &mut self.transposed_3);
        product::<S, BATCH, O, B, ROWS>(z, self.transposed_3.as_ptr(), Start::Zero, grad_2, O);
        mask(&mut self.grad_2, &self.h2);
        transpose::<A, B>(p.add(weight_2), &mut self.transposed_2);
        product::<S, BATCH, B, A, ROWS>(grad_2, self.transposed_2.as_ptr(), Start::Zero, grad_1, B);
        mask(&mut self.grad_1, &self.h1);

        let state = State {
            optimizer,
            parameters: self.net.parameters.as_mut_ptr(),
            first: self.first.as_mut_ptr(),
            second: self.second.as_mut_ptr(),
            grads: (Net::<I, A, B, O>::LEN > 4096).then_some(self.grads.as_mut_ptr()),
        };
        state.at(weight_3).weight::<S, B, O, ROWS>(h2, z, count);
        state.at(bias_3).bias::<S, O>(z, count);
        state.at(weight_2).weight::<S, A, B, ROWS>(h1, grad_2, count);
        state.at(bias_2).bias::<S, B>(grad_2, count);
        state.weight::<S, I, A, ROWS>(x, grad_1, count);
        state.at(bias_1).bias::<S, A>(grad_1, count);
        state.all::<S>(Net::<I, A, B, O>::LEN);
    }

    /// Makes the outputs, before their activation, the gradient of the loss by them; says how the step goes on.
    #[inline(always)]
    fn grad_outputs(&mut self, y: Y<'_>, count: usize) -> Optimizer {
        let scale = 1.0 / count as f32;
        self.z[count..].fill([0.0; O]);
        match y {
            Y::Values(y) => {
                for (z, y) in self.z.iter_mut().zip(y) {
                    z[0] = 2.0 * scale * (z[0] - y);
                }
                Optimizer::RmsProp
            }
            Y::Classes(y) => {
                for (z, y) in self.z.iter_mut().zip(y) {
                    softmax(z);
                    z[*y] -= 1.0;
                    z.iter_mut().for_each(|z| *z *= scale);
                }
                self.steps += 1;
                let correction = (1.0 - 0.999_f64.powi(self.steps)).sqrt() / (1.0 - 0.9_f64.powi(self.steps));
                Optimizer::Adam { rate: (0.001 * correction) as f32 }
            }
        }
    }
}

#[inline(always)]
unsafe fn transpose<const INPUTS: usize, const UNITS: usize>(weight: *const f32, transposed: &mut [f32]) {
    for (unit, row) in transposed.chunks_exact_mut(INPUTS).enumerate().take(UNITS) {
        for (input, value) in row.iter_mut().enumerate() {
            *value = *weight.add(input * UNITS + unit);
        }
    }
}

/// The derivative of relu.
#[inline(always)]
fn mask(grad: &mut [f32], outputs: &[f32]) {
    for (grad, output) in grad.iter_mut().zip(outputs) {
        *grad = if *output > 0.0 { *grad } else { 0.0 };
    }
}

/// The data of an optimizer: parameters and their moments, from one parameter on.
#[derive(Clone, Copy)]
struct State {
    optimizer: Optimizer,
    parameters: *mut f32,
    first: *mut f32,
    second: *mut f32,
    /// The memory in which gradients wait for [`all`](State::all); none if they are used at once.
    grads: Option<*mut f32>,
}

impl State {
    #[inline(always)]
    unsafe fn at(self, at: usize) -> Self {
        let (parameters, first, second) = (self.parameters.add(at), self.first.add(at), self.second.add(at));
        let grads = self.grads.map(|grads| grads.add(at));
        Self { parameters, first, second, grads, ..self }
    }

    /// A vector of a gradient is ready.
    #[inline(always)]
    unsafe fn take<S: Simd>(self, at: usize, grad: S::V, left: usize) {
        match self.grads {
            Some(grads) => S::store_up_to(grads.add(at), grad, left),
            None => self.update::<S>(at, grad, left),
        }
    }

    /// The step of all parameters whose gradients wait.
    #[inline(always)]
    unsafe fn all<S: Simd>(self, count: usize) {
        let Some(grads) = self.grads else { return };
        let mut at = 0;
        while at + S::LANES <= count {
            self.update::<S>(at, S::load(grads.add(at)), S::LANES);
            at += S::LANES;
        }
        if at < count {
            self.update::<S>(at, S::load_first(grads.add(at), count - at), count - at);
        }
    }

    /// One vector of parameters, of which `left` are there, with their gradient.
    #[inline(always)]
    unsafe fn update<S: Simd>(self, at: usize, grad: S::V, left: usize) {
        let epsilon = S::splat(1e-7);
        let parameters = S::load_up_to(self.parameters.add(at), left);
        let second = S::load_up_to(self.second.add(at), left);
        let square = S::mul(grad, grad);
        let parameters = match self.optimizer {
            Optimizer::RmsProp => {
                let second = S::fma(square, S::splat(0.1), S::mul(second, S::splat(0.9)));
                S::store_up_to(self.second.add(at), second, left);
                let direction = S::div(grad, S::sqrt(S::add(second, epsilon)));
                S::fma(direction, S::splat(-0.001), parameters)
            }
            Optimizer::Adam { rate } => {
                let first = S::load_up_to(self.first.add(at), left);
                let first = S::fma(S::sub(grad, first), S::splat(0.1), first);
                let second = S::fma(S::sub(square, second), S::splat(0.001), second);
                S::store_up_to(self.first.add(at), first, left);
                S::store_up_to(self.second.add(at), second, left);
                let direction = S::div(first, S::add(S::sqrt(second), epsilon));
                S::fma(direction, S::splat(-rate), parameters)
            }
        };
        S::store_up_to(self.parameters.add(at), parameters, left);
    }

    /// A tile of a weight's gradient, `ROWS` inputs by `VECTORS` vectors of units, and its step.
    #[inline(always)]
    unsafe fn tile<S: Simd, const INPUTS: usize, const UNITS: usize, const ROWS: usize, const VECTORS: usize>(
        self,
        x: *const f32,
        grad: *const f32,
        count: usize,
        left: usize,
    ) {
        let left = if UNITS.is_multiple_of(S::LANES) { S::LANES } else { left };
        let mut sums = [[S::splat(0.0); VECTORS]; ROWS];
        for sample in 0..count {
            let mut row = [S::splat(0.0); VECTORS];
            for (v, grads) in row.iter_mut().enumerate() {
                *grads = S::load_up_to(grad.add(sample * UNITS + v * S::LANES), left);
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = S::splat(*x.add(sample * INPUTS + r));
                for (sum, grads) in sums.iter_mut().zip(row) {
                    *sum = S::fma(grads, x, *sum);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                self.take::<S>(r * UNITS + v * S::LANES, *sum, left);
            }
        }
    }

    #[inline(always)]
    unsafe fn weight<S: Simd, const INPUTS: usize, const UNITS: usize, const ROWS: usize>(
        self,
        x: *const f32,
        grad: *const f32,
        count: usize,
    ) {
        let mut input = 0;
        while input < INPUTS {
            let whole = input + ROWS <= INPUTS;
            let mut unit = 0;
            while unit < UNITS {
                let pair = unit + 2 * S::LANES <= UNITS;
                let (state, x, grad) = (self.at(input * UNITS + unit), x.add(input), grad.add(unit));
                match (whole, pair) {
                    (true, true) => state.tile::<S, INPUTS, UNITS, ROWS, 2>(x, grad, count, S::LANES),
                    (true, false) => state.tile::<S, INPUTS, UNITS, ROWS, 1>(x, grad, count, UNITS - unit),
                    (false, true) => state.tile::<S, INPUTS, UNITS, 1, 2>(x, grad, count, S::LANES),
                    (false, false) => state.tile::<S, INPUTS, UNITS, 1, 1>(x, grad, count, UNITS - unit),
                }
                unit += if pair { 2 } else { 1 } * S::LANES;
            }
            input += if whole { ROWS } else { 1 };
        }
    }

    #[inline(always)]
    unsafe fn bias<S: Simd, const UNITS: usize>(self, grad: *const f32, count: usize) {
        let mut unit = 0;
        while unit < UNITS {
            let left = UNITS - unit;
            let mut sum = S::splat(0.0);
            for sample in 0..count {
                sum = S::add(sum, S::load_up_to(grad.add(sample * UNITS + unit), left));
            }
            self.take::<S>(unit, sum, left);
            unit += S::LANES;
        }
    }
}
