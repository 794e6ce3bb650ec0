use castnet::prelude::*;

network! {
    Heads< input 3 => trunk: dense 4 relu; trunk => age: dense 1; trunk => kind: dense 2 softmax >
}

/// The target of one of the losses is the number of a class, and has not the shape of the output.
fn main() {
    let data: DataFor<Heads> = Dataset::from_rows(&[[0.0; 3]], &[[0.5, 1.0, 0.0]]).unwrap();
    let loss = Both(MeanSquaredError, SparseCategoricalCrossentropy);
    let mut trainer = Heads::init(&mut seeded(1)).compile(loss, Adam::default());
    let _ = trainer.fit(&data, Fit::epochs(1));
}
