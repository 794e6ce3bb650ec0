//! `#[optimize(size)]`: the goal of the code of a network; long networks are compiled for size unless told otherwise.
use proc_macro2::Ident;
use syn::Attribute;

use crate::errors::Errors;

/// The goal that a network is optimized for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// Small layers have code of their own, for their sizes.
    #[default]
    Speed,
    /// All layers share their code.
    Size,
}

/// Operations of a network up to which each small layer has code of its own. It is all one function, and the compiler's time grows
/// faster than its length. A network that is a layer counts as one, as nothing is known of it here.
const LONG: usize = 64;

/// The goal of a network of so many operations that states none.
pub fn goal_of(operations: usize) -> Goal {
    if operations > LONG { Goal::Size } else { Goal::Speed }
}

/// Takes the goal out of the attributes, if there is one; all others are those of the struct.
pub fn goal(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Option<Goal> {
    let mut goal = None;
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("optimize") {
            return true;
        }
        let read = attribute.parse_args::<Ident>().ok().and_then(|word| match word.to_string().as_str() {
            "size" => Some(Goal::Size),
            "speed" => Some(Goal::Speed),
            _ => None,
        });
        let help = "help: `#[optimize(size)]`, or `#[optimize(speed)]`, which networks of up to 64 layers and activations are for anyway";
        if read.is_none() {
            errors.at(attribute, format!("a network is optimized for `size` or for `speed`\n{help}"));
        } else if goal.is_some() {
            errors.at(attribute, format!("a network is optimized for one of the two\n{help}"));
        }
        goal = goal.or(read);
        false
    });
    goal
}
