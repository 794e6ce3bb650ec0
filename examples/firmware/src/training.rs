//! Continues the training of the house network on the microcontroller: on houses that lie in flash, without an allocator.
use castnet::activations::Linear;
use castnet::nalgebra::SVector;
use castnet::{BatchError, TrainingMemory, prelude::*};

type Features = SVector<f32, 13>;
type Price = SVector<f32, 1>;

const HOUSES: usize = 32;
/// Features and price of the first houses of the data set, one after the other.
static DATA: [f32; 14 * HOUSES] = match castnet::weights::from_bytes(include_bytes!("../houses.bin")) {
    Some(data) => data,
    None => panic!("14 numbers for each house"),
};

const BATCH: usize = 8;
/// Steps of the training.
pub const STEPS: usize = 12;
/// Bytes of RAM of the training, for 261 trainable parameters and Adam.
pub const BYTES: usize = TrainingMemory::<Small, Adam, BATCH>::BYTES;
/// A hash of the weights after the training: the same on every machine.
pub const HASH: u64 = 0xe98d_dad2_a67d_9889;

network! {
    /// For the size of its memory.
    Small< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
}

/// Trains a network of houses; the last loss, and the hash of the weights.
pub fn train<N>(net: &mut N) -> Result<(f64, u64), BatchError>
where
    N: Network<Scalar = f32, Input = Features, Output = Price, Head = Linear>,
{
    let mut memory = TrainingMemory::<N, Adam, BATCH>::new();
    let mut trainer = net.compile_in(&mut memory, MeanSquaredError, Adam::default());
    let mut loss = 0.0;
    for step in 0..STEPS {
        let (inputs, targets) = batch(step);
        loss = trainer.train_on_batch(&inputs, &targets)?.loss;
    }
    Ok((loss, hash(net)))
}

/// The houses of a step: all of them in turn.
pub fn batch(step: usize) -> ([Features; BATCH], [Price; BATCH]) {
    let (mut inputs, mut targets) = ([Features::zeros(); BATCH], [Price::zeros(); BATCH]);
    let houses = DATA.chunks_exact(14).cycle().skip(step * BATCH % HOUSES);
    for ((input, target), house) in inputs.iter_mut().zip(&mut targets).zip(houses) {
        input.iter_mut().zip(house).for_each(|(x, &feature)| *x = feature);
        target.iter_mut().zip(house.iter().skip(13)).for_each(|(y, &price)| *y = price);
    }
    (inputs, targets)
}

/// FNV-1a over the bits of all weights.
pub fn hash<N: Network<Scalar = f32>>(net: &N) -> u64 {
    let bytes = net.as_flat().iter().flat_map(|weight| weight.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
