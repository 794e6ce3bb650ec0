//! Trainings that are killed and resumed, and checkpoints that are damaged.
use std::fs::{read, write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use castnet::callbacks::{Callback, CallbackError, Training};
use castnet::nalgebra::Vector1;
use castnet::prelude::*;
use castnet::{FitError, Outcome, ResumeError};

const EPOCHS: &str = "200";

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train_and_resume"));
    command.arg(folder).arg(EPOCHS).stdout(Stdio::null()).stderr(Stdio::inherit());
    command
}

/// A training that is killed again and again, at moments that fall anywhere between start, step and half a file, ends with
/// the same bits as one that runs through.
#[test]
fn a_killed_training_ends_with_the_same_bits() {
    let (whole, broken) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let began = std::time::Instant::now();
    assert!(program(whole.path()).status().expect("a program").success());
    let time = began.elapsed();

    let mut kills = 0;
    for run in 1_u32.. {
        let mut child = program(broken.path()).spawn().expect("a program");
        // The first ones are killed early, the later ones later and later, so that the training ends.
        let patience = time.mul_f64(0.02 + 0.013 * f64::from(run)) + Duration::from_micros(u64::from(run) * 137);
        std::thread::sleep(patience);
        match child.try_wait().expect("a child") {
            Some(status) => {
                assert!(status.success(), "run {run} failed");
                break;
            }
            // On Unix this is SIGKILL.
            None => child.kill().expect("a child to kill"),
        }
        child.wait().expect("an end");
        kills += 1;
    }
    assert!(kills >= 5, "only {kills} kills");
    for file in ["weights.safetensors", "history.csv", "log.csv", "best.safetensors", "checkpoint.safetensors"] {
        let [whole, broken] = [&whole, &broken].map(|folder| read(folder.path().join(file)).expect("a file"));
        assert!(whole == broken, "{file} differs after {kills} kills");
    }
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(broken.path()), names(whole.path()), "files were left behind by {kills} kills");
}

network! {
    #[derive(Debug)]
    Line< input 1 => dense 1 >
    Other< input 1 => dense 2 => dense 1 >
}

fn line() -> DataFor<Line> {
    Dataset::from_rows(&[[1.0], [2.0]], &[[2.0], [4.0]]).expect("sound data")
}

type LineTrainer = castnet::Trainer<Line, MeanSquaredError, RmsProp>;

fn trainer() -> LineTrainer {
    Line::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default()).metric(Mae)
}

/// A checkpoint after two epochs.
fn checkpoint(path: &Path) {
    let history = trainer().fit(&line(), Fit::epochs(2).checkpoint(Checkpoint::every(2, path)).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);
}

#[test]
fn the_weights_of_a_checkpoint_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = trainer();
    let path = folder.path().join("epoch_{epoch}.safetensors");
    let history = trainer.fit(&line(), Fit::epochs(4).checkpoint(Checkpoint::every(2, path)).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);
    let load = |epoch| Line::load(folder.path().join(format!("epoch_{epoch}.safetensors")));
    assert!(load(4).expect("weights").as_flat() == trainer.network().as_flat());
    assert!(load(2).expect("weights").as_flat() != trainer.network().as_flat());
    assert!(load(3).is_err(), "only every second epoch");
}

/// Every prefix, and every changed bit: refused, by `resume` and by `load`, and the trainer stays as it was.
#[test]
fn damaged_checkpoints_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    checkpoint(&path);
    let sound = read(&path).expect("a file");
    let before = trainer();
    let mut trainer = trainer();
    let mut refuse = |bytes: &[u8]| {
        write(&path, bytes).expect("a file");
        let error = trainer.resume(&path).expect_err("damaged");
        assert!(error.to_string().starts_with("the training was not resumed: "), "{error}");
        assert!(trainer.network().as_flat() == before.network().as_flat());
        Line::load(&path).expect_err("damaged");
        error
    };
    for length in 0..sound.len() {
        refuse(&sound[..length]);
    }
    for index in 0..sound.len() {
        for flip in (0..8).map(|bit| 1 << bit).chain([0xff]) {
            let mut damaged = sound.clone();
            damaged[index] ^= flip;
            refuse(&damaged);
        }
    }
    let mut damaged = sound.clone();
    *damaged.last_mut().expect("a byte") ^= 1;
    let error = refuse(&damaged);
    assert!(matches!(error, ResumeError::Weights { .. }) && error.to_string().contains("checksum is wrong"), "{error}");
    write(&path, &sound).expect("a file");
    assert_eq!(trainer.resume(&path).expect("a checkpoint"), 2);
}

