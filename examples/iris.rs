//! Tells three species of iris apart by the sizes of their flowers: classes as an enum, judged by cross-validation.
use std::error::Error;

use castnet::prelude::*;

network! {
    /// The species of an iris, from length and width of sepals and petals in cm.
    pub Iris< input 4 => normalize => dense 10 relu => dense 10 relu => dense 3 softmax >
}

#[derive(Clone, Copy, Debug, PartialEq, Label)]
pub enum Species {
    Setosa,
    Versicolor,
    Virginica,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut flowers: DataFor<Iris> = Csv::new("examples/data/iris.csv")
        .ignore(&["target"])
        .targets(&["target_name"])
        .labels::<Species>("target_name")
        .read()?;
    flowers.shuffle(&mut seeded(3));
    println!("{}\n", Iris::SUMMARY);

    // Each flower is a test sample in one of the folds.
    let mut right = 0;
    for (number, (train, test)) in (1..).zip(flowers.folds_stratified(5)?) {
        let mut trainer = trainer();
        let history = trainer.fit(&train, options());
        let net = trainer.into_network();
        let hits =
            test.iter().filter(|(flower, species)| net.predict_class::<Species>(flower) == Species::decide(*species).0);
        let hits = hits.count();
        println!("fold {number}: {}, {hits} of {} right", history.outcome(), test.len());
        right += hits;
    }
    println!("in all: {right} of {} right\n", flowers.len());

    // The final network learns from all flowers.
    let mut trainer = trainer();
    let history = trainer.fit(&flowers, options());
    println!("{history}\n");
    println!("{}\n", ConfusionMatrix::of(trainer.network(), &flowers).labels::<Species>());
    let net = trainer.into_network();
    let flower = [6.1, 2.8, 4.7, 1.2].into();
    let (species, probability) = Species::decide(&net.predict(&flower));
    println!("sepals of 6.1 x 2.8 cm, petals of 4.7 x 1.2 cm: {species:?}, {:.1} %", 100.0 * probability);
    Ok(())
}

type IrisTrainer = castnet::Trainer<Iris, CategoricalCrossentropy, Adam>;

fn trainer() -> IrisTrainer {
    let optimizer = Adam { learning_rate: 0.01, ..Adam::default() };
    Iris::init(&mut seeded(1)).compile(CategoricalCrossentropy, optimizer).metric(Accuracy)
}

type Options<'a> = Fit<'a, <Iris as Network>::Input, <Iris as Network>::Output>;

fn options<'a>() -> Options<'a> {
    Fit::epochs(60).batch_size(16).progress(false)
}
