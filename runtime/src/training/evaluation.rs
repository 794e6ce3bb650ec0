//! The figures of some samples.
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

/// The loss over some samples, and with an allocator the metrics: the result of `evaluate` and of `train_on_batch`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The mean loss of a sample, and the penalties of [`regularizers`](crate::regularizers).
    pub loss: f64,
    /// The metrics that were asked for: names and figures.
    #[cfg(feature = "alloc")]
    pub metrics: Vec<(&'static str, f64)>,
}

impl Evaluation {
    /// A loss without metrics.
    pub(crate) fn of_loss(loss: f64) -> Self {
        Self {
            loss,
            #[cfg(feature = "alloc")]
            metrics: Vec::new(),
        }
    }

    /// The loss and the metrics, in order, by name.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let loss = core::iter::once(("loss", self.loss));
        #[cfg(feature = "alloc")]
        let loss = loss.chain(self.metrics.iter().copied());
        loss
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.figures().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {value:.4}")?;
        }
        Ok(())
    }
}
