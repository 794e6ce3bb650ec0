//! Bounds of the form "this type is that type": they hold whenever the two are equal, and where they are not the
//! compiler names the two types in plain words. Only the struct of several outputs is two types.

macro_rules! same {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        pub trait $name<T>: Sized {
            #[doc(hidden)]
            fn same(&self) -> &T;
            #[doc(hidden)]
            fn same_slice(values: &[Self]) -> &[T];
            #[doc(hidden)]
            fn into_same(self) -> T;
        }

        impl<T> $name<T> for T {
            fn same(&self) -> &T {
                self
            }
            fn same_slice(values: &[T]) -> &[T] {
                values
            }
            fn into_same(self) -> T {
                self
            }
        }
    };
}

same! {
    /// Samples of the shape that a network takes: `Self` is [`Network::Input`](crate::Network::Input).
    #[diagnostic::on_unimplemented(
        message = "the inputs have the shape `{Self}`, but the network takes `{T}`",
        label = "inputs of another shape",
        note = "shapes read channels x positions"
    )]
    InputOf
}

/// Targets of the shape that a network's loss compares: `Self` is [`Loss::Target`](crate::losses::Loss::Target). The struct of several outputs is
/// also the target of [`Both`](crate::Both) losses whose targets have the shapes of their outputs.
#[diagnostic::on_unimplemented(
    message = "the targets have the shape `{Self}`, but the network is trained towards `{T}`",
    label = "targets of another shape",
    note = "shapes read channels x positions; a target has the shape of the network's output, and is a single number for `SparseCategoricalCrossentropy`",
    note = "help: for a network of several outputs a target is `Both(a, b)`, each as its loss wants it; where each has the shape of its output, the struct of the outputs is one too, as in `DataFor<Net>`"
)]
pub trait TargetOf<T>: Sized {
    #[doc(hidden)]
    fn same_slice(values: &[Self]) -> &[T];
}

impl<T> TargetOf<T> for T {
    fn same_slice(values: &[T]) -> &[T] {
        values
    }
}

same! {
    /// The gradient of a network: `Self` is [`Network::Gradient`](crate::Network::Gradient).
    #[diagnostic::on_unimplemented(
        message = "this is the gradient `{Self}`, but the network's own is `{T}`",
        label = "a gradient of another network"
    )]
    GradientOf
}

same! {
    /// The state of an optimizer: `Self` is an [`OptimizerState`](crate::optimizers::OptimizerState).
    #[diagnostic::on_unimplemented(
        message = "this is the state `{Self}`, but the training needs `{T}`",
        label = "a state of another network or another optimizer"
    )]
    StateOf
}
