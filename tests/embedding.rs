//! Weights that are part of the program.
use castnet::prelude::*;

network! {
    HousePrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
    /// The same architecture under another name.
    Twin< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
    Line< input 1 => dense 1 >
}

castnet::embed! {
    /// Trained on the houses of Boston.
    pub static HOUSE: HousePrice = "../examples/weights/house_prices.safetensors";
    static CHECKS: &[castnet::Check<HousePrice>] = "../examples/weights/house_prices.safetensors";
    static AGAIN: HousePrice = "../examples/weights/house_prices.safetensors";
    static TWIN: Twin = "../examples/weights/house_prices.safetensors";
    /// Written by Python's package, in another order than castnet's.
    static LINE: Line = "fixtures/line_in_another_order.safetensors";
    /// With a checksum and the text of the network; written by Python as the documentation of the format says.
    static CHECKED: Line = "fixtures/line_of_version_2.safetensors";
}

mod elsewhere {
    castnet::embed! {
        pub(crate) static HOUSE: super::HousePrice = "../examples/weights/house_prices.safetensors";
    }
}

#[test]
fn the_file_and_the_static_are_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/weights/house_prices.safetensors");
    let loaded = HousePrice::load(path).expect("weights");
    assert!(loaded.as_flat() == HOUSE.as_flat());
    assert!(AGAIN.as_flat() == HOUSE.as_flat() && TWIN.as_flat() == HOUSE.as_flat());
    assert!(elsewhere::HOUSE.as_flat() == HOUSE.as_flat());
    let house = [0.02, 0.0, 7.07, 0.0, 0.47, 6.4, 78.9, 4.97, 2.0, 242.0, 17.8, 397.0, 9.1].into();
    assert_eq!(HOUSE.predict(&house)[0].to_bits(), loaded.predict(&house)[0].to_bits());
    assert!((15.0..35.0).contains(&HOUSE.predict(&house)[0]), "{}", HOUSE.predict(&house)[0]);
}

/// The predictions are those of the program that trained, and other weights show.
#[test]
fn checks() {
    assert_eq!(CHECKS.len(), 4);
    assert_eq!(castnet::self_test(&HOUSE, CHECKS), Ok(()));
    let mut other = HOUSE.clone();
    other.dense_3.bias[0] += 1e-3;
    let error = castnet::self_test(&other, CHECKS).expect_err("other weights");
    assert_eq!(error.index, 0);
    assert!(CHECKS[0].holds_in(&HOUSE, &mut Workspace::boxed()));
}

#[test]
fn another_order_in_the_file() {
    assert_eq!((LINE.dense_1.weight[0], LINE.dense_1.bias[0]), (2.0, 1.0));
}

#[test]
fn a_file_with_a_checksum() {
    assert_eq!((CHECKED.dense_1.weight[0], CHECKED.dense_1.bias[0]), (2.0, 1.0));
    let path = |name| format!("{}/fixtures/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    assert!(Line::load(path("line_of_version_2")).expect("weights").as_flat() == CHECKED.as_flat());
    let error = Line::load(path("line_with_a_flipped_bit")).expect_err("a flipped bit");
    assert!(error.to_string().contains("its checksum is wrong"), "{error}");
}

#[test]
fn bytes_that_are_none() {
    assert!(castnet::weights::from_bytes::<Line>(&[0; 7]).is_none());
    #[repr(align(4))]
    struct Aligned([u8; 12]);
    let memory = Aligned([0; 12]);
    assert!(castnet::weights::view::<Line>(&memory.0[..8]).is_some());
    assert!(castnet::weights::view::<Line>(&memory.0[1..9]).is_none(), "not aligned");
    assert!(castnet::weights::view::<Line>(&memory.0).is_none(), "too many");
}
