//! castnet beside other crates and the limit: the same work on the same weights, the same answers, timed in turn.
//!
//! Every crate gets the samples in a type of its own, made before the timing, and leaves its answers in such a type. Crates that train go through the
//! same batches in the same order. No crate is built for one processor; each may choose instruction sets at run time.
//!
//! `cargo run --release` prints lines of tab-separated values: the work, who, the least and the median time in ns. `-- export FOLDER`
//! writes weights and samples for `peers.py`. `./table` makes the README's table of both.
#[path = "../.."]
mod benches {
    #[cfg(target_arch = "x86_64")]
    pub mod limit;
    pub mod race;
    pub mod work;
}

// A file and a feature for each.
#[cfg(feature = "burn")]
mod burn;
#[cfg(feature = "candle")]
mod candle;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "tract")]
mod tract;

use std::error::Error;
use std::path::Path;

#[cfg(target_arch = "x86_64")]
use benches::limit;
use benches::{race, work};
use castnet::prelude::*;
use work::{Case, Data, Digit, House};

/// Rounds, in each of which every crate is timed once.
const ROUNDS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let data = Data::new()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => compare(&data),
        [word, folder] if word == "export" => export(&data, Path::new(folder)),
        _ => Err("usage: peers [export FOLDER]".into()),
    }
}

fn compare(data: &Data) -> Result<(), Box<dyn Error>> {
    for work in data.work() {
        let Some(task) = Task::of(work.name) else { continue };
        let mut names = vec!["castnet"];
        let mut cases = vec![work.castnet];
        let limit = work.limit.map(|case| ("limit", case));
        for (name, case) in limit.into_iter().chain(peers(task, data)?) {
            names.push(name);
            cases.push(case);
        }
        for (name, time) in names.iter().zip(race::race(&mut cases, ROUNDS)) {
            let per = work.per as f64;
            println!("{}\t{name}\t{:.1}\t{:.1}", work.name, time.least / per, time.median / per);
        }
    }
    Ok(())
}

/// The tasks of the peers.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "not every peer trains")]
enum Task {
    House,
    Digit,
    Digits,
    TrainHouse,
    TrainDigit { batch: usize },
}

impl Task {
    /// The task of a workload; none if no peer takes part.
    fn of(work: &str) -> Option<Self> {
        match work.get(..2)? {
            _ if work.contains("shuffled") => None,
            "W1" => Some(Self::House),
            "W2" => Some(Self::Digit),
            "W4" => Some(Self::TrainHouse),
            "W5" => Some(Self::TrainDigit { batch: if work.ends_with("128") { 128 } else { 32 } }),
            "W6" => Some(Self::Digits),
            _ => None,
        }
    }
}

type Found<'a> = Result<Option<Case<'a>>, Box<dyn Error>>;
type Peers<'a> = Vec<(&'static str, Case<'a>)>;

/// The peers that do a task, and give castnet's answers: these are compared here.
fn peers<'a>(task: Task, data: &'a Data) -> Result<Peers<'a>, Box<dyn Error>> {
    type Peer = for<'a> fn(Task, &'a Data) -> Found<'a>;
    let all: &[(&'static str, Peer)] = &[
        #[cfg(feature = "burn")]
        ("burn", burn::case),
        #[cfg(feature = "candle")]
        ("candle", candle::case),
        #[cfg(feature = "nalgebra")]
        ("nalgebra", nalgebra::case),
        #[cfg(feature = "tract")]
        ("tract", tract::case),
    ];
    let mut found = Vec::new();
    for (name, case) in all {
        let case = case(task, data).map_err(|error| format!("{name}: {error}"))?;
        found.extend(case.map(|case| (*name, case)));
    }
    Ok(found)
}

/// A dense layer's parameters: `weight` of `inputs` rows of `units` values, and `bias`.
#[allow(dead_code, reason = "not every peer wants all of it")]
struct Dense<'a> {
    inputs: usize,
    units: usize,
    weight: &'a [f32],
    bias: &'a [f32],
}

