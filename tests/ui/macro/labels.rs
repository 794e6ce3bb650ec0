//! Types that are not an enum of classes.
use castnet::prelude::*;

#[derive(Clone, Copy, Label)]
struct Species(u8);

#[derive(Clone, Copy, Label)]
enum Alone {
    Only,
}

#[derive(Clone, Copy, Label)]
enum Sized {
    Small,
    Large(f32),
}

#[derive(Clone, Copy, Label)]
enum Same {
    Yes,
    #[label("yes")]
    No,
    #[label(3)]
    Other,
}

fn main() {}
