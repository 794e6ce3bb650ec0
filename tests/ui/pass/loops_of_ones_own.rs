//! Losses and optimizers in generic code.
use castnet::losses::Loss;
use castnet::optimizers::Optimizer;
use castnet::prelude::*;

network! { House< input 13 => dense 10 relu => dense 1 > }

fn train<N: Network, L: Loss<N::Head, N::Output>, O: Optimizer>(net: Box<N>, loss: L, optimizer: O) -> Box<N> {
    net.compile(loss, optimizer).into_network()
}

fn main() {
    let net = House::init(&mut seeded(1));
    let before = net.clone();
    assert_eq!(train(net, MeanSquaredError, Sgd::default()), before);
}
