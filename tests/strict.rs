//! A program under the strictest lints, without an import of castnet.
#![forbid(unsafe_code)]
#![deny(missing_docs, unreachable_pub, unused, nonstandard_style, single_use_lifetimes, unused_qualifications)]

castnet::network! {
    /// A network.
    House< input 13 => normalize => dense 10 gelu l2 => dropout 0.5 => dense 10 relu frozen => out: dense 1 >
    /// Another.
    #[derive(Clone)]
    pub(crate) Image< input 28x28x1 => flatten => dense 10 softmax > where params == 7850
}

/// A module.
pub mod networks {
    castnet::network! {
        /// Public.
        pub Public< input 2 => dense 1 >
        /// Of the parent.
        pub(super) OfTheParent< input 2 f64 => dense 1 nobias >
    }
}

fn main() {
    use castnet::Predict;
    assert_eq!(House::PARAMS + Image::PARAMS + networks::Public::PARAMS + networks::OfTheParent::PARAMS, 8142);
}