#[allow(dead_code, reason = "not every peer wants them")]
fn house(data: &Data) -> Vec<Dense<'_>> {
    layers(data.house.as_flat(), &[13, 10, 10, 1])
}

#[allow(dead_code, reason = "not every peer wants them")]
fn digit(data: &Data) -> Vec<Dense<'_>> {
    layers(data.digit.as_flat(), &[784, 128, 64, 10])
}

fn layers<'a>(mut parameters: &'a [f32], sizes: &[usize]) -> Vec<Dense<'a>> {
    let mut take = |count| {
        let (taken, rest) = parameters.split_at(count);
        parameters = rest;
        taken
    };
    let dense = |ends: &[usize]| {
        let (inputs, units) = (ends[0], ends[1]);
        Dense { inputs, units, weight: take(inputs * units), bias: take(units) }
    };
    sizes.windows(2).map(dense).collect()
}

/// Whether a peer's answers for all samples, one after the other, are castnet's; if not, this is no comparison. Of training, they
/// are the predictions after the first epoch.
fn check(task: Task, data: &Data, peer: &[f32]) -> Result<(), Box<dyn Error>> {
    let houses = |net: &House| data.house_inputs.iter().map(|x| net.predict(x)[0]).collect::<Vec<_>>();
    let digits = |net: &Digit| data.digit_inputs.iter().flat_map(|x| net.predict(x).data.0[0]).collect::<Vec<_>>();
    let castnet = match task {
        Task::House => houses(&data.house),
        Task::Digit | Task::Digits => digits(&data.digit),
        Task::TrainHouse => {
            let mut trainer = data.house.clone_boxed().compile(MeanSquaredError, RmsProp::default());
            let _ = trainer.fit(&data.house_data, Fit::epochs(1).batch_size(32).shuffle(false).progress(false));
            houses(trainer.network())
        }
        Task::TrainDigit { batch } => {
            let mut trainer = data.digit.clone_boxed().compile(SparseCategoricalCrossentropy, Adam::default());
            let _ = trainer.fit(&data.digit_data, Fit::epochs(1).batch_size(batch).shuffle(false).progress(false));
            digits(trainer.network())
        }
    };
    if peer.len() != castnet.len() {
        return Err(format!("{} answers, not {}", peer.len(), castnet.len()).into());
    }
    let off = |(a, b): (&f32, &f32)| (a - b).abs() / b.abs().max(1.0);
    let off = peer.iter().zip(&castnet).map(off).max_by(f32::total_cmp).unwrap_or(0.0);
    // An epoch of digits carries roundings on: burn is 1e-3 off with batches of 128, 1e-4 with batches of 32; candle always within 1e-4.
    let tolerance = if matches!(task, Task::TrainDigit { .. }) { 2e-3 } else { 1e-4 };
    if off.is_nan() || off > tolerance {
        return Err(format!("answers {off:e} off castnet's").into());
    }
    Ok(())
}

/// Little-endian `f32`s: the parameters of both networks, the samples, and castnet's predictions for them.
fn export(data: &Data, folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let write = |name: &str, values: &mut dyn Iterator<Item = f32>| {
        std::fs::write(folder.join(name), values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())
    };
    let houses = data.house_inputs.iter().map(|x| data.house.predict(x));
    let digits = data.digit_inputs.iter().map(|x| data.digit.predict(x));
    write("house.bin", &mut data.house.as_flat().iter().copied())?;
    write("houses.bin", &mut data.houses.as_flattened().iter().copied())?;
    write("prices.bin", &mut data.prices.iter().copied())?;
    write("houses_predicted.bin", &mut houses.map(|y| y[0]))?;
    write("digit.bin", &mut data.digit.as_flat().iter().copied())?;
    write("digits.bin", &mut data.digits.as_flattened().iter().copied())?;
    write("classes.bin", &mut data.classes.iter().map(|class| *class as f32))?;
    write("digits_predicted.bin", &mut digits.flat_map(|y| y.as_slice().to_vec()))?;
    Ok(())
}
