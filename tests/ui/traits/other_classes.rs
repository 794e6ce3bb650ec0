use castnet::prelude::*;

network! { Flower< input 4 => dense 5 softmax > }

#[derive(Clone, Copy, Label)]
enum Species {
    Setosa,
    Versicolor,
    Virginica,
}

fn main() {
    let net = Flower::init(&mut seeded(1));
    let _: Species = net.predict_class(&[5.1, 3.5, 1.4, 0.2].into());
}
