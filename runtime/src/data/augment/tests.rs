use std::vec::Vec;

use super::{Augment, AugmentError};
use crate::random::seeded;

/// Three rows of three pixels, all different.
const IMAGE: [f32; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

/// All that become of an image in many draws, each once.
fn outcomes<const N: usize>(augment: Augment, image: [f32; N]) -> Vec<[f32; N]> {
    let mut rng = seeded(1);
    let mut seen: Vec<[f32; N]> = Vec::new();
    for _ in 0..500 {
        let mut changed = [f32::NAN; N];
        augment.apply(&image, &mut rng, &mut changed).expect("an image of that shape");
        if !seen.contains(&changed) {
            seen.push(changed);
        }
    }
    seen
}

#[test]
fn nothing_asked_for() {
    assert_eq!(outcomes(Augment::images(3, 3, 1), IMAGE), [IMAGE]);
}

#[test]
fn flips() {
    let seen = outcomes(Augment::images(3, 3, 1).flip_horizontal(), IMAGE);
    assert_eq!(seen.len(), 2);
    assert!(seen.contains(&IMAGE) && seen.contains(&[3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 9.0, 8.0, 7.0]));
    let seen = outcomes(Augment::images(3, 3, 1).flip_vertical(), IMAGE);
    assert_eq!(seen.len(), 2);
    assert!(seen.contains(&[7.0, 8.0, 9.0, 4.0, 5.0, 6.0, 1.0, 2.0, 3.0]));
    assert_eq!(outcomes(Augment::images(3, 3, 1).flip_vertical().flip_horizontal(), IMAGE).len(), 4);
}

/// Channels stay together: an image of one row, two pixels of three channels.
#[test]
fn channels() {
    let seen = outcomes(Augment::images(1, 2, 3).flip_horizontal(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert!(seen.contains(&[4.0, 5.0, 6.0, 1.0, 2.0, 3.0]));
}

#[test]
fn shifts() {
    let seen = outcomes(Augment::images(3, 3, 1).shift(1), IMAGE);
    assert_eq!(seen.len(), 9, "one of three up and down, one of three left and right");
    assert!(seen.contains(&IMAGE));
    assert!(seen.contains(&[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 4.0, 5.0]), "down and right");
    assert!(seen.contains(&[4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 0.0, 0.0, 0.0]), "up");
    assert_eq!(outcomes(Augment::images(3, 3, 1).shift(2), IMAGE).len(), 25);
}

/// A rotation keeps the centre; a bright pixel above it goes as far to the left as to the right; and the brightness of all stays
/// about the same.
#[test]
fn rotations() {
    let mut image = [0.0_f32; 49];
    (image[24], image[17]) = (1.0, 1.0);
    let seen = outcomes(Augment::images(7, 7, 1).rotate(30.0), image);
    assert_eq!(seen.len(), 500, "every angle is another");
    let (mut left, mut right) = (0.0, 0.0);
    for changed in &seen {
        assert!((changed[24] - 1.0).abs() < 0.3, "{changed:?}");
        assert!((changed.iter().sum::<f32>() - 2.0).abs() < 0.3, "{changed:?}");
        left += changed[16];
        right += changed[18];
    }
    assert!(left > 50.0 && (left / right - 1.0).abs() < 0.15, "{left} {right}");
}

/// By hand: a quarter of a turn, of an image that is wider than high.
#[test]
fn a_quarter_of_a_turn() {
    let seen = outcomes(Augment::images(3, 3, 1).rotate(180.0), IMAGE);
    let nearest = |turned: [f32; 9]| {
        let distance = |changed: &[f32; 9]| changed.iter().zip(turned).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        seen.iter().map(distance).fold(f32::INFINITY, f32::min)
    };
    assert!(nearest([3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0]) < 0.2, "a quarter to the left");
    assert!(nearest([7.0, 4.0, 1.0, 8.0, 5.0, 2.0, 9.0, 6.0, 3.0]) < 0.2, "a quarter to the right");
    assert!(nearest([9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]) < 0.2, "a half");
    assert!(nearest([3.0, 2.0, 1.0, 6.0, 5.0, 4.0, 9.0, 8.0, 7.0]) > 0.5, "no mirror");
}

#[test]
fn what_is_refused() {
    let refused = |augment: Augment| {
        let mut changed = IMAGE;
        let error = augment.apply(&[1.0; 9], &mut seeded(1), &mut changed).expect_err("refused");
        assert_eq!(changed, IMAGE);
        error
    };
    let error = refused(Augment::images(3, 4, 1));
    assert_eq!(error, AugmentError::Shape { height: 3, width: 4, channels: 1, values: 9 });
    let text = "`Augment::images(3, 4, 1)` takes images of 12 values, but the network's input has 9: give the height, the width \
                and the channels of the input";
    assert_eq!(std::format!("{error}"), text);
    for huge in [Augment::images(usize::MAX, 2, 2), Augment::images(0, 3, 3)] {
        assert!(matches!(refused(huge), AugmentError::Shape { .. }));
    }
    let error = refused(Augment::images(3, 3, 1).shift(3));
    let text = "a shift by up to 3 pixels can move all of an image of 3x3 out of sight: give a smaller one";
    assert_eq!(std::format!("{error}"), text);
    for degrees in [-1.0, 181.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(refused(Augment::images(3, 3, 1).rotate(degrees)), AugmentError::Rotation { .. }));
    }
}
