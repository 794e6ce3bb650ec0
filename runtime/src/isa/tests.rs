use alloc::vec;
use alloc::vec::Vec;

use super::*;

/// Runs a check with every token of the current level, and with [`Portable`].
macro_rules! on_all_tokens {
    ($task:expr) => {
        $task.run(Portable);
        run::<f32, _>(Arithmetic::Portable, $task);
        run::<f32, _>(Arithmetic::Fused, $task);
    };
}

#[test]
fn pairs() {
    struct Pairs;
    impl Task<f32> for Pairs {
        type Output = ();
        fn run<I: Isa<f32>>(self, isa: I) {
            for count in 1..=I::LANES / 2 {
                for behind in [count, I::LANES / 2, 8, 11].into_iter().filter(|&behind| behind >= count) {
                    let values: Vec<f32> = (0..I::LANES).map(|value| value as f32).collect();
                    let mut to = vec![-1.0; behind + count];
                    let mut expected = to.clone();
                    for lane in 0..count {
                        expected[lane] = (2 * lane) as f32;
                        expected[behind + lane] = (2 * lane + 1) as f32;
                    }
                    // SAFETY: a vector of values, and room for both halves.
                    unsafe { isa.store_pair(isa.load(values.as_ptr()), to.as_mut_ptr(), behind, count) };
                    assert_eq!(to, expected, "{count} values, {behind} apart");
                }
            }
            let mut lanes = vec![0.0; I::LANES];
            // SAFETY: two values, and room for a vector.
            unsafe { isa.store(isa.splat_pair([3.0, 4.0].as_ptr()), lanes.as_mut_ptr()) };
            assert!(lanes.chunks(2).all(|pair| pair == [3.0, 4.0]));
        }
    }
    on_all_tokens!(Pairs);
}

#[test]
fn squares() {
    struct Squares;
    impl Task<f32> for Squares {
        type Output = ();
        fn run<I: Isa<f32>>(self, isa: I) {
            for (from_row, to_row) in [(SQUARE, SQUARE), (11, SQUARE), (SQUARE, 13)] {
                let from: Vec<f32> = (0..(SQUARE - 1) * from_row + SQUARE).map(|value| value as f32).collect();
                let mut to = vec![-1.0; (SQUARE - 1) * to_row + SQUARE];
                // SAFETY: both slices hold a square whose rows are so far apart.
                unsafe { isa.transpose_square(from.as_ptr(), from_row, to.as_mut_ptr(), to_row) };
                for (index, &value) in to.iter().enumerate() {
                    let (row, column) = (index / to_row, index % to_row);
                    let expected = if column < SQUARE { from[column * from_row + row] } else { -1.0 };
                    assert_eq!(value, expected, "row {row}, column {column}");
                }
            }
        }
    }
    on_all_tokens!(Squares);
}