#[test]
fn checkpoints_of_other_trainings_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    checkpoint(&path);
    let message = |error: ResumeError| error.to_string().replace(&path.display().to_string(), "FILE");

    let mut other = Line::init(&mut seeded(1)).compile(MeanSquaredError, Momentum::default()).metric(Mae);
    let expected =
        "the training was not resumed: FILE was written with the optimizer RmsProp, but this training has Momentum";
    assert_eq!(message(other.resume(&path).expect_err("another optimizer")), expected);

    let mut other = Line::init(&mut seeded(1)).compile(Huber::default(), RmsProp::default()).metric(Mae);
    let expected =
        "the training was not resumed: FILE was written with the loss MeanSquaredError, but this training has Huber";
    assert_eq!(message(other.resume(&path).expect_err("another loss")), expected);

    let mut other = Line::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default());
    let expected =
        "the training was not resumed: FILE was written with the figures loss,mae, but this training has loss";
    assert_eq!(message(other.resume(&path).expect_err("other metrics")), expected);

    let mut other = Other::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default()).metric(Mae);
    let error = message(other.resume(&path).expect_err("another network"));
    assert!(error.starts_with("the training was not resumed: FILE: weights of the network `Line`"), "{error}");

    trainer().network().save(&path).expect("a file");
    let expected = "the training was not resumed: FILE holds weights and no training: load it with `WeightFiles::load`";
    assert_eq!(message(trainer().resume(&path).expect_err("weights")), expected);
    assert!(matches!(trainer().resume(folder.path().join("none")), Err(ResumeError::File(_))));
}

/// Written before the checksum of files stood in their metadata.
#[test]
fn a_checkpoint_of_version_1() {
    let bytes = include_bytes!("fixtures/checkpoint_of_version_1.safetensors");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    write(&path, bytes).expect("a file");
    let mut old = trainer();
    assert_eq!(old.resume(&path).expect("a checkpoint"), 2);
    checkpoint(&path);
    let mut new = trainer();
    assert_eq!(new.resume(&path).expect("a checkpoint"), 2);
    assert!(old.network().as_flat() == new.network().as_flat());
    let fit = |trainer: &mut LineTrainer| {
        trainer.fit(&line(), Fit::epochs(4).checkpoint(Checkpoint::every(2, &path)).progress(false))
    };
    let (old, new) = (fit(&mut old), fit(&mut new));
    for name in ["loss", "mae"] {
        assert_eq!(old.series(name), new.series(name));
    }
    // Such a checkpoint has no learning rates.
    let rates =
        |history: &castnet::History| history.epochs().iter().map(|epoch| epoch.learning_rate).collect::<Vec<_>>();
    assert!(rates(&old)[..2].iter().all(|rate| rate.is_nan()));
    assert_eq!((&rates(&old)[2..], rates(&new)), (&[0.001; 2][..], vec![0.001; 4]));
    for index in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        damaged[index] ^= 1;
        write(&path, damaged).expect("a file");
        trainer().resume(&path).expect_err("damaged");
    }
}

#[test]
fn other_callbacks_than_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    checkpoint(&path);
    let mut trainer = trainer();
    assert_eq!(trainer.resume(&path).expect("a checkpoint"), 2);
    let history = trainer.fit(&line(), Fit::epochs(5).progress(false));
    assert_eq!(*history.outcome(), Outcome::Refused(FitError::Resumed { saved: 1, given: 0 }));
    // With the right callbacks the training continues where the checkpoint ended.
    let history = trainer.fit(&line(), Fit::epochs(5).checkpoint(Checkpoint::every(2, &path)).progress(false));
    assert_eq!((history.outcome(), history.epochs().len()), (&Outcome::Completed, 5));
    // The training after that is a new one.
    assert_eq!(trainer.fit(&line(), Fit::epochs(1).progress(false)).epochs().len(), 1);
}

