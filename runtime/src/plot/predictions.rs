//! Predicted against true values.
use std::vec::Vec;

use nalgebra::SVector;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Axes, COLOURS, Content, FONT, Picture, PlotError, TITLE, drawing, fits, range};
use crate::data::Dataset;
use crate::metrics::outputs;
use crate::network::Network;
use crate::scalar::Scalar;

const SIZE: u32 = 640;

/// Points: true value, predicted value.
#[derive(Clone, Debug)]
pub(super) struct Scatter(Vec<(f64, f64)>);

/// A point for each sample of a regression with one output: its true value from left to right, the predicted one from bottom
/// to top. On the diagonal both are equal.
///
/// # Errors
/// No prediction that is finite; values beyond ±1e300 are left out.
pub fn predictions<N, T>(network: &N, data: &Dataset<N::Input, SVector<T, 1>>) -> Result<Picture, PlotError>
where
    N: Network<Output = SVector<T, 1>, Scalar = T>,
    T: Scalar,
{
    let outputs = outputs(network, data.inputs());
    let values = data.targets().iter().flatten().zip(outputs.iter().flatten());
    let points = values.map(|(target, output)| (target.to_f64(), output.to_f64()));
    let points: Vec<(f64, f64)> = points.filter(|(target, output)| fits(*target) && fits(*output)).collect();
    if points.is_empty() {
        return Err(PlotError::Nothing("no prediction is finite"));
    }
    Ok(Picture { size: (SIZE, SIZE), content: Content::Predictions(Scatter(points)) })
}

pub(super) fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    Scatter(points): &Scatter,
) -> Result<(), PlotError> {
    let Some(range) = range(points.iter().flat_map(|(target, output)| [*target, *output])) else { return Ok(()) };
    let mut context = ChartBuilder::on(area)
        .caption("predicted against true values", (FONT, TITLE))
        .margin(20)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d(range.clone(), range.clone())
        .map_err(drawing)?;
    Axes { x: "true", y: "predicted", labels: (8, 8) }.draw(&mut context)?;
    let ends = [(range.start, range.start), (range.end, range.end)];
    context.draw_series(LineSeries::new(ends, BLACK.mix(0.5))).map_err(drawing)?;
    let dots = points.iter().map(|point| Circle::new(*point, 4, COLOURS[0].mix(0.6).filled()));
    context.draw_series(dots).map_err(drawing)?;
    Ok(())
}
