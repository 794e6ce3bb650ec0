//! Cases timed in turn, round by round, so that the state of the machine affects all of them alike; in CPU time, which leaves out
//! other programs.
use std::time::Duration;

use cpu_time::ProcessTime;

/// The nanoseconds of one repetition of a case.
#[derive(Clone, Copy)]
pub struct Time {
    pub least: f64,
    pub median: f64,
}

/// The wanted length of a case's round.
const ROUND: Duration = Duration::from_millis(20);

/// Times every case in a number of rounds. Before, each case is run to find the repetitions of a round; this run is not counted.
pub fn race(cases: &mut [Box<dyn FnMut(usize) + '_>], rounds: usize) -> Vec<Time> {
    let times: Vec<usize> = cases.iter_mut().map(|case| times_in_a_round(case)).collect();
    let mut took = vec![Vec::new(); cases.len()];
    for _ in 0..rounds.max(1) {
        for ((case, times), took) in cases.iter_mut().zip(&times).zip(&mut took) {
            took.push(timed(case, *times).as_nanos() as f64 / *times as f64);
        }
    }
    let time = |mut took: Vec<f64>| {
        took.sort_by(f64::total_cmp);
        Time { least: took[0], median: took[took.len() / 2] }
    };
    took.into_iter().map(time).collect()
}

fn times_in_a_round(case: &mut dyn FnMut(usize)) -> usize {
    let mut times = 1;
    loop {
        let took = timed(case, times);
        if took >= ROUND / 4 {
            return (times as f64 * ROUND.as_secs_f64() / took.as_secs_f64()).round().max(1.0) as usize;
        }
        times *= 4;
    }
}

fn timed(case: &mut dyn FnMut(usize), times: usize) -> Duration {
    let began = ProcessTime::now();
    case(times);
    began.elapsed()
}
