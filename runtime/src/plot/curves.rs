//! Learning curves, and lines over time.
use core::ops::Range;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::{Axes, COLOURS, Content, FONT, LABEL, Picture, PlotError, TITLE, drawing, fits, range};
use crate::training::{History, LEARNING_RATE};

const WIDTH: u32 = 900;
/// The height of one chart; a picture is as high as its charts.
const HEIGHT: u32 = 420;
/// Above this ratio of the largest to the smallest value the axis is logarithmic.
const LOGARITHMIC: f64 = 100.0;

/// One pair of axes.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    title: String,
    /// The text below the axis, and its ends.
    x: (String, Range<f64>),
    series: Vec<Series>,
}

impl Chart {
    fn of_epochs(title: &str, series: Vec<Series>) -> Self {
        let ends = series.iter().filter_map(|series| series.values.last());
        let last = ends.fold(2.0, |last: f64, (epoch, _)| last.max(*epoch));
        Self { title: title.to_string(), x: ("epoch".to_string(), 1.0..last), series }
    }
}

/// A course, with its name in the legend.
#[derive(Clone, Debug)]
struct Series {
    name: String,
    values: Vec<(f64, f64)>,
}

impl Series {
    /// The values of a figure that fit on an axis; `None` if there is no such figure, or nothing of it to draw.
    fn new(name: &str, history: &History, figure: &str) -> Option<Self> {
        let values = (1..).map(f64::from).zip(history.series(figure)?).filter(|(_, value)| fits(*value));
        let values: Vec<(f64, f64)> = values.collect();
        (!values.is_empty()).then(|| Self { name: name.to_string(), values })
    }
}

fn picture(charts: Vec<Chart>) -> Picture {
    Picture { size: (WIDTH, HEIGHT * charts.len() as u32), content: Content::Curves(charts) }
}

/// Loss and metrics over the epochs of a training, one chart each, with the training and the validation data as series; and the learning
/// rate where it changes.
///
/// # Errors
/// A training without an epoch that has a finite figure.
pub fn curves(history: &History) -> Result<Picture, PlotError> {
    let figures = history.epochs().iter().take(1).flat_map(|epoch| epoch.train.figures());
    let charts = figures.map(|(title, _)| {
        let series = [("training", title.to_string()), ("validation", format!("val_{title}"))];
        let series = series.iter().filter_map(|(name, figure)| Series::new(name, history, figure));
        Chart::of_epochs(title, series.collect())
    });
    let mut charts: Vec<Chart> = charts.filter(|chart| !chart.series.is_empty()).collect();
    if charts.is_empty() {
        return Err(PlotError::Nothing("the training completed no epoch with a finite loss"));
    }
    if history.has_several_rates() {
        let rates = Series::new("training", history, LEARNING_RATE);
        charts.push(Chart::of_epochs("learning rate", rates.into_iter().collect()));
    }
    Ok(picture(charts))
}

/// One figure, such as `val_loss`, of several trainings with their names.
///
/// # Errors
/// A figure that not all trainings have, or that is nowhere finite in one of them; the message says which they have. No
/// training.
pub fn compare(figure: &str, trainings: &[(&str, &History)]) -> Result<Picture, PlotError> {
    let series = trainings.iter().map(|(name, history)| Series::new(name, history, figure));
    let Some(series) = series.collect::<Option<Vec<Series>>>() else {
        let mut known = trainings.first().map(|(_, history)| history.names()).unwrap_or_default();
        known.retain(|name| trainings.iter().all(|(_, history)| history.names().contains(name)));
        if known.iter().any(|name| name == figure) {
            return Err(PlotError::Nothing("a training has no finite value of this figure"));
        }
        return Err(PlotError::Figure { name: figure.to_string(), known: known.join(", ") });
    };
    if series.is_empty() {
        return Err(PlotError::Nothing("there is no training to compare"));
    }
    Ok(picture(Vec::from([Chart::of_epochs(figure, series)])))
}

