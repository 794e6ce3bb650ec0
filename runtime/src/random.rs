//! Random numbers that are the same on every machine.
use rand::{Rng, SeedableRng};

/// The generator behind dropout and shuffling: xoshiro256++, whose numbers never change with a version.
pub type TrainingRng = rand_xoshiro::Xoshiro256PlusPlus;

/// A generator for [`Network::init`](crate::Network::init) and data splits that gives the same numbers for the same seed, on every machine.
pub fn seeded(seed: u64) -> TrainingRng {
    TrainingRng::seed_from_u64(seed)
}

/// The generator behind shuffling, dropout and augmentation. For every epoch it is made anew, from a seed that it has drawn before: so
/// a checkpoint holds only the seed.
pub(crate) struct EpochRng {
    pub(crate) rng: TrainingRng,
    pub(crate) seed: [u8; 32],
}

impl EpochRng {
    pub(crate) fn new(seed: u64) -> Self {
        let mut new = Self { rng: seeded(seed), seed: [0; 32] };
        new.next_epoch();
        new
    }

    #[cfg(feature = "std")]
    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        Self { rng: TrainingRng::from_seed(seed), seed }
    }

    pub(crate) fn next_epoch(&mut self) {
        self.rng.fill_bytes(&mut self.seed);
        self.rng = TrainingRng::from_seed(self.seed);
    }
}
