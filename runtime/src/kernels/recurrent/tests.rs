//! Every kind of layer against its formulas, with initial states and masks, and its gradients against central differences. In double precision the
//! portable arithmetic computes without vectors, as microcontrollers do; in single precision with them.
use std::vec;
use std::vec::Vec;

use super::*;
use crate::isa::Portable;
use crate::math::Elementary;

/// Numbers between -1 and 1, the same ones for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / f64::from(1 << 23) - 1.0
    }

    fn many<T: Scalar>(&mut self, len: usize) -> Vec<T> {
        (0..len).map(|_| T::from_f64(self.next())).collect()
    }
}

/// `x / (1 + |x|)`, whose derivative follows from its inputs.
#[derive(Debug)]
struct Softsign;

impl<T: Scalar> Function<T> for Softsign {
    fn apply(&self, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value /= T::ONE + value.abs());
    }

    fn multiply_by_derivative(&self, kept: &[T], grad: &mut [T]) {
        for (grad, kept) in grad.iter_mut().zip(kept) {
            let below = T::ONE + kept.abs();
            *grad *= T::ONE / (below * below);
        }
    }
}

/// `x` above zero, `x / 4` below.
#[derive(Debug)]
struct Leaky;

fn slope<T: Scalar>(x: T) -> T {
    if x > T::ZERO { T::ONE } else { T::from_f64(0.25) }
}

impl<T: Scalar> Function<T> for Leaky {
    fn apply(&self, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value *= slope(*value));
    }

    fn multiply_by_derivative(&self, kept: &[T], grad: &mut [T]) {
        grad.iter_mut().zip(kept).for_each(|(grad, &kept)| *grad *= slope(kept));
    }
}

/// The logistic function, whose derivative follows from its outputs.
#[derive(Debug)]
struct Logistic;

impl<T: Scalar> Function<T> for Logistic {
    fn apply(&self, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value = Elementary::sigmoid(*value));
    }

    fn multiply_by_derivative(&self, kept: &[T], grad: &mut [T]) {
        grad.iter_mut().zip(kept).for_each(|(grad, &kept)| *grad *= kept * (T::ONE - kept));
    }
}

/// A layer with all that it reads, for some samples.
#[derive(Clone)]
struct Case<T: 'static> {
    of: Recurrence<T>,
    samples: usize,
    weight: Vec<T>,
    recurrent: Vec<T>,
    bias: Option<Vec<T>>,
    inputs: Vec<T>,
    initial: Vec<T>,
    mask: Vec<T>,
}

impl<T: Scalar> Case<T> {
    fn new(of: Recurrence<T>, samples: usize, with_bias: bool, with_initial: bool, mask: &[f64]) -> Self {
        let random = &mut Random(of.units as u64 * 7 + of.inputs as u64);
        let width = of.gate_values();
        let biases = width * if of.cell.resets_after() { 2 } else { 1 };
        Self {
            samples,
            weight: random.many(of.inputs * width),
            recurrent: random.many(of.units * width),
            bias: with_bias.then(|| random.many(biases)),
            inputs: random.many(samples * of.input_values()),
            initial: random.many(if with_initial { samples * of.state_values() } else { 0 }),
            // Every sample has another part of the flags.
            mask: match mask.len() {
                0 => Vec::new(),
                len => {
                    (0..samples * of.steps).map(|place| T::from_f64(mask[(place + place / of.steps) % len])).collect()
                }
            },
            of,
        }
    }

