//! The workloads one by one, with criterion's statistics; their ratios are in `limits`.
#[cfg(target_arch = "x86_64")]
mod limit;
mod work;

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use work::{Case, Data};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = Data::new()?;
    let mut criterion =
        Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3)).configure_from_args();
    for work in data.work() {
        let mut group = criterion.benchmark_group(work.name);
        group.throughput(Throughput::Elements(work.per as u64));
        for (name, case) in [("castnet", Some(work.castnet)), ("limit", work.limit)] {
            if let Some(mut case) = case {
                group.bench_function(name, |bencher| bencher.iter_custom(|times| wall(&mut case, times)));
            }
        }
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}

fn wall(case: &mut Case<'_>, times: u64) -> Duration {
    let began = Instant::now();
    case(times as usize);
    began.elapsed()
}
