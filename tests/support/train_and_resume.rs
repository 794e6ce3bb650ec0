//! A training that can be killed at any moment: `train_and_resume FOLDER EPOCHS` resumes from the checkpoint in the folder
//! and, at its end, writes the weights and the history beside it.
use std::error::Error;
use std::path::Path;

use castnet::prelude::*;
use castnet::rand::RngExt;

network! { Classes< input 4 => normalize => dense 32 relu => dropout 0.3 => dense 32 tanh => dense 3 softmax > }

fn data() -> Result<DataFor<Classes>, castnet::DataError> {
    let mut rng = seeded(3);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for sample in 0..150 {
        let mut input = [0.0_f32; 4].map(|_| rng.random::<f32>() - 0.5);
        input[sample % 3] += 1.0;
        let mut target = [0.0; 3];
        target[sample % 3] = 1.0;
        inputs.push(input);
        targets.push(target);
    }
    Dataset::from_rows(&inputs, &targets)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, epochs] = arguments.as_slice() else { return Err("train_and_resume FOLDER EPOCHS".into()) };
    let folder = Path::new(folder);
    let checkpoint = folder.join("checkpoint.safetensors");

    let (train, test) = data()?.split(0.2)?;
    let optimizer = ClipGlobalNorm { optimizer: Nadam::default(), norm: 1.0 };
    let mut trainer =
        Classes::init(&mut seeded(1)).compile(CategoricalCrossentropy, optimizer).metric(Accuracy).metric(F1);
    if checkpoint.exists() {
        trainer.resume(&checkpoint)?;
    }
    let mut plateau = ReduceLrOnPlateau::new(trainer.monitor("val_loss")?).patience(3).factor(0.9);
    let mut stop = EarlyStopping::new(trainer.monitor("val_loss")?).patience(10_000).restore_best();
    let mut log = CsvLog::new(folder.join("log.csv"));
    let options = Fit::epochs(epochs.parse()?)
        .seed(5)
        // The four inputs as an image: the random numbers of the augmentation must be resumed too.
        .augment(Augment::images(2, 2, 1).flip_horizontal().rotate(10.0).shift(1))
        .validation(&test)
        .checkpoint(Checkpoint::every(1, &checkpoint))
        .checkpoint(Checkpoint::best(trainer.monitor("val_accuracy")?, folder.join("best.safetensors")))
        .progress(false)
        .callback(&mut plateau)
        .callback(&mut stop)
        .callback(&mut log);
    let history = trainer.fit(&train, options);
    trainer.network().save(folder.join("weights.safetensors"))?;
    history.save_csv(folder.join("history.csv"))?;
    Ok(())
}