    fn parameters(&self) -> Parameters<'_, T> {
        Parameters { of: &self.of, weight: &self.weight, recurrent: &self.recurrent, bias: self.bias.as_deref() }
    }

    fn given(&self) -> Given<'_, T> {
        Given { initial: &self.initial, state_len: self.of.state_values(), mask: &self.mask, mask_len: self.of.steps }
    }

    fn predicted(&self) -> Vec<T> {
        let mut memory = vec![T::ONE; self.samples * self.of.memory()];
        let mut outputs = vec![T::ONE; self.samples * self.of.output_values()];
        forward(Portable, self.parameters(), &self.inputs, self.given(), &mut memory, &mut outputs);
        outputs
    }

    /// The memory of a training step, and its outputs. Nothing is dropped.
    fn trained(&self) -> (Vec<T>, Vec<T>) {
        let mut saved = vec![T::ONE; self.samples * self.of.saved()];
        let mut outputs = vec![T::ONE; self.samples * self.of.output_values()];
        fill_factors(&self.of, &mut saved, |rate| T::from_f64(1.0 / (1.0 - rate)));
        forward_training(Portable, self.parameters(), &self.inputs, self.given(), &mut saved);
        outputs_of_training(&self.of, self.given(), &saved, &mut outputs);
        (saved, outputs)
    }

    /// The outputs of a sample by the formulas, in double precision.
    fn by_formulas(&self, sample: usize) -> Vec<f64> {
        let (of, units) = (&self.of, self.of.units);
        let number = |values: &[T], at: usize| values.get(at).map_or(0.0, |value| value.to_f64());
        let apply = |gate: Gate<T>, x: f64| {
            let mut value = [T::from_f64(x)];
            gate.apply(&mut value);
            value[0].to_f64()
        };
        let width = of.gate_values();
        let bias = |at: usize| self.bias.as_ref().map_or(0.0, |bias| number(bias, at));
        let mut h: Vec<f64> = (0..units).map(|unit| number(&self.initial, sample * of.state_values() + unit)).collect();
        let mut c: Vec<f64> =
            (0..units).map(|unit| number(&self.initial, sample * of.state_values() + units + unit)).collect();
        if of.cell != Cell::Lstm {
            c.clear();
        }
        let mut outputs = vec![0.0; of.output_values()];
        let mut seen = false;
        for step in 0..of.steps {
            let at = if of.order == Order::Forwards { step } else { of.steps - 1 - step };
            let counts = self.mask.is_empty() || number(&self.mask, sample * of.steps + at) != 0.0;
            let x = |gate: usize| {
                let product = |input: usize| {
                    number(&self.inputs, sample * of.input_values() + at * of.inputs + input)
                        * number(&self.weight, input * width + gate)
                };
                bias(gate) + (0..of.inputs).map(product).sum::<f64>()
            };
            let u = |gate: usize, state: &[f64]| {
                (0..units).map(|unit| state[unit] * number(&self.recurrent, unit * width + gate)).sum::<f64>()
            };
            if counts {
                seen = true;
                let old = h.clone();
                for unit in 0..units {
                    let gate = |number: usize| number * units + unit;
                    match of.cell {
                        Cell::Simple => h[unit] = apply(of.activation, x(gate(0)) + u(gate(0), &old)),
                        Cell::Lstm => {
                            let [i, f, o] =
                                [0, 1, 3].map(|number| apply(of.gates, x(gate(number)) + u(gate(number), &old)));
                            c[unit] = f * c[unit] + i * apply(of.activation, x(gate(2)) + u(gate(2), &old));
                            h[unit] = o * apply(of.activation, c[unit]);
                        }
                        Cell::Gru { reset_after } => {
                            let second = |number: usize| if reset_after { bias(width + gate(number)) } else { 0.0 };
                            let of_gate = |number: usize, unit: usize| {
                                let place = number * units + unit;
                                let second = if reset_after { bias(width + place) } else { 0.0 };
                                apply(of.gates, x(place) + second + u(place, &old))
                            };
                            let (z, r) = (of_gate(0, unit), of_gate(1, unit));
                            let product = if reset_after {
                                r * (second(2) + u(gate(2), &old))
                            } else {
                                let reset: Vec<f64> = (0..units).map(|unit| of_gate(1, unit) * old[unit]).collect();
                                u(gate(2), &reset)
                            };
                            h[unit] = z * old[unit] + (1.0 - z) * apply(of.activation, x(gate(2)) + product);
                        }
                    }
                }
            }
            let is_output = if of.zero_masked { counts } else { seen };
            let state: Vec<f64> = h.iter().chain(&c).map(|value| if is_output { *value } else { 0.0 }).collect();
            let is_sequence = matches!(of.gives, Gives::Sequence | Gives::States);
            let place = if of.order == Order::BackwardsInPlace { at } else { step };
            let len = if matches!(of.gives, Gives::State | Gives::States) { state.len() } else { units };
            if is_sequence || step + 1 == of.steps {
                let begin = if is_sequence { place * len } else { 0 };
                outputs[begin..begin + len].copy_from_slice(&state[..len]);
            }
        }
        outputs
    }

    /// Predictions and the forward pass of training have the same bits, and are those of the formulas.
    fn check_outputs(&self, tolerance: f64) {
        let (predicted, (_, trained)) = (self.predicted(), self.trained());
        let bits = |values: &[T]| values.iter().map(|value| value.to_f64().to_bits()).collect::<Vec<_>>();
        assert!(bits(&predicted) == bits(&trained), "{:?}", self.of);
        for (sample, outputs) in predicted.chunks(self.of.output_values()).enumerate() {
            for (index, (got, expected)) in outputs.iter().zip(self.by_formulas(sample)).enumerate() {
                let error = (got.to_f64() - expected).abs();
                assert!(error < tolerance, "{error} at {index} of sample {sample}, {:?}", self.of);
            }
        }
    }
}

