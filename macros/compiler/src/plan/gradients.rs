//! The backward pass: its steps, and the memory of the gradients of activations.
use super::memory::{Needs, Period, behind, pack};
use super::{Location, Planned};
use crate::graph::{Node, ValueId};
use crate::layers::{self, InputGradient, Life, Operation, Purpose, Room};
use crate::shape::Shape;
use crate::size::Size;

/// The backward pass, and the memory of its gradients.
#[derive(Debug, Default)]
pub struct Gradients {
    pub backward: Backward,
    /// The location of the gradient of each value.
    locations: Vec<Location>,
    /// The offset of the need of each node, indexed by the value that the node writes.
    needs: Vec<Option<Size>>,
    /// Scalars per sample.
    pub len: Size,
}

impl Gradients {
    pub fn of(&self, value: ValueId) -> Location {
        self.locations.get(value.0).copied().unwrap_or(Location::Nowhere)
    }

    /// The offset of the need of a node in the backward pass.
    pub fn need(&self, node: &Node) -> Option<&Size> {
        self.needs.get(node.to.0).and_then(Option::as_ref)
    }
}

/// The steps from the logits to the input.
#[derive(Debug, Default)]
pub struct Backward {
    /// The steps on the way to trainable parameters.
    pub always: Vec<BackwardStep>,
    /// The steps that only the gradient of the input needs.
    pub on_demand: Vec<BackwardStep>,
    /// Whether the gradient of the input begins as a copy of that of the output: all operations are in place.
    pub passes_through: bool,
}

/// The step of the backward pass for an operation.
#[derive(Debug)]
pub struct BackwardStep {
    /// The value that the operation writes.
    pub node: ValueId,
    /// Whether the gradient of its parameters is computed.
    pub parameters: bool,
    /// Whether the step adds the gradient of the penalties on the output: only the first of two steps for an operation does.
    pub activity: bool,
    /// The operands whose gradients are computed.
    pub operands: Vec<Contribution>,
}

/// A contribution to the gradient of a value.
#[derive(Debug)]
pub struct Contribution {
    /// The index of the operand.
    pub operand: usize,
    /// The memory in which it lies before it is added; `None` for the first contribution, which is the gradient.
    pub apart: Option<Apart>,
    /// Whether it shares the memory of the gradient of the output.
    pub in_place: bool,
}

/// The memory of a contribution that is added.
#[derive(Clone, Copy, Debug)]
pub struct Apart {
    /// Its offset; `None` if it is added without memory of its own.
    pub place: Option<u64>,
}

/// The condition under which a gradient is computed: always, or if the caller wants the gradient of the inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Always,
    OnDemand,
}

pub fn plan(planned: &Planned) -> Gradients {
    let needs = needs(planned);
    let need = |value: ValueId| needs.get(value.0).copied().unwrap_or(Need::OnDemand);
    let shared = shared(planned, need);
    let is_in_place = |node: &Node, operand: usize| shared.get(node.to.0) == Some(&Some(operand));
    let mut backward = Backward {
        always: steps(planned, |value| need(value) == Need::Always, true, is_in_place),
        on_demand: match planned.graph.nodes.iter().any(gives_no_gradient) {
            true => Vec::new(),
            false => steps(planned, |value| need(value) == Need::OnDemand, false, is_in_place),
        },
        passes_through: false,
    };
    let Backward { always, on_demand, .. } = &mut backward;
    for step in on_demand.iter_mut().filter(|step| step.activity) {
        step.activity = !always.iter().any(|earlier| earlier.node == step.node);
    }
    let mut pieces = pieces(planned, &shared);
    let aparts = contributions(planned, &mut backward, &mut pieces);
    let needs = extra_needs(planned, &backward);
    place(planned, backward, &pieces.list, aparts, &needs)
}

/// Whether a layer computes no gradient of its input. Then there is no gradient of the inputs of the network either.
fn gives_no_gradient(node: &Node) -> bool {
    matches!(node.operation(), Operation::Map(map) if matches!(map.input_gradient(), InputGradient::Never))
}

/// The memory in which the gradient of the penalties on the output of a head is computed: the values of the head, then their gradients.
pub fn need_of_head(planned: &Planned, node: &Node) -> Option<layers::Need> {
    if !planned.is_head(node) || node.activity.is_empty() {
        return None;
    }
    let room = Room::Shape(Shape::new(vec![2 * planned.graph.shape(node.to).len()])?);
    Some(layers::Need { room, life: Life::Step })
}

