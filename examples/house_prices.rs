//! Trains a network on the houses of Boston, prints its error, predicts the price of a house and saves the weights.
//!
//! The data set is a historic benchmark, and its column B encodes an objectionable assumption about race:
//! see `examples/data/README.md`.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::nalgebra::{DMatrix, DVector};
use castnet::{plot, prelude::*};

network! {
    /// Median value of the houses of a district, in $1000s, from the 13 features of the Boston survey.
    pub HousePrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut houses: DataFor<HousePrice> = Dataset::from_csv("examples/data/boston_housing.csv", &["MEDV"])?;
    houses.shuffle(&mut seeded(7));
    let (train, test) = houses.split(0.2)?;
    println!("{}\n", HousePrice::SUMMARY);

    let net = HousePrice::init(&mut seeded(7));
    let mut trainer = net.compile(MeanSquaredError, RmsProp::default()).metric(Mae);
    let history = trainer.fit(&train, Fit::epochs(300).batch_size(8).validation(&test));
    println!("{history}\n");

    println!("Mean absolute error on {} held-out houses:", test.len());
    println!("  this network             ${:.0}", 1000.0 * trainer.evaluate(&test)?.metrics[0].1);
    println!("  a linear regression      ${:.0}", 1000.0 * linear_regression(&train, &test)?);
    println!("  the mean of all houses   ${:.0}\n", 1000.0 * mean_price(&train, &test));

    let net = trainer.into_network();
    let (house, price) = (&test.inputs()[0], &test.targets()[0]);
    println!("The first of them: ${:.0}, predicted ${:.0}\n", 1000.0 * price[0], 1000.0 * net.predict(house)[0]);

    create_dir_all("target/house_prices")?;
    net.save_with_checks("target/house_prices/house_prices.safetensors", &test.inputs()[..4])?;
    history.plot("target/house_prices/learning_curves.svg")?;
    history.plot("target/house_prices/learning_curves.png")?;
    plot::predictions(&*net, &test)?.save("target/house_prices/predictions.png")?;
    println!("Weights and pictures are in target/house_prices/");
    Ok(())
}

/// The error of predicting the mean for every house.
fn mean_price(train: &DataFor<HousePrice>, test: &DataFor<HousePrice>) -> f32 {
    let mean = train.targets().iter().map(|price| price[0]).sum::<f32>() / train.len() as f32;
    test.targets().iter().map(|price| (price[0] - mean).abs()).sum::<f32>() / test.len() as f32
}

/// The error of the plane that fits the training data best (least squares).
fn linear_regression(train: &DataFor<HousePrice>, test: &DataFor<HousePrice>) -> Result<f64, &'static str> {
    let features = |data: &DataFor<HousePrice>| {
        DMatrix::from_fn(data.len(), 14, |row, column| data.inputs()[row].get(column).map_or(1.0, |&x| f64::from(x)))
    };
    let prices = |data: &DataFor<HousePrice>| DVector::from_fn(data.len(), |row, _| f64::from(data.targets()[row][0]));
    let plane = features(train).svd(true, true).solve(&prices(train), 1e-12)?;
    Ok((features(test) * plane - prices(test)).abs().mean())
}