fn layer<T: Scalar>(cell: Cell, gives: Gives, order: Order) -> Recurrence<T> {
    Recurrence {
        cell,
        steps: 5,
        inputs: 3,
        units: 6,
        activation: Gate::Tanh,
        gates: Gate::Sigmoid,
        gives,
        order,
        dropout: 0.0,
        recurrent_dropout: 0.0,
        zero_masked: false,
    }
}

const CELLS: [Cell; 4] = [Cell::Simple, Cell::Gru { reset_after: true }, Cell::Gru { reset_after: false }, Cell::Lstm];

/// Flags of steps, of which the first ones are often left out.
const MASK: [f64; 7] = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0];

/// Every kind of layer in every way, for more samples than a block has.
fn cases<T: Scalar>() -> Vec<Case<T>> {
    let mut cases = Vec::new();
    for cell in CELLS {
        for gives in [Gives::Last, Gives::Sequence, Gives::State, Gives::States] {
            for order in [Order::Forwards, Order::Backwards, Order::BackwardsInPlace] {
                for (with_bias, with_initial, mask) in [(true, false, &[][..]), (true, true, &MASK), (false, true, &[])]
                {
                    cases.push(Case::new(layer(cell, gives, order), 11, with_bias, with_initial, mask));
                }
                let zero_masked = Recurrence { zero_masked: true, ..layer(cell, gives, order) };
                cases.push(Case::new(zero_masked, 3, true, false, &MASK));
            }
        }
        let base = layer(cell, Gives::Sequence, Order::Forwards);
        for activation in [Gate::OfInputs(&Leaky), Gate::OfInputs(&Softsign), Gate::OfOutputs(&Logistic)] {
            let gates = if cell == Cell::Simple { Gate::Sigmoid } else { Gate::OfInputs(&Softsign) };
            cases.push(Case::new(Recurrence { activation, gates, ..base }, 9, true, true, &MASK));
        }
        cases.push(Case::new(Recurrence { units: 19, inputs: 1, ..base }, 40, true, false, &[]));
        cases.push(Case::new(Recurrence { units: 1, inputs: 7, steps: 1, ..base }, 1, true, false, &[]));
    }
    cases
}

#[test]
fn outputs() {
    let (double, single) = (cases::<f64>(), cases::<f32>());
    assert!(double.len() > 200 && double.len() == single.len());
    double.iter().for_each(|case| case.check_outputs(1e-12));
    single.iter().for_each(|case| case.check_outputs(3e-6));
}

/// All gradients of a case, for the sum of its outputs times factors, with the weight of the state transposed or not.
fn gradients<T: Scalar>(case: &Case<T>, factors: &[T], transposed: bool) -> [Vec<T>; 5] {
    let (of, given) = (&case.of, case.given());
    let (saved, _) = case.trained();
    let mut memory = vec![T::ONE; case.samples * of.gradients()];
    let [mut of_weight, mut of_recurrent] = [&case.weight, &case.recurrent].map(|weight| vec![T::ONE; weight.len()]);
    let (mut of_bias, mut of_inputs) = (case.bias.clone().unwrap_or_default(), vec![T::ONE; case.inputs.len()]);
    let mut of_initial = vec![T::ONE; case.samples * of.state_values()];
    let gates = of.gate_values();
    let weight = Weight { values: &case.weight, gates, rows: of.inputs, transposed: &[] };
    let recurrent = Weight { values: &case.recurrent, gates, rows: of.units, transposed: &[] };
    {
        let (mut one, mut other) = (of_weight.clone(), of_recurrent.clone());
        let (weight, recurrent) = match transposed {
            true => (weight.with_transposed(Portable, &mut one), recurrent.with_transposed(Portable, &mut other)),
            false => (weight, recurrent),
        };
        backward(Portable, of, recurrent, &saved, given, factors, &mut memory);
        backward_input(Portable, of, weight, &mut memory);
    }
    backward_weight(Portable, of, &saved, &memory, 0, &mut of_weight);
    backward_recurrent(Portable, of, &saved, &memory, 0, &mut of_recurrent);
    if case.bias.is_some() {
        backward_bias(of, &saved, &memory, &mut of_bias);
    }
    scatter_inputs(of, &saved, &memory, &mut of_inputs);
    scatter_states(of, &memory, &mut of_initial);
    [of_weight, of_recurrent, of_bias, of_inputs, of_initial]
}

/// The numbers of one kind in a case.
type Place = fn(&mut Case<f64>) -> &mut Vec<f64>;

