use castnet::prelude::*;

network! {
    House< input 13 => dense 10 relu => dense 1 >
    Fraud< input 13 => dense 10 relu => dense 1 sigmoid >
    Ages< input 4 => dense 10 relu => dense 5 softmax >
    Rectified< input 13 => dense 2 relu >
}

/// One label per sample is not one value per class.
fn main() {
    let data: Dataset<<Ages as Network>::Input, [f32; 1]> = Dataset::new([[0.0; 4].into()], [[3.0]]).unwrap();
    let mut trainer = Ages::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
    let _ = trainer.fit(&data, Fit::epochs(1));
}
