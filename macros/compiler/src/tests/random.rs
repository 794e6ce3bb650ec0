//! Random networks without errors: a generator that keeps track of the shapes.
use std::collections::BTreeSet;

use super::text::assert_is_canonical;
use crate::layers::{self, join};
use crate::{Program, activations};

/// The number of programs that other tests use.
pub const PROGRAMS: u64 = 300;

/// The network of a seed, with the blocks that it uses.
pub fn program(seed: u64) -> String {
    let mut writer =
        Writer { random: Random::new(seed), labels: Vec::new(), names: 0, used: BTreeSet::new(), uses: false };
    let network = writer.network();
    let used = (0..BLOCKS.len()).filter(|index| writer.used.contains(index));
    let blocks: String = used.filter_map(|index| BLOCKS.get(index)).map(|block| format!("{block}\n")).collect();
    blocks + &network
}

/// The generator xorshift64*, by S. Vigna.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // The states of successive seeds are far from each other.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number from zero up to `end`, without it.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number from `first` to `last`, both included.
    fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}

const UNIT: usize = 0;
const TWICE: usize = 1;
const GATE: usize = 2;
const RESIDUAL: usize = 3;
const SIDE: usize = 4;
const HALVED: usize = 5;

const BLOCKS: [&str; 6] = [
    "block unit(filters, kernel, how) < conv filters kernel how nobias => batchnorm => relu >",
    "block twice(filters) < unit(filters, 1x1, same) => unit(filters, 3x3, same) >",
    "block gate(less, width) < multiply(identity, globalavgpool => dense less relu => dense width sigmoid) >",
    "block residual(units, width, what) < add(identity, dense units what => dense width) what >",
    "block side(n) < start: identity => dense 2*n relu => end: dense n => concat(identity, start) >",
    "block halved() < dense (channels + 1)/2 tanh >",
];

/// The largest number of scalars of a value.
const MOST: u64 = 2000;

type Shape = Vec<u64>;

struct Writer {
    random: Random,
    /// The labels outside of blocks and repetitions, with the shapes of their values.
    labels: Vec<(String, Shape)>,
    names: usize,
    /// The indices of the blocks that it uses.
    used: BTreeSet<usize>,
    /// Whether it has a nested network.
    uses: bool,
}

fn len(shape: &[u64]) -> u64 {
    shape.iter().product()
}

fn channels(shape: &[u64]) -> u64 {
    *shape.last().expect("a shape has sizes")
}

fn with_channels(shape: &[u64], channels: u64) -> Shape {
    shape[..shape.len() - 1].iter().copied().chain([channels]).collect()
}

fn written(shape: &[u64]) -> String {
    shape.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}

