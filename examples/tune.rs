//! Looks for a good network and learning rate: a random search over four networks, three times each, on held-out data.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::losses::Loss;
use castnet::metrics::Metric;
use castnet::nalgebra::SVector;
use castnet::rand::RngExt;
use castnet::{History, TrainingRng, plot, prelude::*};

network! {
    Small< input 13 => normalize => dense 8 relu => dense 1 >
    Wide< input 13 => normalize => dense 64 relu => dense 1 >
    Deep< input 13 => normalize => dense 16 relu => dense 16 relu => dense 16 relu => dense 1 >
    Dropped< input 13 => normalize => dense 64 relu => dropout 0.2 => dense 32 relu => dense 1 >
}

type Houses = Dataset<SVector<f32, 13>, SVector<f32, 1>>;

/// One training of the search.
struct Trial {
    name: String,
    parameters: usize,
    learning_rate: f64,
    history: History,
    best: f64,
    epoch: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut houses: Houses = Dataset::from_csv("examples/data/boston_housing.csv", &["MEDV"])?;
    houses.shuffle(&mut seeded(7));
    let (train, test) = houses.split(0.2)?;
    let mut rng = seeded(1);
    let mut trials = Vec::new();
    for _ in 0..3 {
        trials.push(trial::<Small>(&train, &mut rng)?);
        trials.push(trial::<Wide>(&train, &mut rng)?);
        trials.push(trial::<Deep>(&train, &mut rng)?);
        trials.push(trial::<Dropped>(&train, &mut rng)?);
    }
    trials.sort_by(|a, b| a.best.total_cmp(&b.best));
    println!("{:10} {:>10} {:>14} {:>10} {:>9}", "network", "parameters", "learning rate", "epoch", "val_mae");
    for Trial { name, parameters, learning_rate, best, epoch, .. } in &trials {
        println!("{name:10} {parameters:>10} {learning_rate:>14} {epoch:>10} {best:>9.3}");
    }
    println!("\nThe test data ({} houses) stay untouched until the choice is made.", test.len());

    create_dir_all("target/tune")?;
    let series: Vec<(String, &History)> = trials
        .iter()
        .take(6)
        .map(|trial| (format!("{} at {}", trial.name, trial.learning_rate), &trial.history))
        .collect();
    let series: Vec<(&str, &History)> = series.iter().map(|(name, history)| (name.as_str(), *history)).collect();
    plot::compare("val_mae", &series)?.save("target/tune/val_mae.png")?;
    println!("The courses of the best six are in target/tune/val_mae.png");
    Ok(())
}

const LEARNING_RATES: [f64; 6] = [0.0003, 0.001, 0.002, 0.005, 0.01, 0.03];

/// Trains a network at a random learning rate, until its loss stops improving.
fn trial<N>(train: &Houses, rng: &mut TrainingRng) -> Result<Trial, Box<dyn Error>>
where
    N: Network<Scalar = f32, Input = SVector<f32, 13>, Output = SVector<f32, 1>>,
    MeanSquaredError: Loss<N::Head, N::Output, Target = SVector<f32, 1>>,
    Mae: Metric<N::Head, N::Output, SVector<f32, 1>>,
{
    let learning_rate = LEARNING_RATES[rng.random_range(0..LEARNING_RATES.len())];
    let optimizer = Adam { learning_rate, ..Adam::default() };
    let mut trainer = N::init(rng).compile(MeanSquaredError, optimizer).metric(Mae);
    let mut stop = EarlyStopping::new(trainer.monitor("val_mae")?).patience(20);
    let options = Fit::epochs(200).batch_size(16).validation_split(0.25).callback(&mut stop);
    let history = trainer.fit(train, options.progress(false));
    let (best, epoch) = stop.best().ok_or("no epoch was completed")?;
    Ok(Trial { name: N::NAME.to_string(), parameters: N::PARAMS, learning_rate, history, best, epoch })
}
