use super::{Epoch, History, Outcome};
use crate::training::Evaluation;
use std::string::ToString;
use std::vec;

fn epoch(loss: f64, val_loss: f64) -> Epoch {
    let report = |loss| Evaluation { loss, metrics: vec![("mae", loss / 2.0)] };
    Epoch { train: report(loss), validation: Some(report(val_loss)) }
}

#[test]
fn table_and_csv() {
    let history =
        History { epochs: vec![epoch(4.0, 3.0), epoch(2.0, 1.0), epoch(1.0, 1.5)], outcome: Outcome::Completed };
    assert_eq!(history.to_csv(), "epoch,loss,mae,val_loss,val_mae\n1,4,2,3,1.5\n2,2,1,1,0.5\n3,1,0.5,1.5,0.75\n");
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
    let history = History { epochs: vec![epoch(1.0, 1.0); 1000], outcome: Outcome::Diverged { epoch: 1001, batch: 7 } };
    let text = history.to_string();
    assert!(text.lines().count() <= 24, "{text}");
    assert!(text.contains("\n 1000 ") && text.contains("epoch 1001, batch 7"), "{text}");
}

#[test]
fn nothing_happened() {
    let history = History { epochs: vec![], outcome: Outcome::Completed };
    assert_eq!(history.to_csv(), "epoch\n");
    assert_eq!(history.to_string(), "epoch\ncompleted");
    assert_eq!((history.best_epoch(), history.series("loss")), (None, Some(vec![])));
}