impl Writer {
    fn network(&mut self) -> String {
        let inputs = if self.random.chance(70) { 1 } else { self.random.between(2, 3) };
        let scalar = if self.random.chance(25) { " f64" } else { "" };
        let mut chains = Vec::new();
        for _ in 0..inputs {
            chains.push(self.input_chain(scalar, inputs > 1));
        }
        let more = if self.random.chance(45) { self.random.between(1, 3) } else { 0 };
        for _ in 0..more.min(self.labels.len() as u64) {
            chains.push(self.label_chain());
        }
        let attributes = *self.random.pick(&[
            "",
            "",
            "/// Made at random.\n",
            "#[optimize(size)]\n",
            "#[optimize(speed)] #[derive(Clone)] pub ",
        ]);
        let bounds =
            if self.uses { "" } else { *self.random.pick(&["", "", " where params <= 100_000_000, ram <= 64 MiB"]) };
        format!("{attributes}Random< {} >{bounds}", chains.join("; "))
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// Puts a label before a stage.
    fn labelled(&mut self, stage: String, shape: &[u64]) -> String {
        let name = self.name();
        self.labels.push((name.clone(), shape.to_vec()));
        format!("{name}: {stage}")
    }

    fn input_chain(&mut self, scalar: &str, several: bool) -> String {
        let shape = match self.random.below(3) {
            0 => vec![self.random.between(1, 9)],
            1 => vec![self.random.between(4, 9), self.random.between(1, 5)],
            _ => vec![self.random.between(4, 8), self.random.between(4, 8), self.random.between(1, 4)],
        };
        let input = format!("input {}{scalar}", written(&shape));
        let mut stages = vec![if several || self.random.chance(30) { self.labelled(input, &shape) } else { input }];
        let mut shape = shape;
        if self.random.chance(20) {
            stages.push("normalize".to_string());
        } else if self.random.chance(6) {
            stages.push(self.another_network(&mut shape, true));
        }
        // The next stage might be a join that reads only labels, but the input must be read.
        stages.push(self.preserving(&shape, 0));
        let count = self.random.between(1, 6);
        if self.random.chance(90) {
            shape = self.stages(&mut stages, shape, count, true);
        }
        let (last, shape_of_last) = (stages.pop().unwrap_or_default(), shape);
        // The last value may be read by other chains, and then is not an output.
        let last = if several && !last.contains(": ") { self.labelled(last, &shape_of_last) } else { last };
        stages.push(last);
        stages.join(" => ")
    }

    /// A chain that begins with labels.
    fn label_chain(&mut self) -> String {
        let (label, shape) = self.random.pick(&self.labels).clone();
        let mut stages = Vec::new();
        let mut shape = shape;
        if self.labels.len() > 1 && self.random.chance(50) {
            let target = vec![self.random.between(1, 8)];
            let count = self.random.between(2, 3);
            let branches: Vec<String> = (0..count).map(|_| self.branch(None, &target, true)).collect();
            let (keyword, size) = match self.random.below(4) {
                0 => ("concat", count * target[0]),
                _ => (*self.random.pick(&["add", "multiply", "average", "maximum", "minimum"]), target[0]),
            };
            stages.push(format!("{keyword}({})", branches.join(", ")));
            shape = vec![size];
        } else {
            stages.push(label);
        }
        let count = self.random.between(1, 4);
        self.stages(&mut stages, shape, count, true);
        stages.join(" => ")
    }

    fn stages(&mut self, stages: &mut Vec<String>, mut shape: Shape, count: u64, may_label: bool) -> Shape {
        for index in 0..count {
            let stage = loop {
                // A chain that ends with `identity` might have no layer.
                match self.stage(&mut shape) {
                    Some(stage) if stage != "identity" || index + 1 < count => break stage,
                    _ => {}
                }
            };
            let label = may_label && self.random.chance(30);
            if (stage.starts_with("maxpool") || stage.starts_with("globalmaxpool")) && self.random.chance(40) {
                // A prediction applies it after the pooling.
                stages.push("relu".to_string());
            }
            stages.push(if label { self.labelled(stage, &shape) } else { stage });
        }
        shape
    }

    /// A random stage; `None` if the one that was drawn does not fit the shape.
    fn stage(&mut self, shape: &mut Shape) -> Option<String> {
        let has_positions = shape.len() > 1;
        match self.random.below(22) {
            0 | 1 => Some(self.preserving(shape, 0)),
            2 | 3 if !has_positions => Some(self.dense(shape)),
            2 | 3 => Some(self.convolution(shape)),
            4 => self.join(shape, 2),
            5 => self.join(shape, 2),
            6 => Some(self.repeat(shape)),
            7 => self.block(shape),
            8 => Some(self.reshaped(shape)),
            9 if self.random.chance(10) => Some(self.another_network(shape, false)),
            10 if has_positions && self.random.chance(50) => Some(self.pooling(shape)),
            11 if has_positions => Some(self.global(shape)),
            12 if has_positions => Some(self.border(shape)),
            13 if has_positions => Some(self.upsample(shape)).filter(|_| len(shape) <= MOST),
            14 if has_positions => Some(self.convolution(shape)),
            15 if has_positions => Some(self.transposed(shape)),
            16 if has_positions && shape.len() != 2 => Some(self.dense(shape)),
            10 | 16 if shape.len() == 2 => Some(self.recurrent(shape)),
            17 if channels(shape) > 1 && self.random.chance(50) => {
                let from = self.random.below(channels(shape) - 1);
                let to = self.random.between(from + 1, channels(shape));
                *shape = with_channels(shape, to - from);
                Some(format!("channels {from}..{to}"))
            }
            17 => Some("identity".to_string()),
            18 | 19 => Some(self.preserving(shape, 1)),
            20 => Some(self.permute(shape)),
            21 if !has_positions => {
                let steps = self.random.between(1, 4);
                shape.insert(0, steps);
                Some(format!("repeat_vector {steps}"))
            }
            _ => None,
        }
    }

    fn activation(&mut self, shape: &[u64]) -> String {
        let words: Vec<&str> = activations::words().chain(["swish", "hard_swish"]).collect();
        let frequent = ["relu", "relu", "tanh", "silu"];
        let word = if self.random.chance(40) { *self.random.pick(&frequent) } else { *self.random.pick(&words) };
        let numbers = match word {
            "softmax" | "log_softmax" if channels(shape) == 1 => return "sigmoid".to_string(),
            "leaky_relu" | "elu" | "celu" | "squareplus" | "hard_shrink" | "soft_shrink" => {
                &["", " 0.25", " 1e-1", " 2"][..]
            }
            "clipped_relu" => &["", " 6", " 6 0.1", " 6 0.1 0.2"],
            "threshold" => &["", " 0.5", " 0.5 -0.25"],
            _ => &[""],
        };
        format!("{word}{}", self.random.pick(numbers))
    }

    /// The options of a layer with weights.
    fn options(&mut self, shape: &[u64]) -> String {
        let mut words = String::new();
        if self.random.chance(40) {
            words = format!(" {}", self.activation(shape));
        }
        for option in [" nobias", " init he_normal", " init constant -0.5"] {
            if self.random.chance(7) && !words.contains("init") {
                words.push_str(option);
            }
        }
        words.extend([" activity_l1 1e-5", " activity_l2"].into_iter().filter(|_| self.random.chance(9)));
        if self.random.chance(15) {
            return words + " frozen";
        }
        let rules = [" l1 1e-4", " l2", " max_norm 2", " non_negative", " bias_l1", " bias_l2 1e-3"];
        let has_bias = !words.contains("nobias");
        words.extend(rules.into_iter().filter(|rule| self.random.chance(7) && (has_bias || !rule.contains("bias"))));
        words
    }

    /// A stage that leaves the shape as it is.
    fn preserving(&mut self, shape: &Shape, depth: usize) -> String {
        let count = channels(shape);
        let each = if shape.len() > 1 { " each" } else { "" };
        let words = |random: &mut Random| {
            let all = [" noscale", " nocenter", " epsilon 1e-4", " frozen"];
            all.into_iter().filter(|_| random.chance(20)).collect::<String>()
        };
        match self.random.below(16) {
            0..3 => self.activation(shape),
            3 => format!("dropout {}", self.random.pick(&["0.5", "0.25", "1e-1"])),
            4 if shape.len() > 1 => "spatial_dropout 0.2".to_string(),
            4 | 5 => {
                self.random.pick(&["gaussian_dropout 0.2", "gaussian_noise 0.1", "gaussian_noise 0.05"]).to_string()
            }
            6 => self.random.pick(&["rescale 0.5", "rescale 2 offset -1.5"]).to_string(),
            7 => self.random.pick(&["prelu", "prelu shared", "prelu frozen"]).to_string(),
            8 => {
                let momentum = if self.random.chance(20) { " momentum 0.9" } else { "" };
                format!("batchnorm{momentum}{}", words(&mut self.random))
            }
            9 if self.random.chance(30) && len(shape) > 1 => {
                if count > 1 && self.random.chance(70) { "unitnorm" } else { "unitnorm all" }.to_string()
            }
            9 if count > 1 => format!("layernorm{}", words(&mut self.random)),
            9 => format!("layernorm all{}", words(&mut self.random)),
            10 => {
                let groups: Vec<u64> = (1..=count).filter(|groups| count.is_multiple_of(*groups)).collect();
                format!("groupnorm {}{}", self.random.pick(&groups), words(&mut self.random))
            }
            11 if depth > 0 => self.same_shape_join(&shape.clone(), shape, depth - 1),
            12 if shape.len() == 3 => format!("conv {count} 3x3 same{}", self.options(shape)),
            13 if shape.len() == 2 => format!("conv {count} 2 causal{}", self.options(shape)),
            _ => format!(
                "dense {}{each}{}",
                self.random.pick(&["channels".to_string(), count.to_string()]),
                self.options(shape)
            ),
        }
    }

    fn dense(&mut self, shape: &mut Shape) -> String {
        let each = if shape.len() > 1 { " each" } else { "" };
        let (text, units) = match self.random.below(4) {
            0 => ("2*channels".to_string(), 2 * channels(shape)),
            1 => ("(channels + 3)/2".to_string(), (channels(shape) + 3) / 2),
            _ => {
                let units = self.random.between(1, 9);
                (units.to_string(), units)
            }
        };
        // Keeps the networks small.
        let (text, units) = if units > 12 { ("3".to_string(), 3) } else { (text, units) };
        *shape = with_channels(shape, units);
        format!("dense {text}{each}{}", self.options(shape))
    }

    fn recurrent(&mut self, shape: &mut Shape) -> String {
        let cell = *self.random.pick(&["rnn", "gru", "lstm"]);
        let first = self.initial_state(cell);
        let units = first.as_ref().map_or_else(|| self.random.between(1, 4), |(_, units)| *units);
        let both = first.is_none() && self.random.chance(30);
        let mut words = first.map_or_else(String::new, |(label, _)| format!(" from {label}"));
        if self.random.chance(30) {
            words += self.random.pick::<&str>(&[" relu", " gelu", " softsign", " leaky_relu 0.1", " tanh"]);
        }
        if cell != "rnn" && self.random.chance(20) {
            words += self.random.pick::<&str>(&[" gates hard_sigmoid", " gates sigmoid", " gates sparse_sigmoid"]);
        }
        if cell == "gru" && self.random.chance(30) {
            words.push_str(" reset_before");
        }
        let sequences = self.random.chance(60);
        let steps = if sequences { vec![shape[0]] } else { Vec::new() };
        words.push_str(if sequences { " sequences" } else { "" });
        let rules = [" dropout 0.2", " recurrent_dropout 0.1", " recurrent_init glorot_normal"];
        words.extend(rules.into_iter().filter(|_| self.random.chance(12)));
        if self.random.chance(15) {
            words.push_str(" frozen");
        } else {
            let rules = [" nobias", " recurrent_l1 1e-4", " recurrent_l2", " l2", " max_norm 2", " activity_l1"];
            words.extend(rules.into_iter().filter(|_| self.random.chance(10)));
        }
        if both {
            words += self.random.pick::<&str>(&["", " concat", " sum", " multiply", " average"]);
            let width = if [" sum", " multiply", " average"].iter().any(|merge| words.contains(merge)) { 1 } else { 2 };
            *shape = steps.into_iter().chain([width * units]).collect();
            return format!("bidirectional {cell} {units}{words}");
        }
        words += self.random.pick::<&str>(&["", "", " backwards"]);
        let state = self.random.chance(30);
        words.push_str(if state { " state" } else { "" });
        *shape = steps.into_iter().chain([if state && cell == "lstm" { 2 * units } else { units }]).collect();
        format!("{cell} {units}{words}")
    }

    /// Sometimes a label whose value can be the initial state of a recurrent layer, with the number of its units.
    fn initial_state(&mut self, cell: &str) -> Option<(String, u64)> {
        let for_each_unit = if cell == "lstm" { 2 } else { 1 };
        let fits = |shape: &Shape| shape.len() == 1 && shape[0] <= 8 && shape[0].is_multiple_of(for_each_unit);
        let fitting: Vec<&(String, Shape)> = self.labels.iter().filter(|(_, shape)| fits(shape)).collect();
        if fitting.is_empty() || self.random.chance(50) {
            return None;
        }
        let (label, shape) = self.random.pick(&fitting);
        Some((label.clone(), shape[0] / for_each_unit))
    }

    /// A window: the texts of its size and its words, and its number of positions in each direction. `around` are the possible paddings.
    fn window(&mut self, sizes: &[u64], around: &[&str], default_stride: bool) -> (String, String, Shape) {
        let kernel: Vec<u64> = sizes.iter().map(|&size| self.random.between(1, size.min(3))).collect();
        let is_square = kernel.iter().all(|&size| size == kernel[0]);
        let text = if is_square && self.random.chance(30) { kernel[0].to_string() } else { written(&kernel) };
        let mut words = String::new();
        let mut stride = if default_stride { vec![1; sizes.len()] } else { kernel.clone() };
        let mut dilation = 1;
        match self.random.below(4) {
            0 => {
                stride = vec![self.random.between(1, 2); sizes.len()];
                words.push_str(&format!(" stride {}", stride[0]));
            }
            1 if default_stride && kernel.iter().zip(sizes).all(|(kernel, size)| (kernel - 1) * 2 < *size) => {
                dilation = 2;
                words.push_str(" dilation 2");
            }
            _ => {}
        }
        let padding = *self.random.pick(around);
        let padding = if padding == "pad 1" && kernel.contains(&1) { "" } else { padding };
        if !padding.is_empty() {
            words.push_str(&format!(" {padding}"));
        }
        let border = if padding == "pad 1" { 2 } else { 0 };
        let positions = sizes.iter().zip(kernel).zip(stride).map(|((size, kernel), stride)| match padding {
            "same" | "causal" => size.div_ceil(stride),
            _ => (size + border - ((kernel - 1) * dilation + 1)) / stride + 1,
        });
        (text, words, positions.collect())
    }

    fn convolution(&mut self, shape: &mut Shape) -> String {
        let (count, places) = (channels(shape), shape[..shape.len() - 1].to_vec());
        let around: &[&str] = if places.len() == 1 {
            &["", "same", "valid", "causal", "pad 1"]
        } else {
            &["", "same", "same", "valid", "pad 1"]
        };
        let not_causal: &[&str] = &["", "same", "valid", "pad 1"];
        match self.random.below(5) {
            0 => {
                let multiplier = self.random.between(1, 2);
                let (kernel, words, positions) = self.window(&places, not_causal, true);
                *shape = positions.into_iter().chain([count * multiplier]).collect();
                format!("depthwise {kernel}{words} multiplier {multiplier}{}", self.options(shape))
            }
            1 => {
                let filters = self.random.between(1, 6);
                let multiplier = *self.random.pick(&["", " multiplier 2"]);
                let (kernel, words, positions) = self.window(&places, around, true);
                *shape = positions.into_iter().chain([filters]).collect();
                format!("separable {filters} {kernel}{words}{multiplier}{}", self.options(shape))
            }
            _ => {
                let groups = if count.is_multiple_of(2) && self.random.chance(30) { 2 } else { 1 };
                let filters = groups * self.random.between(1, 4);
                let (kernel, words, positions) = self.window(&places, around, true);
                *shape = positions.into_iter().chain([filters]).collect();
                let groups = if groups > 1 { " groups 2" } else { "" };
                format!("conv {filters} {kernel}{words}{groups}{}", self.options(shape))
            }
        }
    }

    fn transposed(&mut self, shape: &mut Shape) -> String {
        let (filters, kernel) = (self.random.between(1, 4), self.random.between(1, 3));
        let stride = if len(shape) > 200 { 1 } else { self.random.between(1, 2) };
        let is_same = self.random.chance(50);
        let outpad = (stride > 1 && self.random.chance(30)).then(|| self.random.below(2));
        let places = shape[..shape.len() - 1].iter().map(|&size| {
            let covered = (size - 1) * stride + kernel;
            match (outpad, is_same) {
                (None, true) => size * stride,
                (None, false) => size * stride + kernel.saturating_sub(stride),
                (Some(outpad), true) => covered + outpad - kernel / 2 * 2,
                (Some(outpad), false) => covered + outpad,
            }
        });
        let new: Shape = places.chain([filters]).collect();
        if new.contains(&0) {
            return self.preserving(shape, 0);
        }
        *shape = new;
        let outpad = outpad.map(|outpad| format!(" outpad {outpad}")).unwrap_or_default();
        let same = if is_same { " same" } else { "" };
        format!("conv_transpose {filters} {kernel} stride {stride}{same}{outpad}{}", self.options(shape))
    }

    fn pooling(&mut self, shape: &mut Shape) -> String {
        let count = channels(shape);
        let places = shape[..shape.len() - 1].to_vec();
        let (kernel, words, positions) = self.window(&places, &["", "same", "valid"], false);
        *shape = positions.into_iter().chain([count]).collect();
        let keyword = self.random.pick(&["maxpool", "avgpool"]);
        format!("{keyword} {kernel}{words}")
    }

    fn global(&mut self, shape: &mut Shape) -> String {
        let keepdims = self.random.chance(30);
        let count = channels(shape);
        let places = if keepdims { shape.len() - 1 } else { 0 };
        *shape = std::iter::repeat_n(1, places).chain([count]).collect();
        let keyword = self.random.pick(&["globalmaxpool", "globalavgpool"]);
        format!("{keyword}{}", if keepdims { " keepdims" } else { "" })
    }

    fn border(&mut self, shape: &mut Shape) -> String {
        let sides: Vec<u64> = (0..2 * (shape.len() - 1)).map(|_| self.random.below(3)).collect();
        let crops = shape.iter().zip(sides.chunks(2)).all(|(size, sides)| *size > sides[0] + sides[1]);
        let crops = crops && self.random.chance(50);
        for (size, sides) in shape.iter_mut().zip(sides.chunks(2)) {
            *size = if crops { *size - sides[0] - sides[1] } else { *size + sides[0] + sides[1] };
        }
        format!("{} {}", if crops { "crop" } else { "pad" }, written(&sides))
    }

    fn upsample(&mut self, shape: &mut Shape) -> String {
        if len(shape) > 200 {
            return self.pooling(shape);
        }
        let factors: Vec<u64> = shape[..shape.len() - 1].iter().map(|_| self.random.between(1, 2)).collect();
        shape.iter_mut().zip(&factors).for_each(|(size, factor)| *size *= factor);
        let bilinear = if shape.len() == 3 && self.random.chance(50) { " bilinear" } else { "" };
        format!("upsample {}{bilinear}", written(&factors))
    }

    fn reshaped(&mut self, shape: &mut Shape) -> String {
        let values = len(shape);
        let divisors: Vec<u64> = (1..=values).filter(|size| values.is_multiple_of(*size)).collect();
        let first = *self.random.pick(&divisors);
        let rest: Vec<u64> = divisors.into_iter().filter(|size| (values / first).is_multiple_of(*size)).collect();
        let second = *self.random.pick(&rest);
        *shape = match self.random.below(4) {
            0 | 1 => vec![values],
            2 => vec![first, values / first],
            _ => vec![first, second, values / first / second],
        };
        if shape.len() == 1 && self.random.chance(70) {
            "flatten".to_string()
        } else {
            format!("reshape {}", written(shape))
        }
    }

    fn permute(&mut self, shape: &mut Shape) -> String {
        let mut order: Vec<u64> = (1..=shape.len() as u64).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, self.random.below(last as u64 + 1) as usize);
        }
        *shape = order.iter().map(|&axis| shape[axis as usize - 1]).collect();
        format!("permute {}", written(&order))
    }

    /// A nested network, which may be frozen only where no trained layer stands before it.
    fn another_network(&mut self, shape: &mut Shape, may_be_frozen: bool) -> String {
        self.uses = true;
        *shape = vec![self.random.between(1, 5)];
        let frozen = if may_be_frozen && self.random.chance(50) { " frozen" } else { "" };
        format!("use models::Other -> {}{frozen}", shape[0])
    }

    fn repeat(&mut self, shape: &Shape) -> String {
        let count = self.random.between(1, 3);
        let mut stages: Vec<String> = (0..self.random.between(1, 2)).map(|_| self.preserving(shape, 1)).collect();
        if self.random.chance(30) {
            let name = self.name();
            stages.insert(0, format!("{name}: {}", self.preserving(shape, 0)));
            stages.push(format!("add(identity, {name})"));
        }
        format!("repeat {count} {{ {} }}", stages.join(" => "))
    }

    fn block(&mut self, shape: &mut Shape) -> Option<String> {
        let count = channels(shape);
        let positions = len(shape) / count;
        let n = self.random.between(1, 4);
        let what = *self.random.pick(&["relu", "tanh", "leaky_relu 0.1"]);
        let (text, blocks): (String, &[usize]) = match (self.random.below(4), shape.len()) {
            (0, 1) => (format!("residual({n}, {count}, {what})"), &[RESIDUAL]),
            (1, 1) => (format!("residual(channels, channels, {what})"), &[RESIDUAL]),
            (2, 1) if count < 10 => {
                *shape = vec![n + count];
                (format!("side({n})"), &[SIDE])
            }
            (3, 1) => {
                *shape = vec![count.div_ceil(2)];
                ("halved()".to_string(), &[HALVED])
            }
            (0, 3) => {
                *shape = with_channels(shape, n);
                (format!("unit({n}, {}, same)", self.random.pick(&["1x1", "3x3"])), &[UNIT])
            }
            (1, 3) => {
                *shape = with_channels(shape, n);
                (format!("twice({n})"), &[UNIT, TWICE])
            }
            (2, 2) => {
                *shape = with_channels(shape, n);
                (format!("unit({n}, 2, causal)"), &[UNIT])
            }
            (3, 2 | 3) if positions > 1 => (format!("gate({n}, {count})"), &[GATE]),
            _ => return None,
        };
        self.used.extend(blocks);
        Some(text)
    }

    fn join(&mut self, shape: &mut Shape, depth: usize) -> Option<String> {
        let (count, positions) = (channels(shape), len(shape) / channels(shape));
        match self.random.below(6) {
            0 if count < 12 => Some(self.concat(shape)),
            4 if len(shape) < 200 => Some(self.concat_along(shape)),
            5 if shape.len() == 1 => {
                let branch = self.branch(Some(shape), shape, true);
                *shape = vec![1];
                let words = *self.random.pick(&["", " normalized", " normalized tanh"]);
                Some(format!("dot(identity, {branch}){words}"))
            }
            1 if positions > 1 => {
                let factor = match self.random.below(2) {
                    0 => format!("globalavgpool => dense {count} sigmoid"),
                    _ => format!("globalmaxpool keepdims => dense {count} each"),
                };
                let branches = if self.random.chance(50) {
                    ["identity".to_string(), factor]
                } else {
                    [factor, "identity".to_string()]
                };
                Some(format!("multiply({})", branches.join(", ")))
            }
            _ => {
                let target = if shape.len() == 1 && self.random.chance(40) {
                    vec![self.random.between(1, 9)]
                } else {
                    shape.clone()
                };
                let text = self.same_shape_join(shape, &target, depth);
                *shape = target;
                Some(text)
            }
        }
    }

    fn same_shape_join(&mut self, from: &Shape, target: &Shape, depth: usize) -> String {
        let keyword =
            *self.random.pick(&["add", "add", "add", "subtract", "multiply", "average", "maximum", "minimum"]);
        let count = if keyword == "subtract" { 2 } else { self.random.between(2, 3) };
        let branches: Vec<String> = (0..count)
            .map(|index| match depth {
                0 if from == target => self.preserving(from, 0),
                // One branch must read the input of the join.
                _ => self.branch(Some(from), target, index > 0),
            })
            .collect();
        let activation = if self.random.chance(25) { format!(" {}", self.activation(target)) } else { String::new() };
        format!("{keyword}({}){activation}", branches.join(", "))
    }

    /// A branch with an output of this shape. It begins with a label if `from` is `None`, and may do so if `may_go_on`.
    fn branch(&mut self, from: Option<&Shape>, target: &Shape, may_go_on: bool) -> String {
        let of_shape: Vec<String> =
            self.labels.iter().filter(|(_, shape)| shape == target).map(|(name, _)| name.clone()).collect();
        if may_go_on && !of_shape.is_empty() && self.random.chance(40) {
            return self.random.pick(&of_shape).clone();
        }
        let (mut stages, mut shape) = match from {
            Some(from) if !may_go_on || self.labels.is_empty() || self.random.chance(80) => (Vec::new(), from.clone()),
            _ => {
                let (name, shape) = self.random.pick(&self.labels).clone();
                (vec![name], shape)
            }
        };
        if shape == *target {
            return match self.random.below(3) {
                0 if from == Some(&shape) && stages.is_empty() => "identity".to_string(),
                0 if !stages.is_empty() => stages.join(" => "),
                _ => {
                    let count = self.random.between(1, 2);
                    let more: Vec<String> = (0..count).map(|_| self.preserving(&shape, 1)).collect();
                    stages.extend(more);
                    if stages.is_empty() { "identity".to_string() } else { stages.join(" => ") }
                }
            };
        }
        if shape.len() > 1 {
            shape = vec![len(&shape)];
            stages.push("flatten".to_string());
        }
        if shape[0] != len(target) {
            let options = self.options(&[len(target)]);
            stages.push(format!("dense {}{options}", len(target)));
        }
        if target.len() > 1 {
            stages.push(format!("reshape {}", written(target)));
        }
        let last = stages.pop().unwrap_or_default();
        // A label inside of a branch is visible outside.
        let last = if self.random.chance(15) && !stages.is_empty() { self.labelled(last, target) } else { last };
        stages.push(last);
        stages.join(" => ")
    }

    /// Along any axis.
    fn concat_along(&mut self, shape: &mut Shape) -> String {
        let (axis, count) = (self.random.below(shape.len() as u64) as usize, self.random.between(2, 3));
        let others: Vec<String> = (1..count).map(|_| self.branch(Some(shape), shape, true)).collect();
        shape[axis] *= count;
        let activation = if self.random.chance(25) { format!(" {}", self.activation(shape)) } else { String::new() };
        format!("concat(identity, {}) along {}{activation}", others.join(", "), axis + 1)
    }

    fn concat(&mut self, shape: &mut Shape) -> String {
        let place = shape[..shape.len() - 1].to_vec();
        let mut branches = Vec::new();
        let mut total = 0;
        for index in 0..self.random.between(2, 3) {
            let fitting: Vec<(String, Shape)> = self
                .labels
                .iter()
                .filter(|(_, other)| other[..other.len() - 1] == place && channels(other) < 9)
                .cloned()
                .collect();
            let units = self.random.between(1, 4);
            let each = if shape.len() > 1 { " each" } else { "" };
            let (branch, count) = match self.random.below(4) {
                0 => ("identity".to_string(), channels(shape)),
                1 if index > 0 && !fitting.is_empty() => {
                    let (name, shape) = self.random.pick(&fitting).clone();
                    (name, channels(&shape))
                }
                2 => (self.preserving(shape, 1), channels(shape)),
                _ => (format!("dense {units}{each}{}", self.options(&with_channels(shape, units))), units),
            };
            branches.push(branch);
            total += count;
        }
        *shape = with_channels(shape, total);
        format!("concat({})", branches.join(", "))
    }
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

