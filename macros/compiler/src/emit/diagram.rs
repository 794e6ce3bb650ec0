//! The network as a picture: for Graphviz, and as SVG for the documentation of the type.
use std::fmt::Write;

use syn::ext::IdentExt;

use super::summary;
use crate::graph::{RowId, ValueId};
use crate::plan::Planned;

/// A box of the picture: an input, or a row of the summary.
struct Vertex {
    name: String,
    /// `Conv2D, relu`.
    kind: String,
    /// `26x26x32 · 320 params`.
    facts: String,
    has_parameters: bool,
    /// The indices of the boxes whose outputs it reads.
    from: Vec<usize>,
}

fn vertices(planned: &Planned) -> Vec<Vertex> {
    let graph = &planned.graph;
    let inputs = graph.inputs.iter().map(|input| Vertex {
        name: input.name.unraw().to_string(),
        kind: "Input".to_string(),
        facts: input.shape.to_string(),
        has_parameters: false,
        from: Vec::new(),
    });
    let rows = planned.rows().map(|(row, name, costs)| {
        let shape = summary::nodes(planned, row).next_back().map(|node| planned.graph.shape(node.to).to_string());
        let params = match costs.params.known {
            0 => String::new(),
            params => format!(" · {} params", summary::grouped(params)),
        };
        Vertex {
            name: name.unraw().to_string(),
            kind: summary::kind(planned, row),
            facts: format!("{}{params}", shape.unwrap_or_default()),
            has_parameters: costs.params.known > 0,
            from: sources(planned, row),
        }
    });
    inputs.chain(rows).collect()
}

fn sources(planned: &Planned, row: RowId) -> Vec<usize> {
    let graph = &planned.graph;
    let source = |value: &ValueId| match graph.writer(*value) {
        Some(writer) => graph.inputs.len() + writer.row.0,
        None => value.0,
    };
    summary::nodes(planned, row).next().map(|node| node.from.iter().map(source).collect()).unwrap_or_default()
}

/// The graph in the language of Graphviz.
pub fn dot(planned: &Planned) -> String {
    let mut text = format!("digraph {} {{\n  node [shape=box, fontname=\"sans-serif\"];\n", planned.graph.name.unraw());
    for (index, vertex) in vertices(planned).iter().enumerate() {
        let Vertex { name, kind, facts, from, .. } = vertex;
        _ = writeln!(text, "  v{index} [label=\"{name}\\n{kind}\\n{facts}\"];");
        for from in from {
            _ = writeln!(text, "  v{from} -> v{index};");
        }
    }
    text.push('}');
    text
}

/// Networks with more boxes get no picture: nobody could read it.
const MOST_BOXES: usize = 100;

/// The picture as lines of documentation; `None` for a chain.
pub fn svg(planned: &Planned) -> Option<String> {
    let vertices = vertices(planned);
    if planned.graph.rows_are_a_chain() || vertices.len() > MOST_BOXES {
        return None;
    }
    Some(draw(&vertices, &Layout::of(&vertices)))
}

/// Pixels.
const BOX_HEIGHT: f64 = 40.0;
const BETWEEN_RANKS: f64 = 26.0;
const BETWEEN_BOXES: f64 = 18.0;
const MARGIN: f64 = 6.0;
/// The average width of a letter, in pixels.
const LETTER: f64 = 6.6;