/// The needs of the steps of the backward pass.
fn extra_needs(planned: &Planned, backward: &Backward) -> Needs {
    let mut needs = Needs::default();
    // An operation may have two steps, one of them on demand, which use the same memory.
    let mut numbers: Vec<Option<(usize, usize)>> = vec![None; planned.graph.values()];
    for (number, step) in (1..).zip(backward.always.iter().chain(&backward.on_demand)) {
        if let Some(numbers) = numbers.get_mut(step.node.0) {
            *numbers = Some((numbers.map_or(number, |(first, _)| first), number));
        }
    }
    for node in planned.body() {
        let steps = numbers.get(node.to.0).copied().flatten();
        if let (Some((first, last)), Some(need)) = (steps, node.operation().need(Purpose::Backward)) {
            needs.add_over(node.to, need, first, last);
        }
    }
    for node in planned.graph.nodes.iter().filter(|node| !node.activity.is_empty()) {
        if let Some(need) = need_of_head(planned, node) {
            needs.add(node.to, need, 0, 0);
        }
    }
    needs
}

/// For each value: `Always` if its gradient is on the way to trainable parameters.
fn needs(planned: &Planned) -> Vec<Need> {
    let graph = &planned.graph;
    let mut needs = vec![Need::OnDemand; graph.inputs.len()];
    for node in &graph.nodes {
        let above = node.from.iter().any(|value| needs.get(value.0) == Some(&Need::Always));
        needs.push(if above || node.is_trainable() { Need::Always } else { Need::OnDemand });
    }
    needs
}

/// For each value, the operand whose gradient shares the memory of that of the value: its index in the operation that writes the value.
fn shared(planned: &Planned, need: impl Fn(ValueId) -> Need) -> Vec<Option<usize>> {
    let is_read_once = |value: ValueId| {
        let reads = planned.readers(value).flat_map(|node| &node.from).filter(|&&read| read == value).count();
        reads == 1 && !planned.is_logits(value)
    };
    let mut shared = vec![None; planned.graph.values()];
    for node in planned.body() {
        let operand = match node.operation() {
            Operation::Alias | Operation::InPlace(_) => is_read_once(node.input()).then_some(0),
            Operation::Join(join) if join.is_sum() => {
                // With different needs, the gradient of the output could be overwritten before the last operand reads it.
                let same_need =
                    node.from.iter().all(|&value| Some(need(value)) == node.from.first().map(|&first| need(first)));
                let same_shape = |value: ValueId| planned.graph.shape(value) == planned.graph.shape(node.to);
                let found = node.from.iter().position(|&value| is_read_once(value) && same_shape(value));
                found.filter(|_| same_need)
            }
            Operation::Join(_) | Operation::Map(_) => None,
        };
        if let Some(shared) = shared.get_mut(node.to.0) {
            *shared = operand;
        }
    }
    shared
}

/// The steps for the gradients that are needed, from the output to the input.
fn steps(
    planned: &Planned,
    is_needed: impl Fn(ValueId) -> bool,
    with_parameters: bool,
    is_in_place: impl Fn(&Node, usize) -> bool,
) -> Vec<BackwardStep> {
    let mut steps = Vec::new();
    for node in planned.body().rev() {
        let parameters = with_parameters && node.is_trainable();
        let operands = node.from.iter().enumerate().filter(|&(_, &value)| is_needed(value));
        let mut operands: Vec<Contribution> = operands
            .map(|(operand, _)| Contribution { operand, apart: None, in_place: is_in_place(node, operand) })
            .collect();
        // An operand in the memory of the output comes last, as its step may change that memory.
        operands.sort_by_key(|contribution| contribution.in_place);
        if parameters || !operands.is_empty() {
            steps.push(BackwardStep { node: node.to, parameters, activity: !node.activity.is_empty(), operands });
        }
    }
    steps
}

/// Values whose gradients share a piece of memory, and its life in steps of the backward pass.
struct Piece {
    values: Vec<ValueId>,
    life: Option<(usize, usize)>,
}

impl Piece {
    fn touch(&mut self, step: usize) {
        let (first, last) = self.life.unwrap_or((step, step));
        self.life = Some((first.min(step), last.max(step)));
    }
}

/// The pieces, with the index of the piece of each value.
struct Pieces {
    list: Vec<Piece>,
    of: Vec<Option<usize>>,
}

impl Pieces {
    fn of_value(&mut self, value: ValueId) -> Option<&mut Piece> {
        self.of.get(value.0).copied().flatten().and_then(|piece| self.list.get_mut(piece))
    }

    /// Adds a value to the piece of another, or to one of its own.
    fn add(&mut self, value: ValueId, other: Option<ValueId>) {
        let found = other.and_then(|other| self.of.get(other.0).copied().flatten());
        let index = found.unwrap_or(self.list.len());
        match self.list.get_mut(index) {
            Some(piece) => piece.values.push(value),
            None => self.list.push(Piece { values: vec![value], life: None }),
        }
        if let Some(of) = self.of.get_mut(value.0) {
            *of = Some(index);
        }
    }
}

