//! Forecasts the sunspots of the next year with a recurrent network, beside two forecasts that need none.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::{plot, prelude::*};

network! {
    /// The sunspots of the next year, from those of the last 22 years: two cycles of the sun.
    pub Sunspots< input 22x1 => gru 16 => dense 1 >
}

const FIRST_YEAR: usize = 1700;
/// The sun has about as many spots as a cycle ago.
const CYCLE: usize = 11;

fn main() -> Result<(), Box<dyn Error>> {
    let series = Series::from_csv("examples/data/sunspots.csv", &["sunspots"])?;
    let spots = series.values("sunspots")?;
    let split = series.windows().parts::<Sunspots, 3>([1700, 1915, 1955].map(|year| year - FIRST_YEAR))?;
    let [train, validation, test] = &split.parts;
    println!("{}\n", Sunspots::SUMMARY);

    let net = Sunspots::init(&mut seeded(7));
    let mut trainer = net.compile(MeanSquaredError, Adam { learning_rate: 0.005, ..Adam::default() });
    let mut stop = EarlyStopping::new(trainer.monitor("val_loss")?).patience(40).restore_best();
    let history = trainer.fit(train, Fit::epochs(400).batch_size(16).validation(validation).callback(&mut stop));
    println!("{history}\n");

    // From here on in sunspots, year by year.
    let net = trainer.into_network();
    let forecast = |window| f64::from(split.target_scaler.invert(&net.predict(window))[0]);
    let forecasts: Vec<f64> = test.inputs().iter().map(forecast).collect();
    let years = &split.steps[2];
    let naive = |before: usize| years.iter().map(|year| spots[year - before]).collect::<Vec<f64>>();
    let truth = naive(0);
    println!("Mean absolute error in {} held-out years, from {}:", test.len(), FIRST_YEAR + years[0]);
    println!("  this network           {:.1} sunspots", mean_error(&forecasts, &truth));
    println!("  as in the year before  {:.1}", mean_error(&naive(1), &truth));
    println!("  as {CYCLE} years before     {:.1}\n", mean_error(&naive(CYCLE), &truth));

    let next = split.latest.as_ref().map(forecast).ok_or("values are missing at the end")?;
    println!("Forecast for {}: {next:.1} sunspots\n", FIRST_YEAR + series.len());

    create_dir_all("target/sunspots")?;
    net.save("target/sunspots/sunspots.safetensors")?;
    split.target_scaler.save("target/sunspots/scaler.safetensors")?;
    history.plot("target/sunspots/learning_curves.png")?;
    let line = |values: &[f64]| -> Vec<(f64, f64)> {
        years.iter().zip(values).map(|(year, value)| ((FIRST_YEAR + year) as f64, *value)).collect()
    };
    let lines = [("sunspots", &*line(&truth)), ("forecast, a year ahead", &*line(&forecasts))];
    plot::lines("sunspots", "year", &lines)?.save("target/sunspots/forecast.png")?;
    println!("Weights and pictures are in target/sunspots/");
    Ok(())
}

fn mean_error(forecasts: &[f64], truth: &[f64]) -> f64 {
    forecasts.iter().zip(truth).map(|(forecast, truth)| (forecast - truth).abs()).sum::<f64>() / truth.len() as f64
}
