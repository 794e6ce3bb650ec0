//! Classifies handwritten digits: MNIST, with 60,000 training images and 10,000 test images.
//!
//! `cargo run --release --example digits` trains a network of 171,658 parameters, `... -- large` one of 669,706 with dropout,
//! `... -- small` one of 25,450, for the firmware in `examples/firmware`, and `... -- cnn` one of 27,210 with a convolution;
//! `... -- cnn augmented` shifts and rotates the images in training.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::losses::Loss;
use castnet::metrics::{DecidesForOne, Metric};
use castnet::nalgebra::SVector;
use castnet::{Array, HtmlReport, plot, prelude::*};

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

    /// By a convolution: what it learns about one place of the image it knows about all others.
    pub ConvolutionalDigits<
        input 28x28x1 => conv 16 3x3 relu => maxpool 2 => dropout 0.25 => flatten => dense 10 softmax
    > where params == 27_210
}

/// The digit that it shows.
type Number = SVector<f32, 1>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let augment = Augment::images(28, 28, 1).shift(2).rotate(10.0);
    match arguments[..] {
        [] => train::<Digits>(None).map(drop),
        ["large"] => train::<LargeDigits>(None).map(drop),
        ["small"] => train::<SmallDigits>(None).map(drop),
        ["cnn"] => look(&*train::<ConvolutionalDigits>(None)?),
        ["cnn", "augmented"] => look(&*train::<ConvolutionalDigits>(Some(augment))?),
        _ => Err("give no network, or `large`, `small`, `cnn` or `cnn augmented`".into()),
    }
}

fn read<X: Flat<Scalar = f32>>(images: &[&str], labels: &str) -> Result<Dataset<X, Number>, Box<dyn Error>> {
    let folder = "examples/data/mnist";
    let images: Result<Vec<Array>, _> = images.iter().map(|file| Array::read_idx(format!("{folder}/{file}"))).collect();
    let labels = Array::read_idx(format!("{folder}/{labels}"))?;
    Ok(Dataset::from_arrays(&Array::concat(&images?)?, &labels)?.scale_inputs(1.0 / 255.0))
}

/// The test images with their labels.
fn test<X: Flat<Scalar = f32>>() -> Result<Dataset<X, Number>, Box<dyn Error>> {
    read(&["t10k-images-idx3-ubyte.gz"], "t10k-labels-idx1-ubyte.gz")
}

fn train<N>(augment: Option<Augment>) -> Result<Box<N>, Box<dyn Error>>
where
    N: Network<Scalar = f32, Output: Clone>,
    N::Head: DecidesForOne<N::Output, Number>,
    SparseCategoricalCrossentropy: Loss<N::Head, N::Output, Target = Number>,
    Accuracy: Metric<N::Head, N::Output, Number>,
{
    let parts = [0, 1, 2, 3].map(|part| format!("train-images-{part}-of-4-idx3-ubyte.gz"));
    let mut train: Dataset<N::Input, Number> =
        read(&parts.each_ref().map(String::as_str), "train-labels-idx1-ubyte.gz")?;
    let test = test()?;
    train.shuffle(&mut seeded(1));
    println!("{}\n", N::SUMMARY);

    let net = N::init(&mut seeded(1));
    let mut trainer = net.compile(SparseCategoricalCrossentropy, Adam::default()).metric(Accuracy);
    let mut slower = ReduceLrOnPlateau::new(trainer.monitor("val_loss")?).patience(1).factor(0.3);
    let mut best = EarlyStopping::new(trainer.monitor("val_accuracy")?).patience(3).restore_best();
    let mut options = Fit::epochs(10).validation_split(0.1).callback(&mut slower).callback(&mut best);
    if let Some(augment) = augment {
        options = options.augment(augment);
    }
    let history = trainer.fit(&train, options);
    println!("{history}\n");

    let result = trainer.evaluate(&test)?;
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
    Ok(trainer.into_network())
}

/// Draws the filters of the convolution, and images that are classified wrongly.
fn look(net: &ConvolutionalDigits) -> Result<(), Box<dyn Error>> {
    let test = test()?;
    let mut outputs = vec![SVector::zeros(); test.len()];
    net.predict_batch(test.inputs(), &mut outputs)?;
    let all = test.iter().zip(outputs.iter().map(SVector::imax));
    let wrong = all.filter(|((_, number), read)| number[0] != *read as f32);
    let wrong: Vec<_> = wrong.map(|((image, number), read)| (format!("{} read as {read}", number[0]), image)).collect();
    plot::captioned_images([28, 28, 1], &wrong[..wrong.len().min(40)])?.save("target/digits/misread.png")?;
    plot::filters([3, 3], &net.conv_1.weight)?.save("target/digits/filters.png")?;
    println!("So are pictures of what it misread, and of its filters");
    Ok(())
}
