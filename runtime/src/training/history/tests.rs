use super::{Epoch, History, Outcome};
use crate::training::Evaluation;
use std::string::ToString;
use std::vec;
use std::vec::Vec;

fn epoch(loss: f64, val_loss: f64) -> Epoch {
    let report = |loss| Evaluation { loss, metrics: vec![("mae", loss / 2.0)] };
    Epoch { train: report(loss), validation: Some(report(val_loss)), learning_rate: 0.1 }
}

fn history(epochs: Vec<Epoch>, outcome: Outcome) -> History {
    History { epochs, outcome, warnings: vec![] }
}

#[test]
fn table_and_csv() {
    let history = history(vec![epoch(4.0, 3.0), epoch(2.0, 1.0), epoch(1.0, 1.5)], Outcome::Completed);
    assert_eq!(
        history.to_csv(),
        "epoch,loss,mae,val_loss,val_mae,learning_rate\n1,4,2,3,1.5,0.1\n2,2,1,1,0.5,0.1\n3,1,0.5,1.5,0.75,0.1\n"
    );
    assert_eq!(
        history.to_string(),
        "epoch         loss          mae     val_loss      val_mae
    1       4.0000       2.0000       3.0000       1.5000
    2       2.0000       1.0000       1.0000       0.5000 best
    3       1.0000       0.5000       1.5000       0.7500
completed"
    );
    assert_eq!(history.best_epoch(), Some(2));
    assert_eq!(history.series("val_loss"), Some(vec![3.0, 1.0, 1.5]));
    assert_eq!(history.series("val_accuracy"), None);
}

#[test]
fn long_trainings_print_short() {
    let history = history(vec![epoch(1.0, 1.0); 1000], Outcome::Diverged { epoch: 1001, batch: 7 });
    let text = history.to_string();
    assert!(text.lines().count() <= 24, "{text}");
    assert!(text.contains("\n 1000 ") && text.contains("epoch 1001, batch 7"), "{text}");
}

#[test]
fn nothing_happened() {
    let history = history(vec![], Outcome::Completed);
    assert_eq!(history.to_csv(), "epoch\n");
    assert_eq!(history.to_string(), "epoch\ncompleted");
    assert_eq!((history.best_epoch(), history.series("loss")), (None, Some(vec![])));
}

/// Columns are as wide as their longest text: long names, huge losses, and a learning rate, which has a column where it changes.
#[test]
fn columns_of_any_width() {
    let epoch = |loss, learning_rate| {
        let report = Evaluation { loss, metrics: vec![("top_k_categorical", loss)] };
        Epoch { train: report.clone(), validation: Some(report), learning_rate }
    };
    let table = history(vec![epoch(1.5e12, 0.01), epoch(123_456_789.0, 0.01), epoch(0.5, 2.5e-5)], Outcome::Completed);
    assert_eq!(
        table.to_string(),
        "epoch           loss top_k_categorical       val_loss val_top_k_categorical learning_rate
    1       1.500e12          1.500e12       1.500e12              1.500e12        0.0100
    2 123456789.0000    123456789.0000 123456789.0000        123456789.0000        0.0100
    3         0.5000            0.5000         0.5000                0.5000      2.500e-5 best
completed"
    );
}