#[test]
fn gradients_are_differences() {
    const STEP: f64 = 1e-6;
    for case in cases::<f64>() {
        // Differences of every number take long: every fifth is enough, of another beginning for each kind.
        let factors: Vec<f64> = Random(5).many(case.samples * case.of.output_values());
        let found = gradients(&case, &factors, true);
        let loss = |case: &Case<f64>| case.trained().1.iter().zip(&factors).map(|(y, factor)| y * factor).sum::<f64>();
        let places: [Place; 5] = [
            |case| &mut case.weight,
            |case| &mut case.recurrent,
            |case| case.bias.as_mut().expect("biases"),
            |case| &mut case.inputs,
            |case| &mut case.initial,
        ];
        for (kind, (found, place)) in found.iter().zip(places).enumerate() {
            if (kind == 2 && case.bias.is_none()) || (kind == 4 && case.initial.is_empty()) {
                continue;
            }
            for index in (kind % 5..found.len()).step_by(if found.len() > 60 { 11 } else { 5 }) {
                let at = |step: f64| {
                    let mut moved = case.clone();
                    place(&mut moved)[index] += step;
                    loss(&moved)
                };
                let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                let error = (found[index] - difference).abs() / (1.0 + difference.abs());
                assert!(error < 1e-6, "{} and {difference}: {kind} {index} of {:?}", found[index], case.of);
            }
        }
    }
}

/// In single precision, with vectors, the gradients are those of double precision, by the transposed weights and without them.
#[test]
fn gradients_in_vectors() {
    for (double, single) in cases::<f64>().iter().zip(cases::<f32>()) {
        let len = double.samples * double.of.output_values();
        let expected = gradients(double, &Random(5).many(len), true);
        for transposed in [true, false] {
            let found = gradients(&single, &Random(5).many(len), transposed);
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                let error = (f64::from(*found) - expected).abs() / (1.0 + expected.abs());
                assert!(error < 3e-4, "{found} and {expected}, {:?}", double.of);
            }
        }
    }
}

/// Steps that a mask leaves out are as if they were not there.
#[test]
fn masked_steps_are_as_if_left_out() {
    for cell in CELLS {
        let long =
            Case::<f64>::new(layer(cell, Gives::State, Order::Forwards), 1, true, true, &[1.0, 0.0, 0.0, 1.0, 1.0]);
        let mut short = Case { of: Recurrence { steps: 3, ..long.of }, mask: Vec::new(), ..long.clone() };
        short.inputs = [0, 3, 4].iter().flat_map(|step| long.inputs[step * 3..step * 3 + 3].to_vec()).collect();
        assert_eq!(long.predicted(), short.predicted());
    }
}

/// Of the dropped inputs and values of the state no gradient comes back, and the same ones are dropped in all steps.
#[test]
fn dropped_values() {
    for cell in CELLS {
        let of = Recurrence { dropout: 0.5, recurrent_dropout: 0.5, ..layer(cell, Gives::Last, Order::Forwards) };
        let case = Case::<f64>::new(of, 2, true, false, &[]);
        let mut saved = vec![0.0; 2 * of.saved()];
        let mut draws = 0;
        fill_factors(&of, &mut saved, |rate| {
            draws += 1;
            if draws % 2 == 0 { 0.0 } else { 1.0 / (1.0 - rate) }
        });
        assert_eq!(draws, 2 * (of.inputs + of.units));
        forward_training(Portable, case.parameters(), &case.inputs, case.given(), &mut saved);
        let mut memory = vec![0.0; 2 * of.gradients()];
        let recurrent = Weight { values: &case.recurrent, gates: of.gate_values(), rows: of.units, transposed: &[] };
        backward(Portable, &of, recurrent, &saved, case.given(), &vec![1.0; 2 * of.units], &mut memory);
        let weight = Weight { values: &case.weight, gates: of.gate_values(), rows: of.inputs, transposed: &[] };
        backward_input(Portable, &of, weight, &mut memory);
        let mut of_inputs = vec![1.0; case.inputs.len()];
        scatter_inputs(&of, &saved, &memory, &mut of_inputs);
        // The draws of both samples follow each other: 3 inputs have the factors 2 0 2, and then 0 2 0.
        for (place, grad) in of_inputs.iter().enumerate() {
            let (sample, input) = (place / of.input_values(), place % of.inputs);
            let is_dropped = (sample * of.inputs + input) % 2 == 1;
            assert_eq!(*grad == 0.0, is_dropped, "{cell:?} at {place}");
        }
        let mut of_recurrent = vec![1.0; case.recurrent.len()];
        backward_recurrent(Portable, &of, &saved, &memory, 0, &mut of_recurrent);
        assert!(of_recurrent.iter().any(|&grad| grad != 0.0));
    }
}
