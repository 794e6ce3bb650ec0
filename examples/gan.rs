//! Generates handwritten digits with two networks: the generator makes images, and the discriminator tells them from real images.
//!
//! `cargo run --release --example gan` takes a minute or two; `... -- 1` ends after one epoch. Every few epochs a picture of
//! generated digits appears in `target/gan/`.
//!
//! Radford et al., "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks", 2016.
use std::error::Error;
use std::fs::create_dir_all;

use castnet::nalgebra::{SMatrix, SVector};
use castnet::rand::RngExt;
use castnet::{Array, TrainingRng, plot, prelude::*};

network! {
    /// An image out of noise, its pixels from -1 to 1.
    pub Generator<
        input 32
        => dense 1568 nobias => reshape 7x7x32 => batchnorm momentum 0.8 => leaky_relu 0.2
        => conv_transpose 16 4x4 stride 2 same nobias => batchnorm momentum 0.8 => leaky_relu 0.2
        => conv_transpose 1 4x4 stride 2 same tanh
    >

    /// The probability that an image is a real one.
    pub Discriminator<
        input 28x28x1
        => conv 16 4x4 stride 2 same leaky_relu 0.2
        => conv 32 4x4 stride 2 same leaky_relu 0.2 => dropout 0.2
        => conv 64 4x4 stride 2 same leaky_relu 0.2 => dropout 0.2
        => flatten => dense 1 sigmoid
    >
}

type Noise = SVector<f32, 32>;
type Image = SMatrix<f32, 1, 784>;
type Verdict = SVector<f32, 1>;

const BATCH: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let epochs: usize = std::env::args().nth(1).map_or(Ok(30), |epochs| epochs.parse())?;
    let mut images = read()?;
    println!("{}\n\n{}\n", Generator::SUMMARY, Discriminator::SUMMARY);

    let adam = Adam { learning_rate: 0.0005, beta_1: 0.5, ..Adam::default() };
    let mut generator = Generator::init(&mut seeded(1)).compile(MeanSquaredError, adam).threads(2);
    let mut discriminator = Discriminator::init(&mut seeded(2)).compile(BinaryCrossentropy, adam).threads(2);
    // A little doubt keeps the discriminator from being so sure that the generator learns nothing from it.
    let (real, doubted, fake) = ([Verdict::new(1.0); BATCH], [Verdict::new(0.9); BATCH], [Verdict::new(0.0); BATCH]);
    let mut rng = seeded(3);
    let always_the_same: Vec<Noise> = (0..64).map(|_| noise(&mut rng)).collect();
    let mut made = vec![Image::zeros(); BATCH];

    create_dir_all("target/gan")?;
    println!("epoch  loss of the generator  of the discriminator");
    for epoch in 1..=epochs {
        images.shuffle(&mut rng);
        let (mut of_generator, mut of_discriminator, mut steps) = (0.0, 0.0, 0.0);
        for batch in images.inputs().chunks_exact(BATCH) {
            let noise: Vec<Noise> = (0..BATCH).map(|_| noise(&mut rng)).collect();
            // The generator learns to make images that the discriminator takes for real ones; the discriminator is not trained here.
            of_generator += generator.train_on_judgement(&noise, |images, grad_images| {
                made.copy_from_slice(images);
                discriminator.compute_input_gradient(images, &real, grad_images)
            })?;
            // The discriminator learns from real images and from generated images.
            of_discriminator += discriminator.train_on_batch(batch, &doubted)?.loss / 2.0;
            of_discriminator += discriminator.train_on_batch(&made, &fake)?.loss / 2.0;
            steps += 1.0;
        }
        println!("{epoch:5}  {:21.4}  {:20.4}", of_generator / steps, of_discriminator / steps);
        if epoch % 5 == 0 || epoch == epochs {
            generator.network().predict_batch(&always_the_same, &mut made)?;
            plot::images([28, 28, 1], &made)?.save(format!("target/gan/epoch_{epoch}.png"))?;
        }
    }
    generator.network().save("target/gan/generator.safetensors")?;
    println!("\nPictures and the weights of the generator are in target/gan/");
    Ok(())
}

/// A quarter of the images of MNIST, with pixels from -1 to 1; the labels are not used.
fn read() -> Result<Dataset<Image, Verdict>, Box<dyn Error>> {
    let images = Array::read_idx("examples/data/mnist/train-images-0-of-4-idx3-ubyte.gz")?;
    let labels = Array::read_idx("examples/data/mnist/train-labels-idx1-ubyte.gz")?.take(images.shape()[0]);
    Ok(Dataset::from_arrays(&images, &labels)?.map_inputs(|image: &Image| image.map(|pixel| pixel / 127.5 - 1.0))?)
}

/// The input of the generator: random numbers from -1 to 1.
fn noise(rng: &mut TrainingRng) -> Noise {
    Noise::from_fn(|_, _| rng.random_range(-1.0..1.0))
}
