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

/// The macros work by another path of castnet.
pub mod framework {
    pub use ::castnet as other;
}

/// A condition that is false leaves nothing, not even errors; blocks that nothing uses, and parameters that are not read.
pub mod conditions {
    use crate::framework::other;

    other::network! {
        /// Documented.
        #[allow(dead_code)]
        block unused(units) < dense units >
        #[allow(unused_variables)]
        block silent(units) < dense 3 >
        /// Only one of two is there.
        #[cfg(any())]
        pub Net< a: input 4; b: input 3; a => dense 2 frozen => x: dense 1; concat(a, b) => dense 3 softmax >
        /// The other.
        #[cfg(not(any()))]
        pub Net< input 4 => silent(3) => dense 2 frozen => dense 1 >
        #[cfg_attr(all(), cfg(any()))]
        pub Net< input 4 => dens 3 => dense 0 >
    }

    /// Classes.
    #[derive(Clone, Copy, other::Label)]
    #[label(crate = crate::framework::other)]
    pub enum Class {
        /// The first.
        A,
        /// The second.
        B,
    }
}

/// A module whose items have the names of the generated code's locals and of the types that it uses, and without the prelude: patterns such as
/// parameters mean a static or a constant of their name, and an alias hides a primitive type.
#[expect(dead_code, non_camel_case_types, non_upper_case_globals, reason = "names that the macros could use")]
pub mod hostile {
    #![no_implicit_prelude]

    type bool = ();
    type f32 = ();
    type f64 = ();
    type str = ();
    type u64 = ();
    type usize = ();
    type Option = ();
    trait Flat {}
    trait Network {}
    trait Predict {}
    static adjoints: () = ();
    static arena: () = ();
    static dense_1: () = ();
    static grad_dense_1: () = ();
    static grad_input: () = ();
    static grad_output: () = ();
    static input: () = ();
    static isa: () = ();
    static output: () = ();
    static rng: () = ();
    static tape: () = ();
    const gradient: () = ();
    const index: () = ();
    const rate: () = ();
    const sample: () = ();
    const samples: () = ();
    const value: () = ();

    ::castnet::network! {
        block residual(units) < add(identity, dense units tanh => dense channels) relu => batchnorm => dropout 0.1 >
        /// Labels with the names of fields of layers, statistics, regularizers, and networks in it.
        pub Outer<
            input 4 => normalize => rate: dense 3 gelu l2 => dropout 0.5 => residual(3) => gaussian_noise 0.1
            => use I -> 4 => use R -> 2 => dense 1
        >
        /// With the name of a type parameter.
        pub I< input 3 => dense 4 nobias max_norm 2 => layernorm noscale => prelu => rescale 0.5 >
        /// With the name of another.
        pub R< input 4 => dense 2 >
        /// Several inputs and outputs.
        pub Several<
            a: input 4; b: input 3; a => normalize => dense 2 nobias => x: dense 1; concat(a, b) => dense 3 softmax
        >
        /// Windows, and double precision.
        pub Image<
            input 8x8x3 f64 => conv 4 3x3 => maxpool 2x2 => upsample 2 => pad 1 => crop 1
            => batchnorm noscale nocenter => batchnorm frozen => globalavgpool => dense 3 softmax
        >
    }

    /// Classes, with the name of a type parameter.
    #[derive(::castnet::Label, ::core::clone::Clone, ::core::marker::Copy)]
    pub enum T {
        /// The first.
        A,
        /// The second.
        B,
    }
}

fn main() {
    use castnet::Predict;
    assert_eq!(hostile::Outer::NAME, "Outer");
    assert_eq!(House::PARAMS + Image::PARAMS + networks::Public::PARAMS + networks::OfTheParent::PARAMS, 8142);
}
