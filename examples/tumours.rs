//! Tells malignant from benign tumours by 30 measurements of cell nuclei: a binary classifier that must not miss the rare class.
//!
//! A benchmark, not a medical device: see `examples/data/README.md`.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::{HtmlReport, plot, prelude::*};

network! {
    /// The probability that a tumour is malignant.
    pub Malignant< input 30 => normalize => dense 16 relu l2 1e-3 => dense 8 relu => dense 1 sigmoid >
}

/// In the order of the probability: 0 is benign.
#[derive(Clone, Copy, Debug, Label)]
pub enum Tumour {
    Benign,
    Malignant,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut tumours: DataFor<Malignant> = Csv::new("examples/data/breast_cancer.csv")
        .ignore(&["target"])
        .targets(&["target_name"])
        .labels::<Tumour>("target_name")
        .read()?;
    tumours.shuffle(&mut seeded(7));
    let (train, test) = tumours.split_stratified(0.25)?;
    // A missed malignant tumour is worse than a second look at a benign one.
    let train = train.with_class_weights(&[1.0, 2.0])?;

    let net = Malignant::init(&mut seeded(7));
    let mut trainer = net.compile(BinaryCrossentropy, Adam { learning_rate: 0.005, ..Adam::default() });
    trainer = trainer.metric(Accuracy).metric(Recall).metric(Auc);
    let mut stop = EarlyStopping::new(trainer.monitor("val_loss")?).patience(15).restore_best();
    let history = trainer.fit(&train, Fit::epochs(200).batch_size(32).validation_split(0.2).callback(&mut stop));
    println!("{history}\n");

    let result = trainer.evaluate(&test)?;
    let matrix = ConfusionMatrix::of(trainer.network(), &test).labels::<Tumour>();
    println!("{} tumours it has not seen: {result}\n\n{matrix}\n", test.len());
    let (tumour, probability) = Tumour::decide(&trainer.network().predict(&test.inputs()[0]));
    println!("The first of them: {tumour:?} with a probability of {probability:.3}\n");

    create_dir_all("target/tumours")?;
    trainer.network().save("target/tumours/tumours.safetensors")?;
    history.plot("target/tumours/learning_curves.png")?;
    matrix.plot("target/tumours/confusion.png")?;
    let weights = plot::weights(trainer.network())?;
    weights.save("target/tumours/weights.png")?;
    HtmlReport::of(&trainer, &history)
        .title("Malignant or benign?")
        .data("training", format!("{} tumours, the last fifth for validation", train.len()))
        .data("test", format!("{} tumours", test.len()))
        .option("weight of malignant tumours", 2)
        .option("batch size", 32)
        .result("on the test data", result)
        .confusion(&matrix)
        .picture("Weights", weights)
        .save("target/tumours/report.html")?;
    println!("Weights, pictures and a report are in target/tumours/");
    Ok(())
}
