//! Predictions have the same bits as on every other target: the hashes that `.ci/run` compares on microcontrollers and wasm.
//! A training in portable arithmetic has them on every instruction set too.
use castnet::isa::Level;
use castnet::{Arithmetic, prelude::*};

/// The networks of the other targets.
#[path = "bits/src/networks.rs"]
mod bits;

/// Calls a function on every instruction set that this machine has.
#[cfg(target_arch = "x86_64")]
fn on_every_level(mut check: impl FnMut(Level)) {
    use castnet::isa::set_level;
    let levels = [Level::Portable, Level::Avx2, Level::Avx512];
    for level in levels {
        if set_level(level) == level {
            check(level);
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn on_every_level(mut check: impl FnMut(Level)) {
    check(Level::Portable);
}

network! {
    Small< input 5 => dense 10 relu => dense 3 softmax >
    Large< input 50 => dense 70 tanh => dense 40 relu => dense 3 softmax >
    Images<
        input 6x5x13 => batchnorm => maxpool 2x2 same => pad 1x0 => layernorm => prelu shared => upsample 2x1 bilinear
        => avgpool 3x2 stride 1 => dense 12 each tanh => groupnorm 3 => globalavgpool => dense 3 softmax
    >
    Recurrent<
        input 9x5 => bidirectional gru 6 sequences => lstm 70 sequences => gru 9 reset_before backwards sequences => rnn 17 => dense 3 softmax
    >
    Vectors<
        input 4x3x5 => unitnorm => permute 3x1x2 => reshape 5x12 => concat(identity, dense 12 each) along 1 => flatten => dense 19
        => concat(dot(identity, dense 19), dot(dense 19, identity) normalized, subtract(dense 3, dense 3)) => repeat_vector 3 => gru 3 => softmax
    >
}

/// The weights after some steps, batches of odd sizes among them.
fn trained_on<N>(arithmetic: Arithmetic, threads: usize) -> Vec<f32>
where
    N: Network<Scalar = f32>,
    CategoricalCrossentropy: castnet::losses::Loss<N::Head, N::Output, Target = N::Output>,
{
    let mut rng = seeded(3);
    let mut samples = |count: usize| {
        let mut random =
            |len: usize| (0..len).map(|_| castnet::rand::RngExt::random::<f32>(&mut rng)).collect::<Vec<_>>();
        let (inputs, targets) = (random(count * N::Input::LEN), random(count * N::Output::LEN));
        let input = inputs.chunks(N::Input::LEN).map(|values| {
            let mut input = N::Input::zeroed();
            input.as_flat_mut().copy_from_slice(values);
            input
        });
        let target = targets.chunks(N::Output::LEN).map(|values| {
            let mut target = N::Output::zeroed();
            let sum: f32 = values.iter().sum();
            target.as_flat_mut().iter_mut().zip(values).for_each(|(target, value)| *target = value / sum);
            target
        });
        (input.collect::<Vec<_>>(), target.collect::<Vec<_>>())
    };
    let trainer = N::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
    let mut trainer = trainer.arithmetic(arithmetic).threads(threads);
    for count in [1, 7, 32, 8, 33] {
        let (inputs, targets) = samples(count);
        trainer.train_on_batch(&inputs, &targets).expect("a sound batch");
    }
    trainer.network().as_flat().to_vec()
}

fn trained<N>(arithmetic: Arithmetic) -> Vec<f32>
where
    N: Network<Scalar = f32>,
    CategoricalCrossentropy: castnet::losses::Loss<N::Head, N::Output, Target = N::Output>,
{
    trained_on::<N>(arithmetic, 1)
}

/// Threads share the samples of a layer, and change no bit.
#[test]
fn threads_change_no_bit() {
    let all = |threads| {
        let recurrent = trained_on::<Recurrent>(Arithmetic::Portable, threads);
        [recurrent, trained_on::<Vectors>(Arithmetic::Portable, threads)]
    };
    let one = all(1);
    for threads in [2, 3] {
        assert!(all(threads) == one, "on {threads} threads");
    }
}

/// One test, as the level is that of the whole process.
#[test]
fn on_every_instruction_set() {
    let expected = include_str!("bits/hashes.txt");
    let all = |arithmetic| {
        let [small, large] = [trained::<Small>(arithmetic), trained::<Large>(arithmetic)];
        let [images, recurrent] = [trained::<Images>(arithmetic), trained::<Recurrent>(arithmetic)];
        [small, large, images, recurrent, trained::<Vectors>(arithmetic)]
    };
    let portable = all(Arithmetic::Portable).concat();
    let mut fused: Vec<(Level, Vec<f32>)> = Vec::new();
    on_every_level(|level| {
        let mut found = String::new();
        bits::hashes(|name, hash| found += &format!("{name} {hash:016x}\n"));
        for (found, expected) in found.lines().zip(expected.lines()) {
            assert_eq!(found, expected, "on {level:?}");
        }
        assert_eq!(found.lines().count(), expected.lines().count());

        assert!(all(Arithmetic::Portable).concat() == portable, "on {level:?}");

        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        fused.push((level, all(Arithmetic::Fused).concat()));
        assert!(fused.iter().all(|(_, weights)| close(weights, &portable)));
    });
    // Where there is no fused arithmetic it is the portable one; elsewhere it is the same whatever the width of vectors.
    for pair in fused.windows(2) {
        if let [(lower, a), (higher, b)] = pair {
            assert_eq!(*lower != Level::Portable, a == b, "on {lower:?} and {higher:?}");
        }
    }
    if let Some((Level::Portable, weights)) = fused.first() {
        assert!(*weights == portable);
    }
}
