//! Images that grow and shrink: by a border of zeros, or by a factor.
mod border;
mod scaling;

pub use border::{Border, cut_out, enlarge};
pub use scaling::{Scaling, bilinear_backward, bilinear_forward, repeat_backward, repeat_forward};