/// A callback that refuses to work loses nothing of the training that was resumed.
#[test]
fn refused_and_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    let fit = |trainer: &mut LineTrainer, epochs, factor| {
        let mut plateau = ReduceLrOnPlateau::new(trainer.monitor("loss").expect("a figure")).factor(factor);
        let options = Fit::epochs(epochs).checkpoint(Checkpoint::every(2, &path)).callback(&mut plateau);
        trainer.fit(&line(), options.progress(false))
    };
    let through = fit(&mut trainer(), 5, 0.5);
    _ = fit(&mut trainer(), 3, 0.5);
    let mut trainer = trainer();
    assert_eq!(trainer.resume(&path).expect("a checkpoint"), 2);
    assert!(matches!(fit(&mut trainer, 5, 2.0).outcome(), Outcome::Refused(FitError::Callback(_))));
    assert_eq!(fit(&mut trainer, 5, 0.5), through);
}

#[test]
fn a_disk_that_is_full() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("here/checkpoint");
    std::fs::create_dir(folder.path().join("here")).expect("a folder");
    let mut trainer = trainer();
    let mut breaks = Disappears(folder.path().join("here"));
    let options = Fit::epochs(5).checkpoint(Checkpoint::every(2, &path)).callback(&mut breaks).progress(false);
    let history = trainer.fit(&line(), options);
    let Outcome::Failed { epoch: 2, reason } = history.outcome() else { panic!("{:?}", history.outcome()) };
    let missing = "its folder does not exist: create it first, for example with `std::fs::create_dir_all`";
    assert_eq!(*reason, format!("{}: {missing}", path.display()));
    assert_eq!(history.epochs().len(), 2);
}

/// Removes a folder in the first epoch.
struct Disappears(std::path::PathBuf);

impl<N: Network> Callback<N> for Disappears {
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        if training.epoch() == 1 {
            std::fs::remove_dir(&self.0)?;
        }
        Ok(())
    }
}

/// Whether the file can be written is found before the first epoch, and nothing is changed.
#[test]
fn checkpoints_that_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let refuse = |checkpoint: Checkpoint| {
        let mut trainer = trainer();
        let before = trainer.network().as_flat().to_vec();
        let history = trainer.fit(&line(), Fit::epochs(5).checkpoint(checkpoint).progress(false));
        assert!(matches!(history.outcome(), Outcome::Refused(FitError::Checkpoint(_))), "{:?}", history.outcome());
        assert_eq!(trainer.network().as_flat(), before);
        history.outcome().to_string().replace(&folder.path().display().to_string(), "FOLDER")
    };
    let missing = "its folder does not exist: create it first, for example with `std::fs::create_dir_all`";
    let cannot = "not trained: the checkpoint cannot be written:";
    assert_eq!(
        refuse(Checkpoint::every(2, at("no such folder/checkpoint"))),
        format!("{cannot} FOLDER/no such folder/checkpoint: {missing}")
    );
    let best = || trainer().monitor("loss").expect("a figure");
    assert_eq!(refuse(Checkpoint::best(best(), "")), format!("{cannot} the path is empty: give the path of a file"));
    assert_eq!(
        refuse(Checkpoint::best(best(), folder.path())),
        format!("{cannot} FOLDER: it is a folder: give the path of a file")
    );
    // The third of five folders is missing.
    [1, 2, 4, 5].iter().for_each(|epoch| std::fs::create_dir(at(&format!("run {epoch}"))).expect("a folder"));
    assert_eq!(refuse(Checkpoint::every(1, at("run {epoch}/best"))), format!("{cannot} FOLDER/run 3/best: {missing}"));
    let history =
        trainer().fit(&line(), Fit::epochs(5).checkpoint(Checkpoint::every(4, at("run {epoch}/best"))).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);

    let only = "`{epoch}` is the only placeholder, and the name of the file has no other braces";
    for (name, unknown) in [
        ("w_{epohc}", "{epohc}"),
        ("{epoch}_{val_loss}.x", "{val_loss}"),
        ("w{epoch:03}", "{epoch:03}"),
        ("w{epoch", "{epoch"),
        ("w}", "}"),
    ] {
        assert_eq!(
            refuse(Checkpoint::every(9, at(name))),
            format!("{cannot} FOLDER/{name}: `{unknown}` is unknown: {only}")
        );
    }
    // In the name of a folder that exists they are what they are.
    std::fs::create_dir(at("{mine}")).expect("a folder");
    let options = Fit::epochs(1).checkpoint(Checkpoint::every(1, at("{mine}/{epoch}"))).progress(false);
    assert_eq!(trainer().fit(&line(), options).outcome(), &Outcome::Completed);
    assert!(at("{mine}/1").exists());
}

