//! castnet beside other crates and the limit: the same work on the same weights, the same answers, timed in turn.
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

mod nalgebra;

use std::error::Error;
use std::path::Path;

#[cfg(target_arch = "x86_64")]
use benches::limit;
use benches::{race, work};
use castnet::prelude::*;
use work::{Case, Data};

/// Rounds in which everybody is timed once.
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
        if work.name.contains("shuffled") {
            continue;
        }
        let mut names = vec!["castnet"];
        let mut cases = vec![work.castnet];
        let limit = work.limit.map(|case| ("limit", case));
        for (name, case) in limit.into_iter().chain(peers(&work.name[..2], data)) {
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

type Peers<'a> = Vec<(&'static str, Case<'a>)>;

/// Who else does a workload; that they give castnet's answers has been checked.
fn peers<'a>(short: &str, data: &'a Data) -> Peers<'a> {
    match short {
        "W1" => vec![("nalgebra", nalgebra::house(data))],
        "W2" => vec![("nalgebra", nalgebra::digit(data))],
        _ => Vec::new(),
    }
}

/// Values that are castnet's, or this is no comparison.
fn same(peer: &[f32], castnet: &[f32], tolerance: f32) {
    assert_eq!(peer.len(), castnet.len());
    for (a, b) in peer.iter().zip(castnet) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "peer {peer:?}, castnet {castnet:?}");
    }
}

/// Little-endian `f32`s: the parameters of both networks, the samples, and what castnet predicts for them.
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
