use castnet::prelude::*;

network! {
    House< input 13 => dense 10 relu => dense 1 >
    Fraud< input 13 => dense 10 relu => dense 1 sigmoid >
    Ages< input 4 => dense 10 relu => dense 5 softmax >
    Rectified< input 13 => dense 2 relu >
}

fn main() {
    let data: DataFor<Ages> = Dataset::new([[0.0; 4].into()], [[0.0; 5].into()]).unwrap();
    let mut trainer = House::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
    let _ = trainer.train_on_batch(data.inputs(), &[[0.0].into()]);
}
