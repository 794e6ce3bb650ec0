//! The table of layers, in Keras's columns.
use syn::ext::IdentExt;

use crate::graph::{Input, Node, RowId, ValueId};
use crate::layers::{ParameterGroup, Role};
use crate::plan::Planned;

/// The rows with their kinds and shapes, and the totals. Networks that are no chain have a fourth column, the inputs of each row.
pub fn summary(planned: &Planned) -> String {
    let graph = &planned.graph;
    let connected = !graph.rows_are_a_chain();
    let mut rows = vec![["Layer (type)", "Output Shape", "Param #", "Connected to"].map(str::to_string)];
    if connected {
        for Input { name, shape, .. } in &graph.inputs {
            rows.push([format!("{} (InputLayer)", name.unraw()), shape.keras(), "0".to_string(), String::new()]);
        }
    }
    for (row, name, costs) in planned.rows() {
        let name = format!("{} ({})", name.unraw(), kind(planned, row));
        let network = nodes(planned, row).flat_map(|node| &node.parameters).find_map(written);
        let params = network.unwrap_or_else(|| grouped(costs.params.known));
        rows.push([name, shape(planned, row), params, connected_to(planned, row)]);
    }
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second, third, fourth) = (width(0), width(1), width(2), width(3));
    let line = |[name, shape, params, from]: &[String; 4]| {
        let line = format!("{name:first$}  {shape:second$}  {params:>third$}");
        if connected { format!("{line}  {from}").trim_end().to_string() } else { line }
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let rule = "-".repeat(first + second + third + 4 + if connected { fourth + 2 } else { 0 });
    lines.insert(1, rule.clone());
    lines.push(rule);
    let (params, trainable) = (planned.params().known, planned.trainable_params().known);
    let bytes = |params: u64| bytes(params * planned.graph.scalar.bytes());
    lines.push(format!("Total params: {} ({})", grouped(params), bytes(params)));
    lines.push(format!("Trainable params: {} ({})", grouped(trainable), bytes(trainable)));
    lines.push(format!("Non-trainable params: {} ({})", grouped(params - trainable), bytes(params - trainable)));
    for group in planned.graph.nodes.iter().flat_map(|node| &node.parameters) {
        let Some(network) = written(group) else { continue };
        let frozen = if group.role == Role::Frozen { ", frozen" } else { "" };
        lines.push(format!("and those of {network}{frozen}"));
    }
    lines.join("\n")
}

/// The path of a nested network, whose parameters are not counted here.
fn written(group: &ParameterGroup) -> Option<String> {
    Some(group.network()?.path.to_string().replace(' ', ""))
}

/// The names of the rows and inputs that a row reads.
fn connected_to(planned: &Planned, row: RowId) -> String {
    let Some(first) = nodes(planned, row).next() else { return String::new() };
    let graph = &planned.graph;
    let name = |value: &ValueId| match graph.value_name(*value) {
        Some(name) => name.unraw().to_string(),
        None => String::new(),
    };
    first.from.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// `Dense, relu`.
pub fn kind(planned: &Planned, row: RowId) -> String {
    let whole = nodes(planned, row).filter(|node| node.part.is_empty());
    let kinds = whole.enumerate().map(|(index, node)| match node.layer.as_activation() {
        Some(activation) if index > 0 => activation.describe(),
        _ => node.resolved.kind.to_string(),
    });
    kinds.collect::<Vec<_>>().join(", ")
}

/// The operations of a row.
pub fn nodes(planned: &Planned, row: RowId) -> impl DoubleEndedIterator<Item = &Node> {
    planned.graph.nodes_of(row).iter()
}

fn shape(planned: &Planned, row: RowId) -> String {
    nodes(planned, row).next_back().map(|node| planned.graph.shape(node.to).keras()).unwrap_or_default()
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
