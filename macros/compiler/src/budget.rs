//! The `where` clause against the plan.
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::errors::Errors;
use crate::parse::{Bound, Comparison};
use crate::plan::{Planned, RowCosts};
use crate::suggest;

/// A quantity that can be bounded.
struct Quantity {
    name: &'static str,
    /// Whether it is counted in bytes.
    bytes: bool,
    of: fn(&Planned) -> Option<u64>,
    /// The costs of one row of the summary.
    of_row: fn(&Planned, &RowCosts) -> u64,
}

const QUANTITIES: &[Quantity] = &[
    Quantity {
        name: "params",
        bytes: false,
        of: |planned| planned.params().exact(),
        of_row: |_, row| row.params.known,
    },
    Quantity {
        name: "flash",
        bytes: true,
        of: Planned::flash_bytes,
        of_row: |planned, row| row.params.known * planned.graph.scalar.bytes(),
    },
    Quantity {
        name: "ram",
        bytes: true,
        of: Planned::ram_bytes,
        of_row: |planned, row| row.values * planned.graph.scalar.bytes(),
    },
];

const UNITS: &[(&str, u64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20)];

/// The number of layers that an error names.
const NAMED: usize = 3;

pub fn check(planned: &Planned) -> Result<(), Errors> {
    let mut errors = Errors::default();
    if let (Some(path), Some(bound)) = (planned.graph.networks().next(), planned.graph.bounds.first()) {
        let (name, network, path) = (&bound.quantity, &planned.graph.name, path.to_string().replace(' ', ""));
        errors.at(name, format!("`{name}` of `{path}` is not known here, so `where` cannot bound it\nhelp: write behind the network: `const _: () = assert!({network}::PARAMS <= 1000);`"));
        return Err(errors);
    }
    for bound in &planned.graph.bounds {
        check_bound(planned, bound, &mut errors);
    }
    errors.or(())
}

fn check_bound(planned: &Planned, bound: &Bound, errors: &mut Errors) {
    let Some(quantity) = QUANTITIES.iter().find(|quantity| bound.quantity == quantity.name) else {
        let written = bound.quantity.to_string();
        let help = suggest::help(&written, "quantities", QUANTITIES.iter().map(|quantity| quantity.name));
        return errors.at(&bound.quantity, format!("unknown quantity `{written}`\n{help}"));
    };
    let Some(limit) = limit(bound, quantity, errors) else { return };
    let Some(actual) = (quantity.of)(planned) else { return };
    let (sign, holds) = match bound.comparison {
        Comparison::Equal => ("==", actual == limit),
        Comparison::Less => ("<", actual < limit),
        Comparison::LessOrEqual => ("<=", actual <= limit),
        Comparison::Greater => (">", actual > limit),
        Comparison::GreaterOrEqual => (">=", actual >= limit),
    };
    if holds {
        return;
    }
    let (name, network) = (quantity.name, &planned.graph.name);
    let unit = if quantity.bytes { " B" } else { "" };
    let mut message = format!("`{network}` has {name} {actual}{unit}, not {sign} {limit}{unit}");
    let mut rows: Vec<(u64, String)> =
        planned.rows().map(|(_, name, row)| ((quantity.of_row)(planned, row), name.to_string())).collect();
    // The sort is stable: layers with the same cost stay in their order.
    rows.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    let costly: Vec<String> = rows
        .iter()
        .filter(|(cost, _)| *cost > 0)
        .take(NAMED)
        .map(|(cost, name)| format!("{name} {cost}{unit}"))
        .collect();
    if !costly.is_empty() {
        message.push_str(&format!("\nhelp: most of it: {}", costly.join(", ")));
    }
    let (quantity, number, unit) = (&bound.quantity, &bound.number, &bound.unit);
    errors.at(quote!(#quantity #number #unit), message);
}

/// The bound in parameters or bytes.
fn limit(bound: &Bound, quantity: &Quantity, errors: &mut Errors) -> Option<u64> {
    let (digits, suffix) = bound.number.with_suffix();
    let tokens = tokens(bound);
    let name = quantity.name;
    let unit = match &bound.unit {
        Some(unit) => unit.to_string(),
        None => suffix.clone(),
    };
    let Ok(number) = digits.parse::<u64>() else {
        let text = bound.number.text();
        errors.at(
            tokens,
            format!(
                "the bound of {name} is `{text}`, but must be a whole number\nhelp: such as `{name} <= {}`",
                example(quantity)
            ),
        );
        return None;
    };
    let factor = factor(bound, quantity, number, &unit, errors)?;
    let limit = number.checked_mul(factor);
    if limit.is_none() {
        errors.at(
            tokens,
            format!(
                "the bound of {name} is more than any machine can hold\nhelp: such as `{name} <= {}`",
                example(quantity)
            ),
        );
    }
    limit
}

/// The parameters or bytes of one unit of a bound of `number` units.
fn factor(bound: &Bound, quantity: &Quantity, number: u64, unit: &str, errors: &mut Errors) -> Option<u64> {
    let name = quantity.name;
    match (quantity.bytes, unit) {
        (false, "") => Some(1),
        (false, unit) => {
            errors.at(
                tokens(bound),
                format!("{name} are counted without a unit, but there is `{unit}`\nhelp: write `{number}`"),
            );
            None
        }
        (true, "") => {
            errors.at(
                tokens(bound),
                format!(
                    "the unit of {name} is missing: {number} what?\nhelp: B, KiB or MiB, such as `{name} <= {}`",
                    example(quantity)
                ),
            );
            None
        }
        (true, unit) => match UNITS.iter().find(|(known, _)| *known == unit) {
            Some((_, factor)) => Some(*factor),
            None => {
                let token =
                    bound.unit.as_ref().map_or_else(|| bound.number.to_token_stream(), ToTokens::to_token_stream);
                errors.at(token, format!("unknown unit `{unit}`\nhelp: B, KiB (1024 B) or MiB (1024 KiB)"));
                None
            }
        },
    }
}

/// The number and the unit of a bound.
fn tokens(bound: &Bound) -> TokenStream {
    let (number, unit) = (&bound.number, &bound.unit);
    quote!(#number #unit)
}

fn example(quantity: &Quantity) -> &'static str {
    if quantity.bytes { "2 KiB" } else { "1000" }
}
