//! How weights are spread.
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Axes, COLOURS, Content, FONT, LABEL, Picture, PlotError, drawing, fits};
use crate::network::Network;
use crate::scalar::Scalar;

const BINS: usize = 40;
const COLUMNS: usize = 2;
const WIDTH: u32 = 450;
const HEIGHT: u32 = 240;

/// The values of one tensor.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    title: String,
    /// From the least value to the highest.
    range: core::ops::Range<f64>,
    counts: Vec<u64>,
}

/// A histogram of the values of each tensor of a network.
///
/// # Errors
/// A network without parameters, or with values that are not finite (or beyond ±1e300).
pub fn weights<N: Network>(network: &N) -> Result<Picture, PlotError> {
    let mut rest = network.as_flat();
    let mut histograms = Vec::new();
    for tensor in N::TENSORS {
        let (values, behind) = rest.split_at(tensor.shape.iter().product::<usize>().min(rest.len()));
        rest = behind;
        let shape: Vec<String> = tensor.shape.iter().map(ToString::to_string).collect();
        histograms.extend(Histogram::new(&format!("{} ({})", tensor.name, shape.join("x")), values));
    }
    if histograms.is_empty() {
        return Err(PlotError::Nothing("the network has no weights that are finite"));
    }
    let rows = histograms.len().div_ceil(COLUMNS) as u32;
    let columns = histograms.len().min(COLUMNS) as u32;
    Ok(Picture { size: (WIDTH * columns, HEIGHT * rows), content: Content::Weights(histograms) })
}

impl Histogram {
    fn new<T: Scalar>(title: &str, values: &[T]) -> Option<Self> {
        let values = || values.iter().map(|value| value.to_f64());
        let extremes = |(least, most): (f64, f64), value: f64| (least.min(value), most.max(value));
        let (least, most) = values().fold((f64::INFINITY, f64::NEG_INFINITY), extremes);
        if !(least.is_finite() && values().all(fits)) {
            return None;
        }
        // Values that are all the same get a range around them.
        let (least, most) = if most > least { (least, most) } else { (least - 0.5, most + 0.5) };
        let mut counts = std::vec![0; BINS];
        for value in values() {
            let bin = ((value - least) / (most - least) * BINS as f64) as usize;
            if let Some(count) = counts.get_mut(bin.min(BINS - 1)) {
                *count += 1;
            }
        }
        Some(Self { title: title.to_string(), range: least..most, counts })
    }
}

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, histograms: &[Histogram]) -> Result<(), PlotError> {
    let rows = histograms.len().div_ceil(COLUMNS);
    let parts = area.split_evenly((rows, histograms.len().min(COLUMNS)));
    for (part, Histogram { title, range, counts }) in parts.iter().zip(histograms) {
        let most = counts.iter().copied().max().unwrap_or(1);
        let mut context = ChartBuilder::on(part)
            .caption(title, (FONT, LABEL + 2))
            .margin(12)
            .x_label_area_size(28)
            .y_label_area_size(56)
            .build_cartesian_2d(range.clone(), 0.0..most as f64 * 1.05)
            .map_err(drawing)?;
        Axes { x: "", y: "", labels: (6, 5) }.draw(&mut context)?;
        let width = (range.end - range.start) / counts.len() as f64;
        let bars = counts.iter().enumerate().map(|(bin, &count)| {
            let left = range.start + bin as f64 * width;
            Rectangle::new([(left, 0.0), (left + width, count as f64)], COLOURS[0].filled())
        });
        context.draw_series(bars).map_err(drawing)?;
    }
    Ok(())
}
