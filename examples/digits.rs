//! Learns to read handwritten digits: 60,000 images of MNIST to learn from, 10,000 others to be judged by.
//!
//! `cargo run --release --example digits` trains a network of 171,658 parameters, `... -- large` one of 669,706 with dropout,
//! and `... -- small` one of 25,450, for the firmware in `examples/firmware`.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::losses::Loss;
use castnet::metrics::{DecidesForOne, Metric};
use castnet::nalgebra::{SMatrix, SVector};
use castnet::{Array, HtmlReport, prelude::*};

network! {
    /// The digit on an image of 28 x 28 pixels.
    pub Digits<
        input 28x28 => flatten => dense 128 relu => dense 512 relu => dense 10 softmax
    > where params == 171_658

    /// The same, larger, and forgetting a half of its hidden values in training.
    pub LargeDigits<
        input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax
    > where params == 669_706

    /// The same, small enough for a microcontroller.
    pub SmallDigits< input 28x28 => flatten => dense 32 relu => dense 10 softmax > where flash <= 100 KiB
}

type Image = SMatrix<f32, 28, 28>;
/// The digit that it shows.
type Number = SVector<f32, 1>;

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args().nth(1).as_deref() {
        None => train::<Digits>(),
        Some("large") => train::<LargeDigits>(),
        Some("small") => train::<SmallDigits>(),
        Some(other) => Err(format!("`{other}` is no network: give none, `large` or `small`").into()),
    }
}

fn read(images: &[&str], labels: &str) -> Result<Dataset<Image, Number>, Box<dyn Error>> {
    let folder = "examples/data/mnist";
    let images: Result<Vec<Array>, _> = images.iter().map(|file| Array::read_idx(format!("{folder}/{file}"))).collect();
    let labels = Array::read_idx(format!("{folder}/{labels}"))?;
    Ok(Dataset::from_arrays(&Array::concat(&images?)?, &labels)?.scale_inputs(1.0 / 255.0))
}

fn train<N>() -> Result<(), Box<dyn Error>>
where
    N: Network<Scalar = f32, Input = Image, Output: Clone>,
    N::Head: DecidesForOne<N::Output, Number>,
    SparseCategoricalCrossentropy: Loss<N::Head, N::Output, Target = Number>,
    Accuracy: Metric<N::Head, N::Output, Number>,
{
    let parts = [0, 1, 2, 3].map(|part| format!("train-images-{part}-of-4-idx3-ubyte.gz"));
    let mut train = read(&parts.each_ref().map(String::as_str), "train-labels-idx1-ubyte.gz")?;
    let test = read(&["t10k-images-idx3-ubyte.gz"], "t10k-labels-idx1-ubyte.gz")?;
    train.shuffle(&mut seeded(1));
    println!("{}\n", N::SUMMARY);

    let net = N::init(&mut seeded(1));
    let mut trainer = net.compile(SparseCategoricalCrossentropy, Adam::default()).metric(Accuracy);
    let mut slower = ReduceLrOnPlateau::new(trainer.monitor("val_loss")?).patience(1).factor(0.3);
    let mut best = EarlyStopping::new(trainer.monitor("val_accuracy")?).patience(3).restore_best();
    let options = Fit::epochs(10).validation_split(0.1).callback(&mut slower).callback(&mut best);
    let history = trainer.fit(&train, options);
    println!("{history}\n");

    let result = trainer.evaluate(&test);
    println!("{} images of people whose hand it has not seen: {result}\n", test.len());
    let matrix = ConfusionMatrix::of(trainer.network(), &test);
    println!("{matrix}\n");

    create_dir_all("target/digits")?;
    trainer.network().save_with_checks("target/digits/digits.safetensors", &test.inputs()[..5])?;
    matrix.plot("target/digits/confusion.png")?;
    let report = HtmlReport::of(&trainer, &history).title("Handwritten digits").confusion(&matrix);
    let report = report.data("training", "54,000 images of MNIST").data("validation", "6,000").data("test", "10,000");
    report.option("batch size", 32).result("on the test images", &result).save("target/digits/report.html")?;
    println!("Weights, the picture above and a report are in target/digits/");
    Ok(())
}
