//! The `where` clause against the plan.
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::errors::{Errors, Help};
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
    if let (Some(nested), Some(bound)) = (planned.graph.networks().next(), planned.graph.bounds.first()) {
        let (name, network, path) = (&bound.quantity, &planned.graph.name, nested.path.to_string().replace(' ', ""));
        let help = format!("write behind the network: `const _: () = assert!({network}::PARAMS <= 1000);`");
        let message = format!("`{name}` of `{path}` is not known here, so `where` cannot bound it");
        errors.at(name, (message, Help::prose(help)));
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
        return errors.at(&bound.quantity, (format!("unknown quantity `{written}`"), help));
    };
    let Some(actual) = (quantity.of)(planned) else { return };
    let Some(limit) = limit(bound, quantity, actual, errors) else { return };
    let (sign, holds) = (bound.comparison.sign(), bound.comparison.holds(actual, limit));
    if holds {
        return;
    }
    let (name, network) = (quantity.name, &planned.graph.name);
    let unit = if quantity.bytes { " B" } else { "" };
    let message = format!("`{network}` has {name} {actual}{unit}, not {sign} {limit}{unit}");
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
    let help = (!costly.is_empty()).then(|| Help::prose(format!("most of it: {}", costly.join(", "))));
    let (quantity, number, unit) = (&bound.quantity, &bound.number, &bound.unit);
    errors.at(quote!(#quantity #number #unit), (message, help));
}

/// The bound in parameters or bytes.
fn limit(bound: &Bound, quantity: &Quantity, actual: u64, errors: &mut Errors) -> Option<u64> {
    let (digits, suffix) = bound.number.with_suffix();
    let tokens = tokens(bound);
    let name = quantity.name;
    let unit = match &bound.unit {
        Some(unit) => unit.to_string(),
        None => suffix.clone(),
    };
    let example = example(bound, quantity, actual);
    let such_as = || Help::write(&example).saying(format!("such as `{name} {} {example}`", bound.comparison.sign()));
    let Ok(number) = digits.parse::<u64>() else {
        let text = bound.number.text();
        errors.at(tokens, (format!("the bound of {name} is `{text}`, but must be a whole number"), such_as()));
        return None;
    };
    let factor = factor(bound, quantity, number, &unit, errors)?;
    let limit = number.checked_mul(factor);
    if limit.is_none() {
        errors.at(tokens, (format!("the bound of {name} is more than any machine can hold"), such_as()));
    }
    limit
}

/// The parameters or bytes of one unit of a bound of `number` units.
fn factor(bound: &Bound, quantity: &Quantity, number: u64, unit: &str, errors: &mut Errors) -> Option<u64> {
    let name = quantity.name;
    let units = "units: B, KiB (1024 B), MiB (1024 KiB)";
    match (quantity.bytes, unit) {
        (false, "") => Some(1),
        (false, unit) => {
            let factor = known_unit(unit).map_or(1, |(_, factor)| factor);
            let help = Help::write(number.saturating_mul(factor).to_string());
            errors.at(tokens(bound), (format!("{name} are counted without a unit, but there is `{unit}`"), help));
            None
        }
        (true, "") => {
            let help = Help::write(format!("{number} B")).and(&format!("; {units}"));
            errors.at(tokens(bound), (format!("the unit of {name} is missing: {number} what?"), help));
            None
        }
        (true, unit) => {
            let known = UNITS.iter().find(|(known, _)| *known == unit);
            if known.is_none() {
                let help = match known_unit(unit) {
                    Some((near, _)) => {
                        Help::write(format!("{number} {near}")).of(&tokens(bound)).and(&format!("; {units}"))
                    }
                    None => Help::prose(units),
                };
                let token =
                    bound.unit.as_ref().map_or_else(|| bound.number.to_token_stream(), ToTokens::to_token_stream);
                errors.at(token, (format!("unknown unit `{unit}`"), help));
            }
            known.map(|(_, factor)| *factor)
        }
    }
}

/// The unit that another spelling means: `kb`, `M`.
fn known_unit(written: &str) -> Option<(&'static str, u64)> {
    let first = written.to_lowercase().chars().next()?;
    UNITS.iter().copied().find(|(unit, _)| unit.to_lowercase().starts_with(first))
}

/// The number and the unit of a bound.
fn tokens(bound: &Bound) -> TokenStream {
    let (number, unit) = (&bound.number, &bound.unit);
    quote!(#number #unit)
}

/// The nearest bound that holds.
fn example(bound: &Bound, quantity: &Quantity, actual: u64) -> String {
    let number = match bound.comparison {
        Comparison::Less => actual.saturating_add(1),
        Comparison::Greater => actual.saturating_sub(1),
        Comparison::Equal | Comparison::LessOrEqual | Comparison::GreaterOrEqual => actual,
    };
    if quantity.bytes { format!("{number} B") } else { number.to_string() }
}