/// A place in a rank: of a box, or of an edge that passes the rank.
struct Place {
    rank: usize,
    width: f64,
    x: f64,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Boxes in ranks, each below all that it reads; edges over several ranks pass each of them.
struct Layout {
    /// The places of the boxes, then those of edges.
    places: Vec<Place>,
    ranks: Vec<Vec<usize>>,
    /// The indices of the places of each edge, from a box to a reader of its output.
    edges: Vec<Vec<usize>>,
}

impl Layout {
    fn of(vertices: &[Vertex]) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for vertex in vertices {
            let above = vertex.from.iter().filter_map(|&from| places.get(from)).map(|place| place.rank + 1);
            let rank = above.max().unwrap_or(0);
            let letters =
                vertex.facts.chars().count().max(vertex.name.chars().count() + vertex.kind.chars().count() + 2);
            places.push(Place {
                rank,
                width: letters as f64 * LETTER + 16.0,
                x: 0.0,
                above: Vec::new(),
                below: Vec::new(),
            });
        }
        let mut edges = Vec::new();
        for (to, vertex) in vertices.iter().enumerate() {
            for &from in &vertex.from {
                let rank_of = |places: &[Place], place: usize| places.get(place).map_or(0, |place| place.rank);
                let mut edge = vec![from];
                for rank in rank_of(&places, from) + 1..rank_of(&places, to) {
                    edge.push(places.len());
                    places.push(Place { rank, width: 4.0, x: 0.0, above: Vec::new(), below: Vec::new() });
                }
                edge.push(to);
                for pair in edge.windows(2) {
                    let [upper, lower] = pair else { continue };
                    if let Some(place) = places.get_mut(*upper) {
                        place.below.push(*lower);
                    }
                    if let Some(place) = places.get_mut(*lower) {
                        place.above.push(*upper);
                    }
                }
                edges.push(edge);
            }
        }
        let count = places.iter().map(|place| place.rank + 1).max().unwrap_or(0);
        let mut ranks = vec![Vec::new(); count];
        for (index, place) in places.iter().enumerate() {
            if let Some(rank) = ranks.get_mut(place.rank) {
                rank.push(index);
            }
        }
        let mut layout = Self { places, ranks, edges };
        layout.order();
        layout.spread();
        layout
    }

    fn place(&self, index: usize) -> Option<&Place> {
        self.places.get(index)
    }

    /// Orders each rank by where the neighbours in the rank above and below stand, so that few edges cross.
    fn order(&mut self) {
        for sweep in 0..12_usize {
            let down = sweep.is_multiple_of(2);
            let count = self.ranks.len();
            for step in 0..count {
                let rank = if down { step } else { count - 1 - step };
                let neighbour = if down { rank.checked_sub(1) } else { Some(rank + 1) };
                let Some(fixed) = neighbour.and_then(|rank| self.ranks.get(rank)) else { continue };
                let position = |place: usize| fixed.iter().position(|&other| other == place);
                let Some(current) = self.ranks.get(rank) else { continue };
                let mut keyed: Vec<(f64, usize)> = Vec::new();
                for (index, &place) in current.iter().enumerate() {
                    let neighbours = self.place(place).map(|place| if down { &place.above } else { &place.below });
                    let positions: Vec<f64> = neighbours
                        .into_iter()
                        .flatten()
                        .filter_map(|&other| position(other))
                        .map(|at| at as f64)
                        .collect();
                    let key = match positions.len() {
                        0 => index as f64,
                        count => positions.iter().sum::<f64>() / count as f64,
                    };
                    keyed.push((key, place));
                }
                // The sort is stable: equal places stay in their order.
                keyed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
                if let Some(rank) = self.ranks.get_mut(rank) {
                    *rank = keyed.into_iter().map(|(_, place)| place).collect();
                }
            }
        }
    }

    /// Gives every place its middle: near the middles of its neighbours, without overlap within its rank.
    fn spread(&mut self) {
        for sweep in 0..40 {
            for rank in 0..self.ranks.len() {
                let Some(order) = self.ranks.get(rank).cloned() else { continue };
                let wanted: Vec<f64> = order.iter().map(|&place| self.wanted(place, sweep)).collect();
                let widths: Vec<f64> =
                    order.iter().map(|&place| self.place(place).map_or(0.0, |place| place.width)).collect();
                for (&place, x) in order.iter().zip(apart(&wanted, &widths)) {
                    if let Some(place) = self.places.get_mut(place) {
                        place.x = x;
                    }
                }
            }
        }
    }