/// Lines over time in one chart, such as a time series and its forecasts. Each has a name, and its points: time and value, in the order of
/// time. `x` describes the time. Points beyond ±1e300, infinite and missing ones (NaN) are left out.
///
/// ```
/// use castnet::plot;
///
/// let truth = [(2006.0, 15.2), (2007.0, 7.5), (2008.0, 2.9)];
/// let forecast = [(2007.0, 9.0), (2008.0, 4.1)];
/// let picture = plot::lines("sunspots", "year", &[("truth", &truth), ("forecast", &forecast)])?;
/// assert!(picture.to_svg()?.contains("forecast"));
/// # Ok::<(), plot::PlotError>(())
/// ```
///
/// # Errors
/// No point to draw.
pub fn lines(title: &str, x: &str, lines: &[(&str, &[(f64, f64)])]) -> Result<Picture, PlotError> {
    let series = lines.iter().map(|(name, points)| Series {
        name: name.to_string(),
        values: points.iter().copied().filter(|(time, value)| fits(*time) && fits(*value)).collect(),
    });
    let series: Vec<Series> = series.filter(|series| !series.values.is_empty()).collect();
    let times = series.iter().flat_map(|series| &series.values).map(|(time, _)| *time);
    let ends =
        times.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(from, to), time| (from.min(time), to.max(time)));
    let ends = match ends {
        (from, to) if from < to => from..to,
        _ => range(times).ok_or(PlotError::Nothing("no line has a point that is finite"))?,
    };
    let chart = Chart { title: title.to_string(), x: (x.to_string(), ends), series };
    Ok(Picture { size: (WIDTH, HEIGHT), content: Content::Lines(chart) })
}

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, charts: &[Chart]) -> Result<(), PlotError> {
    for (part, chart) in area.split_evenly((charts.len(), 1)).iter().zip(charts) {
        let values = || chart.series.iter().flat_map(|series| &series.values).map(|(_, value)| *value);
        let (least, most) = values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if least > 0.0 && most / least > LOGARITHMIC && (most / least).is_finite() {
            draw_chart(part, chart, (least / 1.2..most * 1.2).log_scale(), SeriesLabelPosition::UpperRight)?;
        } else if let Some(range) = range(values()) {
            draw_chart(part, chart, range, legend(chart, (least + most) / 2.0))?;
        }
    }
    Ok(())
}

pub(super) fn draw_lines<B: DrawingBackend>(area: &DrawingArea<B, Shift>, chart: &Chart) -> Result<(), PlotError> {
    let values = chart.series.iter().flat_map(|series| &series.values).map(|(_, value)| *value);
    let Some(range) = range(values) else { return Ok(()) };
    let middle = range.start / 2.0 + range.end / 2.0;
    draw_chart(area, chart, range, legend(chart, middle))
}

/// Where the legend hides least of the courses' ends: above them if most of them end below the middle, else below.
fn legend(chart: &Chart, middle: f64) -> SeriesLabelPosition {
    let (mut above, mut below) = (0, 0);
    for Series { values, .. } in &chart.series {
        let (_, end) = values.split_at(values.len() * 2 / 3);
        let high = end.iter().filter(|(_, value)| *value > middle).count();
        above += high;
        below += end.len() - high;
    }
    if above > below { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight }
}

fn draw_chart<B, Y>(
    area: &DrawingArea<B, Shift>,
    chart: &Chart,
    y: Y,
    legend: SeriesLabelPosition,
) -> Result<(), PlotError>
where
    B: DrawingBackend,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    let mut context = ChartBuilder::on(area)
        .caption(&chart.title, (FONT, TITLE))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(chart.x.1.clone(), y)
        .map_err(drawing)?;
    Axes { x: &chart.x.0, y: &chart.title, labels: (10, 8) }.draw(&mut context)?;
    for (index, (series, colour)) in chart.series.iter().zip(COLOURS.iter().cycle()).enumerate() {
        // Where there are more courses than colours, the later ones are paler.
        let colour = colour.mix(1.0 / (1 + index / COLOURS.len()) as f64);
        let style = colour.stroke_width(2);
        let drawn = if series.values.len() == 1 {
            context.draw_series(series.values.iter().map(|point| Circle::new(*point, 4, colour.filled())))
        } else {
            context.draw_series(LineSeries::new(series.values.iter().copied(), style))
        };
        drawn
            .map_err(drawing)?
            .label(&series.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
    }
    context
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font((FONT, LABEL))
        .legend_area_size(26)
        .margin(10)
        .draw()
        .map_err(drawing)
}
