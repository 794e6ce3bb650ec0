//! Printed plans: the graph with shapes, places and costs.
use proc_macro2::TokenStream;

use super::compare;
use crate::errors::Errors;
use crate::layers::{Backward, Life, Map, Need, Operation, Places, Purpose, Room};
use crate::plan::Planned;
use crate::shape::Shape;
use crate::size::Size;

fn plans(file: &str, networks: &[&str]) {
    let mut text = String::new();
    for network in networks {
        let tokens = format!("[::castnet] {network}").parse().expect("it lexes");
        for compiled in crate::compile_all(tokens).networks {
            let planned = compiled.planned.unwrap_or_else(|errors| panic!("{errors:?}"));
            text.push_str(&format!("{network}\n\n{planned}\n"));
        }
    }
    compare(file, &text);
}

#[test]
fn plan_dumps() {
    plans(
        "plans.txt",
        &[
            "House< input 13 => dense 10 relu => dense 10 relu => dense 1 >",
            "House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >",
            "Image< input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax >",
            "Wide< input 4 => dense 100 gelu => dense 3 => dense 50 tanh => sigmoid => dense 2 => relu >",
            "Residual< input 8 => dense 8 relu => repeat 2 { add(identity, dense 4 relu => dense 8) relu } => dense 2 softmax >",
            "Branches< input 8 => concat(dense 4 relu, dense 3, identity) => multiply(identity, sigmoid) => maximum(dense 4, dense 4) => dense 1 >",
            "Driver< camera: input 8x8x1 => flatten => seen: dense 6 relu; state: input 7 => felt: dense 5 relu; concat(seen, felt) => trunk: dense 4; trunk => steer: dense 1 tanh; trunk => brake: dense 2 >",
            "Images< input 6x6x4 => maxpool 2x2 => batchnorm => relu => pad 1 => avgpool 3x3 stride 1 => batchnorm frozen => globalavgpool => dense 1 >",
            "Nothing< input 5 => relu >",
            "Shapes< input 2x6 => reshape 3x4 => tanh => dropout 0.1 => flatten >",
            "Sparse< input 4 => dense 8 activity_l1 1e-3 => relu => dense 8 tanh activity_l2 frozen => dropout 0.5 => trunk: dense 4 relu activity_l1 activity_l2 0.5; trunk => size: dense 1; trunk => kind: dense 3 softmax activity_l2 0.1 >",
            "Vectors< input 4x3 => permute 2x1 => tanh => permute 1x2 => concat(identity, tanh) along 1 => flatten => both: dense 6; subtract(both => unitnorm, both) => a: repeat_vector 2 => flatten => dense 6; dot(a => reshape 12 => dense 6, both) normalized tanh => out: dense 2; dot(both, both) >",
            "Frozen< input 4 => dense 4 frozen relu => dense 4 silu => dense 4 frozen tanh => dense 1 >",
        ],
    );
}

/// A layer with these needs.
#[derive(Debug)]
struct Needy(&'static [(Purpose, u64, Life)]);

impl Map for Needy {
    fn need(&self, purpose: Purpose) -> Option<Need> {
        let (_, len, life) = self.0.iter().find(|(of, ..)| *of == purpose)?;
        Some(Need { room: Room::Shape(Shape::new(vec![*len])?), life: *life })
    }

    fn forward(&self, at: &Places) -> TokenStream {
        at.need.clone()
    }

    fn backward(&self, at: &Places) -> Backward {
        Backward::of_input(at.grad_need.clone())
    }
}

/// The plan of a chain of two layers of 4 values, each with these needs.
fn needy(needs: &'static [(Purpose, u64, Life)]) -> Planned {
    let tokens = "[::castnet] Net< input 4 => dense 4 => dense 4 => dense 4 >".parse().expect("it lexes");
    let network = crate::parse::parse(tokens, &mut Errors::default()).networks.pop().expect("a network");
    let mut graph = crate::lower::lower(network.body, &[]).expect("it has no errors");
    for node in graph.nodes.iter_mut().skip(1) {
        node.resolved.operation = Operation::Map(Box::new(Needy(needs)));
        node.parameters.clear();
    }
    crate::plan::plan(crate::check::Checked(graph))
}

/// Memory of a single step is used again by the next; memory that the backward pass reads is not.
#[test]
fn needs_have_lives() {
    let need = |planned: &Planned, of: fn(&Planned, usize) -> Option<u64>| [of(planned, 1), of(planned, 2)];
    let arena = |planned: &Planned, node: usize| planned.arena.need(&planned.graph.nodes[node])?.exact();
    let tape = |planned: &Planned, node: usize| planned.tape.need(&planned.graph.nodes[node])?.exact();
    let grads = |planned: &Planned, node: usize| planned.grads.need(&planned.graph.nodes[node])?.exact();
    let steps = needy(&[
        (Purpose::Prediction, 10, Life::Step),
        (Purpose::Training, 10, Life::Step),
        (Purpose::Backward, 10, Life::Step),
    ]);
    assert_eq!(need(&steps, arena), [Some(8), Some(8)]);
    assert_eq!(need(&steps, tape), [Some(8), Some(8)]);
    assert_eq!(need(&steps, grads).map(|place| place.is_some()), [true, true]);
    assert_eq!([&steps.arena.len, &steps.tape.len, &steps.grads.len].map(Size::exact), [Some(18), Some(18), Some(18)]);
    let kept = needy(&[(Purpose::Training, 10, Life::ForwardToBackward)]);
    assert_eq!(need(&kept, arena), [None, None]);
    let places = need(&kept, tape).map(|place| place.expect("a place"));
    assert!(places[0].abs_diff(places[1]) >= 10, "{places:?}");
    assert!(kept.tape.len.exact().expect("it is known") >= 24);
}