/// All programs compile, and all words of the language occur in them.
#[test]
fn programs_compile() {
    let mut missing: BTreeSet<&str> = layers::keywords().chain(join::keywords()).chain(activations::words()).collect();
    missing.extend([
        "f64", "identity", "repeat", "block", "use", "where", "optimize", "channels", "keepdims", "bilinear", "outpad",
    ]);
    let (mut joins_in_joins, mut inputs, mut outputs) = (0, 0, 0);
    for seed in 0..PROGRAMS {
        let text = program(seed);
        words(&text).for_each(|word| {
            missing.remove(word);
        });
        let source = Program::parse(&text).unwrap_or_else(|errors| panic!("{errors:?} in {text}"));
        assert_is_canonical(&source, &text);
        let crate::parse::Invocation { networks, blocks, .. } = source.0;
        for network in networks {
            let planned =
                crate::compile(network.body, &blocks).unwrap_or_else(|errors| panic!("{errors:?} in\n{text}"));
            joins_in_joins += usize::from(planned.graph.nodes.iter().filter(|node| node.from.len() > 1).count() > 1);
            inputs += usize::from(planned.graph.inputs.len() > 1);
            outputs += usize::from(planned.graph.outputs.len() > 1);
        }
    }
    assert!(missing.is_empty(), "no program has {missing:?}");
    assert!(joins_in_joins > 50 && inputs > 50 && outputs > 50, "{joins_in_joins}, {inputs}, {outputs}");
}

#[test]
fn a_seed_gives_the_same_program() {
    assert_eq!(program(7), program(7));
    let all: BTreeSet<String> = (0..PROGRAMS).map(program).collect();
    assert_eq!(all.len() as u64, PROGRAMS);
}
