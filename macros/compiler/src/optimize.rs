//! `#[optimize(size)]`: the goal of the code of a network; long networks are compiled for size unless told otherwise.
use proc_macro2::Ident;
use syn::Attribute;

use crate::errors::{Errors, Help};

/// The goal that a network is optimized for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// Small layers have code of their own, specialized for their sizes.
    #[default]
    Speed,
    /// All layers share their code.
    Size,
}

/// The largest number of operations for which each small layer has code of its own. All of it is one function, and the compile time
/// grows faster than its length. A nested network counts as one operation, as its layers are not known here.
const LONG: usize = 64;

/// The goal of a network of this many operations without the attribute.
pub fn goal_of(operations: usize) -> Goal {
    if operations > LONG { Goal::Size } else { Goal::Speed }
}

/// Removes the goal from the attributes. All other attributes are those of the struct.
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
        let rule = "a network is optimized for `size` or for `speed`";
        if read.is_none() {
            let more = " or `#[optimize(speed)]`; speed is the default up to 64 layers and activations";
            errors.at(attribute, (rule, Help::write("#[optimize(size)]").and(more)));
        } else if goal.is_some() {
            errors.at(attribute, (format!("a second `optimize`: {rule}"), Help::leave_out()));
        }
        goal = goal.or(read);
        false
    });
    goal
}
