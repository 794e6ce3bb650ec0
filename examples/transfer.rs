//! Transfer learning: classifies the digits 5 to 9 after few samples, with the convolutions of a network that was trained on 0 to 4.
use std::error::Error;

use castnet::nalgebra::{SMatrix, SVector};
use castnet::{Array, Outcome, prelude::*};

network! {
    /// One of five digits.
    pub Digits<
        input 28x28x1
        => conv 16 3x3 relu => maxpool 2 => conv 32 3x3 relu => maxpool 2 => conv 64 3x3 relu
        => flatten => dropout 0.5 => dense 5 softmax
    >

    /// The same, but only its head learns: the layers before it are those of another network.
    pub Transferred<
        input 28x28x1
        => conv 16 3x3 relu frozen => maxpool 2 => conv 32 3x3 relu frozen => maxpool 2 => conv 64 3x3 relu frozen
        => flatten => dropout 0.5 => dense 5 softmax
    >
}

type Data = Dataset<SMatrix<f32, 1, 784>, SVector<f32, 1>>;
/// Images of each new digit to learn from.
const FEW: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let parts = [0, 1, 2, 3].map(|part| read(&format!("train-images-{part}-of-4-idx3-ubyte.gz")));
    let images = Array::concat(&parts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    let labels = read("train-labels-idx1-ubyte.gz")?;
    let known = digits(&images, &labels, 0.0)?;
    let few = first_of_each(&digits(&images, &labels, 5.0)?)?;
    let test = digits(&read("t10k-images-idx3-ubyte.gz")?, &read("t10k-labels-idx1-ubyte.gz")?, 5.0)?;
    println!("{}\n", Transferred::SUMMARY);

    let mut trainer =
        Digits::init(&mut seeded(1)).compile(SparseCategoricalCrossentropy, Adam::default()).metric(Accuracy);
    let history = trainer.fit(&known, Fit::epochs(2).validation_split(0.1));
    println!("The digits 0 to 4, from {} images:\n{history}\n", known.len());
    let teacher = trainer.into_network();

    let mut network = Transferred::init(&mut seeded(2));
    network.conv_1 = teacher.conv_1;
    network.conv_2 = teacher.conv_2;
    network.conv_3 = teacher.conv_3;
    let transferred = learn(network, &few, &test)?;
    let scratch = learn(Digits::init(&mut seeded(2)), &few, &test)?;
    println!("The digits 5 to 9, from {} images; accuracy on {} others:", few.len(), test.len());
    println!("  a new head on the layers of the first network  {transferred:.3}");
    println!("  the same network, trained from scratch         {scratch:.3}");
    Ok(())
}

fn read(file: &str) -> Result<Array, Box<dyn Error>> {
    Ok(Array::read_idx(format!("examples/data/mnist/{file}"))?)
}

/// The images of five digits from `first` on, which become the classes 0 to 4.
fn digits(images: &Array, labels: &Array, first: f32) -> Result<Data, Box<dyn Error>> {
    let all: Data = Dataset::from_arrays(images, labels)?.scale_inputs(1.0 / 255.0);
    let ours = all.iter().filter(|(_, digit)| (first..first + 5.0).contains(&digit[0]));
    let (inputs, targets): (Vec<_>, Vec<_>) = ours.map(|(image, digit)| (*image, digit.add_scalar(-first))).unzip();
    Ok(Dataset::new(inputs, targets)?)
}

/// A few images of each class.
fn first_of_each(data: &Data) -> Result<Data, Box<dyn Error>> {
    let mut found = [0; 5];
    let few = data.iter().filter(|(_, class)| {
        found[class[0] as usize] += 1;
        found[class[0] as usize] <= FEW
    });
    let (inputs, targets): (Vec<_>, Vec<_>) = few.map(|(image, class)| (*image, *class)).unzip();
    Ok(Dataset::new(inputs, targets)?)
}

/// Trains with the few images; gives the accuracy on other images.
fn learn<N>(network: Box<N>, few: &Data, test: &Data) -> Result<f64, Box<dyn Error>>
where
    N: Network<
            Scalar = f32,
            Input = SMatrix<f32, 1, 784>,
            Output = SVector<f32, 5>,
            Head = castnet::activations::Softmax,
        >,
{
    let mut trainer = network.compile(SparseCategoricalCrossentropy, Adam::default()).metric(Accuracy);
    let history = trainer.fit(few, Fit::epochs(100).batch_size(10).progress(false));
    if *history.outcome() != Outcome::Completed {
        return Err(history.outcome().to_string().into());
    }
    let report = trainer.evaluate(test)?;
    let (_, accuracy) = report.metrics.first().ok_or("no metric")?;
    Ok(*accuracy)
}
