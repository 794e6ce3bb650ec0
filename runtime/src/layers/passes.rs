//! The passes of a layer without parameters.

/// Implements both passes of a layer that changes the size of images. Each calls a core with the sizes and the number
/// of channels.
macro_rules! passes {
    ($name:ident {
        $(#[$forward_attribute:meta])* forward = $forward:ident,
        $(#[$backward_attribute:meta])* backward_input = $backward:ident,
    }) => {
        impl $name {
            $(#[$forward_attribute])*
            #[inline(always)]
            pub fn forward<T, I, const C: usize, const P: usize, const Q: usize>(
                self,
                isa: I,
                inputs: &[nalgebra::SMatrix<T, C, P>],
                outputs: &mut [nalgebra::SMatrix<T, C, Q>],
            ) where
                T: $crate::scalar::Scalar,
                I: $crate::isa::Isa<T>,
            {
                isa.$forward(&self.0, C, $crate::flat::flatten(inputs), $crate::flat::flatten_mut(outputs));
            }

            $(#[$backward_attribute])*
            #[inline(always)]
            pub fn backward_input<T, I, const C: usize, const P: usize, const Q: usize>(
                self,
                isa: I,
                grad_outputs: &[nalgebra::SMatrix<T, C, Q>],
                grad_inputs: &mut [nalgebra::SMatrix<T, C, P>],
            ) where
                T: $crate::scalar::Scalar,
                I: $crate::isa::Isa<T>,
            {
                isa.$backward(&self.0, C, $crate::flat::flatten(grad_outputs), $crate::flat::flatten_mut(grad_inputs));
            }
        }
    };
}
pub(super) use passes;