    fn wanted(&self, place: usize, sweep: usize) -> f64 {
        let Some(place) = self.place(place) else { return 0.0 };
        let neighbours = if sweep.is_multiple_of(2) { &place.above } else { &place.below };
        let middles: Vec<f64> = neighbours.iter().filter_map(|&other| self.place(other)).map(|other| other.x).collect();
        match middles.len() {
            0 => place.x,
            count => middles.iter().sum::<f64>() / count as f64,
        }
    }
}

/// Middles near the wanted ones, in the same order and without overlap: the mean of pushing all to the right and all to the left.
fn apart(wanted: &[f64], widths: &[f64]) -> Vec<f64> {
    let push = |wanted: &mut dyn Iterator<Item = (f64, f64)>, sign: f64| {
        let mut edge = f64::NEG_INFINITY;
        let mut middles = Vec::new();
        for (x, width) in wanted {
            let x = (x * sign).max(edge + width / 2.0);
            edge = x + width / 2.0 + BETWEEN_BOXES;
            middles.push(x * sign);
        }
        middles
    };
    let pairs = || wanted.iter().copied().zip(widths.iter().copied());
    let right = push(&mut pairs(), 1.0);
    let mut left = push(&mut pairs().rev(), -1.0);
    left.reverse();
    right.iter().zip(&left).map(|(right, left)| (right + left) / 2.0).collect()
}

fn draw(vertices: &[Vertex], layout: &Layout) -> String {
    let bounds = layout.places.iter().map(|place| (place.x - place.width / 2.0, place.x + place.width / 2.0));
    let (left, right) = bounds.fold((f64::MAX, f64::MIN), |(left, right), (a, b)| (left.min(a), right.max(b)));
    let width = right - left + 2.0 * MARGIN;
    let height = layout.ranks.len() as f64 * (BOX_HEIGHT + BETWEEN_RANKS) - BETWEEN_RANKS + 2.0 * MARGIN;
    let x = |place: &Place| place.x - left + MARGIN;
    let y = |place: &Place| place.rank as f64 * (BOX_HEIGHT + BETWEEN_RANKS) + MARGIN;
    let mut svg = format!(
        "<div style=\"overflow:auto;max-height:60em\"><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"12\" text-anchor=\"middle\" fill=\"currentColor\">\n"
    );
    for edge in &layout.edges {
        let mut path = String::new();
        let points: Vec<&Place> = edge.iter().filter_map(|&place| layout.place(place)).collect();
        for (index, pair) in points.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let is_box = |place: &Place| place.width > 4.0;
            // A curve from the lower side of a box to the upper side of the next; straight through a rank that the edge passes.
            let (x0, y0) = (x(from), y(from) + BOX_HEIGHT);
            let (x1, y1) = (x(to), y(to));
            if index == 0 {
                _ = write!(path, "M{x0:.1} {y0:.1}");
            }
            let bend = BETWEEN_RANKS / 2.0;
            _ = write!(path, "C{x0:.1} {:.1} {x1:.1} {:.1} {x1:.1} {y1:.1}", y0 + bend, y1 - bend);
            if !is_box(to) {
                _ = write!(path, "V{:.1}", y1 + BOX_HEIGHT);
            }
        }
        _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.5\"/>");
    }
    for (vertex, place) in vertices.iter().zip(&layout.places) {
        let (x, y) = (x(place), y(place));
        let opacity = if vertex.has_parameters { "0.14" } else { "0.04" };
        _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BOX_HEIGHT}\" rx=\"5\" fill-opacity=\"{opacity}\" stroke=\"currentColor\" stroke-opacity=\"0.6\"/>",
            x - place.width / 2.0,
            place.width
        );
        let Vertex { name, kind, facts, .. } = vertex;
        _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\"><tspan font-weight=\"bold\">{name}</tspan>  {kind}</text>",
            y + 17.0
        );
        _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" fill-opacity=\"0.75\">{facts}</text>", y + 32.0);
    }
    svg.push_str("</svg></div>");
    svg
}
