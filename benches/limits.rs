//! The ratios of castnet's times to the limit's, timed in turn: `cargo bench --package castnet-benches --bench limits`, with a word of a workload's
//! name after `--` to run only some workloads.
#[cfg(target_arch = "x86_64")]
mod limit;
mod race;
mod work;

use work::{Data, Work};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo passes `--bench` to measure times; without it, as in `cargo test --benches`, the workloads only have to run.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 21 } else { 1 };
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let data = Data::new()?;
    println!(
        "{:52} {:>14} {:>14}  castnet / limit, of the least and of the medians",
        "CPU time in ns", "limit", "castnet"
    );
    for work in data.work() {
        if !words.is_empty() && !words.iter().any(|word| work.name.contains(word.as_str())) {
            continue;
        }
        let Work { name, per, castnet, limit } = work;
        let Some(limit) = limit else {
            println!("{name:52} no limit here: its kernels need x86-64 with AVX2 and FMA");
            continue;
        };
        let per = per as f64;
        if let [limit, castnet] = race::race(&mut [limit, castnet], rounds)[..] {
            let (least, median) = (castnet.least / limit.least, castnet.median / limit.median);
            println!("{name:52} {:14.1} {:14.1} {least:6.3} {median:6.3}", limit.least / per, castnet.least / per);
        }
    }
    Ok(())
}
