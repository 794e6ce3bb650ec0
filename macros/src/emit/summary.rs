//! The table of layers, in Keras's columns.
use syn::ext::IdentExt;

use crate::graph::{Node, RowId};
use crate::plan::Planned;

/// The rows, their kinds and shapes, and the totals.
pub fn summary(planned: &Planned) -> String {
    let header = ["Layer (type)".to_string(), "Output Shape".to_string(), "Param #".to_string()];
    let mut rows = vec![header];
    for (row, name, costs) in planned.rows() {
        let kind = kind(planned, row);
        rows.push([format!("{} ({kind})", name.unraw()), shape(planned, row), grouped(costs.params)]);
    }
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second, third) = (width(0), width(1), width(2));
    let mut lines: Vec<String> =
        rows.iter().map(|[name, shape, params]| format!("{name:first$}  {shape:second$}  {params:>third$}")).collect();
    let rule = "-".repeat(first + second + third + 4);
    lines.insert(1, rule.clone());
    lines.push(rule);
    let (params, trainable) = (planned.params(), planned.trainable_params());
    let bytes = |params: u64| bytes(params * planned.inferred.graph.scalar.bytes());
    lines.push(format!("Total params: {} ({})", grouped(params), bytes(params)));
    lines.push(format!("Trainable params: {} ({})", grouped(trainable), bytes(trainable)));
    lines.push(format!("Non-trainable params: {} ({})", grouped(params - trainable), bytes(params - trainable)));
    lines.join("\n")
}

/// `Dense, relu`.
pub fn kind(planned: &Planned, row: RowId) -> String {
    let parts = nodes(planned, row).enumerate().map(|(index, node)| match node.layer.as_activation() {
        Some(activation) if index > 0 => activation.describe(),
        _ => node.layer.kind().to_string(),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// The operations of a row.
pub fn nodes(planned: &Planned, row: RowId) -> impl DoubleEndedIterator<Item = &Node> {
    planned.inferred.graph.nodes.iter().filter(move |node| node.row == row)
}

fn shape(planned: &Planned, row: RowId) -> String {
    nodes(planned, row).next_back().map(|node| planned.inferred.shape(node.to).keras()).unwrap_or_default()
}

/// `669,706`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.12 KiB`.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{:.2} KiB", bytes as f64 / 1024.0),
        0x10_0000..0x4000_0000 => format!("{:.2} MiB", bytes as f64 / f64::from(0x10_0000)),
        _ => format!("{:.2} GiB", bytes as f64 / f64::from(0x4000_0000)),
    }
}