fn pieces(planned: &Planned, shared: &[Option<usize>]) -> Pieces {
    let mut pieces = Pieces { list: Vec::new(), of: vec![None; planned.graph.values()] };
    for input in 0..planned.graph.inputs.len() {
        pieces.add(ValueId(input), None);
    }
    for node in planned.body() {
        let operand = shared.get(node.to.0).copied().flatten().and_then(|operand| node.from.get(operand));
        pieces.add(node.to, operand.copied());
    }
    pieces
}

/// Marks the contributions that are added to an earlier one, and sets the lives of the gradients. Returns the lives of the contributions
/// that have memory of their own; until `place` sets their offsets, they hold indices of this list.
fn contributions(planned: &Planned, backward: &mut Backward, pieces: &mut Pieces) -> Vec<Period> {
    let graph = &planned.graph;
    let mut written: Vec<bool> = (0..graph.values()).map(|value| planned.is_logits(ValueId(value))).collect();
    let mut aparts: Vec<Period> = Vec::new();
    let mut touch = |value: ValueId, step: usize| {
        if let Some(piece) = pieces.of_value(value) {
            piece.touch(step);
        }
    };
    for output in &planned.outputs {
        touch(output.logits, 0);
    }
    let steps = backward.always.iter_mut().chain(&mut backward.on_demand);
    let mut last = 0;
    for (number, step) in (1..).zip(steps) {
        last = number;
        touch(step.node, number);
        let Some(node) = graph.writer(step.node) else { continue };
        for contribution in &mut step.operands {
            let Some(&value) = node.from.get(contribution.operand) else { continue };
            touch(value, number);
            let Some(written) = written.get_mut(value.0) else { continue };
            if *written && !contribution.in_place {
                let direct = match node.operation() {
                    Operation::Alias | Operation::InPlace(_) => true,
                    Operation::Join(join) => join.is_sum(),
                    Operation::Map(_) => false,
                };
                let place = (!direct).then(|| {
                    aparts.push(Period { first: number, last: number, len: graph.shape(value).len() });
                    (aparts.len() - 1) as u64
                });
                contribution.apart = Some(Apart { place });
            }
            *written = true;
        }
    }
    for value in (0..graph.inputs.len()).map(ValueId) {
        // The gradients of the inputs are copied to the caller at the end.
        touch(value, last + 1);
    }
    aparts
}

/// Sets the offsets of the gradients, of the contributions with memory of their own, and of the needs of steps.
fn place(planned: &Planned, mut backward: Backward, pieces: &[Piece], aparts: Vec<Period>, needs: &Needs) -> Gradients {
    let (input, output) = (planned.only_input(), planned.only_output());
    let has = |piece: &Piece, value: Option<ValueId>| value.is_some_and(|value| piece.values.contains(&value));
    // In the order of the backward pass.
    let mut own: Vec<&Piece> = pieces.iter().filter(|piece| !has(piece, input) && !has(piece, output)).collect();
    own.sort_by_key(|piece| piece.life.map_or(0, |(first, _)| first));
    let lives = own.iter().map(|piece| {
        let (first, last) = piece.life.unwrap_or((0, 0));
        let value = piece.values.first().copied().unwrap_or(ValueId(0));
        Period { first, last, len: if piece.life.is_some() { planned.graph.shape(value).len() } else { 0 } }
    });
    let lives: Vec<Period> = lives.chain(aparts).chain(needs.known.iter().map(|(_, life)| *life)).collect();
    let (offsets, known) = pack(&lives);
    let (unknown, len) = behind(known, &needs.unknown);
    let mut locations = vec![Location::Nowhere; planned.graph.values()];
    let mut locate = |piece: &Piece, location: Location| {
        for value in &piece.values {
            if let Some(place) = locations.get_mut(value.0) {
                *place = location;
            }
        }
    };
    for (piece, &offset) in own.iter().zip(&offsets).filter(|(piece, _)| piece.life.is_some()) {
        locate(piece, Location::Place(offset));
    }
    for piece in pieces {
        match (has(piece, input), has(piece, output)) {
            (true, _) => locate(piece, Location::Input),
            (false, true) => locate(piece, Location::Output),
            (false, false) => {}
        }
    }
    let mut added = 0;
    for contribution in backward.always.iter_mut().chain(&mut backward.on_demand).flat_map(|step| &mut step.operands) {
        if let Some(Apart { place: Some(place) }) = &mut contribution.apart {
            *place = offsets.get(own.len() + *place as usize).copied().unwrap_or_default();
            added += 1;
        }
    }
    let extra = needs.known.iter().zip(offsets.iter().skip(own.len() + added));
    let extra = extra.map(|((node, _), &offset)| (*node, Size::known(offset)));
    backward.passes_through = pieces.iter().any(|piece| has(piece, input) && has(piece, output));
    let mut places = vec![None; planned.graph.values()];
    for (value, offset) in extra.chain(unknown) {
        if let Some(place) = places.get_mut(value.0).filter(|place| place.is_none()) {
            *place = Some(offset);
        }
    }
    Gradients { backward, locations, needs: places, len }
}