/// A training that a callback stopped, killed behind its last checkpoint: it is over, with the same outcome and weights.
#[test]
fn a_stopped_training_stays_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    let run = |resumes: bool| {
        let mut trainer = trainer();
        if resumes {
            assert_eq!(trainer.resume(&path).expect("a checkpoint"), 4);
        }
        let mut stop = EarlyStopping::new(trainer.monitor("loss").expect("a figure")).min_delta(1e9).patience(3);
        let options = Fit::epochs(9).callback(&mut stop).checkpoint(Checkpoint::every(1, &path)).progress(false);
        let history = trainer.fit(&line(), options);
        assert!(matches!(history.outcome(), Outcome::Stopped { epoch: 4, .. }), "{:?}", history.outcome());
        (history, trainer)
    };
    let ((history, whole), (resumed, again)) = (run(false), run(true));
    assert_eq!(history, resumed);
    assert!(whole.network().as_flat() == again.network().as_flat());
}

/// The checkpoint from which a training is resumed records that the best one has been written: so the best one is written first.
#[test]
fn the_best_is_written_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let best = folder.path().join("best");
    std::fs::create_dir(folder.path().join("here")).expect("a folder");
    let mut breaks = Disappears(folder.path().join("here"));
    let mut trainer = trainer();
    let options = Fit::epochs(2)
        .checkpoint(Checkpoint::every(1, folder.path().join("here/checkpoint")))
        .checkpoint(Checkpoint::best(trainer.monitor("loss").expect("a figure"), &best))
        .callback(&mut breaks)
        .progress(false);
    assert!(matches!(trainer.fit(&line(), options).outcome(), Outcome::Failed { epoch: 1, .. }));
    assert!(Line::load(&best).expect("weights").as_flat() == trainer.network().as_flat());
}

/// A metric whose name holds the characters that separate and that end texts.
#[derive(Clone, Copy, Debug)]
struct Within;

impl<H> castnet::metrics::Metric<H, Vector1<f32>, Vector1<f32>> for Within {
    type State = castnet::metrics::Mean;
    fn name(&self) -> &'static str {
        "within \"0,5\"\t\\"
    }
    fn better(&self) -> castnet::metrics::Better {
        castnet::metrics::Better::Higher
    }
    fn update(&self, state: &mut castnet::metrics::Mean, output: &Vector1<f32>, target: &Vector1<f32>, weight: f64) {
        state.add(f64::from(u8::from((output[0] - target[0]).abs() < 0.5)), 1, weight);
    }
    fn value(&self, state: &castnet::metrics::Mean) -> f64 {
        state.value()
    }
}

#[test]
fn figures_of_any_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    let data = line();
    let fit = |trainer: &mut WithinTrainer, epochs| {
        let options = Fit::epochs(epochs).validation(&data).checkpoint(Checkpoint::every(1, &path)).progress(false);
        trainer.fit(&data, options)
    };
    let compile = || Line::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default()).metric(Within);
    type WithinTrainer = castnet::Trainer<Line, MeanSquaredError, RmsProp>;
    let first = fit(&mut compile(), 2);
    let mut resumed = compile();
    assert_eq!(resumed.resume(&path).expect("a checkpoint"), 2);
    assert_eq!(fit(&mut resumed, 3).epochs()[..2], *first.epochs());
}

/// Rows of figures of another length would make a file that cannot be read.
#[test]
fn validation_data_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("checkpoint");
    checkpoint(&path);
    let mut trainer = trainer();
    trainer.resume(&path).expect("a checkpoint");
    let data = line();
    let every = || Checkpoint::every(2, &path);
    let history = trainer.fit(&data, Fit::epochs(5).validation(&data).checkpoint(every()).progress(false));
    assert_eq!(*history.outcome(), Outcome::Refused(FitError::ResumedValidation { had_validation: false }));
    let expected = "not trained: the training that was resumed had no validation data: leave them out";
    assert_eq!(history.outcome().to_string(), expected);
    assert_eq!(*trainer.fit(&data, Fit::epochs(5).checkpoint(every()).progress(false)).outcome(), Outcome::Completed);
}
