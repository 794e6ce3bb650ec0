//! Predictions do not allocate, and steps of training do not after the first. Counted by the allocator of this process.
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use castnet::prelude::*;
use castnet_tests::{Product, random};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// The bytes of the largest piece of memory that there is.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        if layout.size() > LARGEST.with(Cell::get) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of allocations in some work.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

network! {
    Net< input 13 => normalize => dense 20 gelu => dropout 0.2 => dense 60 relu => dense 30 silu => dense 4 softmax >
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(Box::new(3))), 1);
}

#[test]
fn predictions() {
    let net = Net::init(&mut seeded(1));
    let input = <Net as Network>::Input::repeat(0.5);
    let mut workspace = Workspace::boxed();
    assert_eq!(allocations(|| _ = black_box(net.predict(&input))), 0);
    assert_eq!(allocations(|| _ = black_box(net.predict_in(&input, &mut workspace))), 0);
}

/// A training allocates as often for many batches as for a few, augmentation included.
#[test]
fn batches() {
    let fit = |samples: usize| {
        let inputs = vec![[0.5_f32; 13]; samples];
        let data: DataFor<Net> = Dataset::from_rows(&inputs, &vec![[0.25; 4]; samples]).expect("sound data");
        let mut trainer = Net::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
        let options = Fit::epochs(2).augment(Augment::images(1, 13, 1).rotate(5.0).flip_horizontal()).progress(false);
        allocations(|| _ = trainer.fit(&data, options))
    };
    assert_eq!(fit(64), fit(640));
}

/// One prediction after another, one step after another, in batches of several sizes: after the first nothing allocates.
pub fn none<N: Network>() {
    let rng = &mut seeded(1);
    let mut trainer = N::init(rng).compile(Product, Adam::default());
    let inputs: Vec<N::Input> = (0..32).map(|_| random(rng)).collect();
    let targets: Vec<N::Output> = (0..32).map(|_| random(rng)).collect();
    let mut workspace = Workspace::boxed();
    let predict = || _ = black_box(trainer.network().predict_in(&inputs[0], &mut workspace));
    assert_eq!(allocations(predict), 0, "{}: a prediction", N::NAME);
    let mut step = |samples: usize| {
        allocations(|| _ = trainer.train_on_batch(&inputs[..samples], &targets[..samples]).expect("a sound batch"))
    };
    // The first makes memory.
    step(32);
    assert_eq!((step(32), step(7), step(32)), (0, 0, 0), "{}: steps of training", N::NAME);
}

/// Where memory is short, the fallible functions say so; the others would end the process.
#[test]
fn memory_that_is_short() {
    network! { Large< input 100 => dense 1000 relu => dense 1000 relu => dense 1 > }
    LARGEST.with(|most| most.set(1 << 20));
    let (network, workspace) = (Large::try_init(&mut seeded(1)), Workspace::<Large>::try_boxed());
    let zeros = Large::try_zeroed_boxed();
    LARGEST.with(|most| most.set(7000));
    let small = Workspace::<Large>::try_boxed();
    LARGEST.with(|most| most.set(usize::MAX));
    let error = network.expect_err("4.4 MB");
    assert_eq!(error.to_string(), "no memory for the 4412004 B of `Large`: free some, or take a smaller network");
    assert!(zeros.is_none() && workspace.is_some() && small.is_none());
    assert_eq!(Large::try_init(&mut seeded(1)), Ok(Large::init(&mut seeded(1))));
}
