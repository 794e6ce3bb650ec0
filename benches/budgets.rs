//! The workloads whose instructions `benches/budgets/run` counts. Without arguments the program lists them; with a level, a name and a
//! number it runs a workload that many times.
#[cfg(target_arch = "x86_64")]
#[allow(dead_code, reason = "nothing is compared here")]
mod limit;
#[allow(dead_code, reason = "nothing is compared here")]
mod work;

use std::process::ExitCode;

use work::{Case, Data};

/// A workload runs twice, with two numbers of repetitions, so that the difference is without the cost of the first repetition.
struct Budgeted {
    name: &'static str,
    /// Operations in one run of the workload.
    per: usize,
    times: (usize, usize),
    case: fn(&Data) -> Case<'_>,
}

/// Ten steps of training per epoch.
const DIGITS: usize = 320;

const WORK: [Budgeted; 10] = [
    Budgeted { name: "predict 13-10-10-1", per: 1, times: (16, 1616), case: Data::house_predictions },
    Budgeted { name: "predict 784-128-64-10", per: 1, times: (16, 48), case: Data::digit_predictions },
    Budgeted { name: "predict_batch 13-10-10-1, per sample", per: 404, times: (1, 5), case: Data::house_batches },
    Budgeted { name: "predict_batch 784-128-64-10, per sample", per: DIGITS, times: (1, 2), case: Data::digit_batches },
    Budgeted {
        name: "train 13-10-10-1, epoch of 404 samples in 13 steps, mse, RMSprop",
        per: 1,
        times: (1, 5),
        case: |data| data.house_epochs(true),
    },
    Budgeted {
        name: "train 784-128-64-10, step of 32 samples, cross-entropy, Adam",
        per: DIGITS / 32,
        times: (1, 2),
        case: |data| data.digit_epochs::<32>(true),
    },
    Budgeted {
        name: "predict conv 8, pool, conv 16, pool, dense 10",
        per: 1,
        times: (16, 48),
        case: Data::image_predictions,
    },
    Budgeted {
        name: "train conv 8, pool, conv 16, pool, dense 10, step of 32 samples, cross-entropy, Adam",
        per: DIGITS / 32,
        times: (1, 2),
        case: Data::image_epochs,
    },
    Budgeted {
        name: "predict conv 16, depthwise, conv 1x1, separable, mean, dense 10",
        per: 1,
        times: (16, 48),
        case: Data::mobile_predictions,
    },
    Budgeted {
        name: "train conv 16, depthwise, conv 1x1, separable, mean, dense 10, step of 32 samples, cross-entropy, Adam",
        per: DIGITS / 32,
        times: (1, 2),
        case: Data::mobile_epochs,
    },
];

/// The exit code that tells `budgets/run` that this machine does not have the instruction set.
const NO_SUCH_LEVEL: u8 = 3;

fn main() -> ExitCode {
    // Cargo itself says `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            for Budgeted { name, per, times: (few, many), .. } in &WORK {
                println!("{name}\t{few}\t{many}\t{}", per * (many - few));
            }
            ExitCode::SUCCESS
        }
        [level, name, times] => run(level, name, times),
        _ => {
            eprintln!("a level, a workload and a number");
            ExitCode::FAILURE
        }
    }
}

fn run(level: &str, name: &str, times: &str) -> ExitCode {
    if !set_level(level) {
        return NO_SUCH_LEVEL.into();
    }
    let work = WORK.iter().find(|work| work.name == name);
    let (Some(work), Ok(times), Ok(data)) = (work, times.parse(), Data::with_digits(DIGITS)) else {
        eprintln!("no such workload or number: {name}, {times}");
        return ExitCode::FAILURE;
    };
    (work.case)(&data)(times);
    ExitCode::SUCCESS
}

/// Whether the level is in force: the counts are then those of every machine that has it.
#[cfg(target_arch = "x86_64")]
fn set_level(level: &str) -> bool {
    use castnet::isa::{Level, set_level};
    [Level::Portable, Level::Avx2]
        .into_iter()
        .any(|it| format!("{it:?}").eq_ignore_ascii_case(level) && set_level(it) == it)
}

#[cfg(not(target_arch = "x86_64"))]
fn set_level(_: &str) -> bool {
    false
}
