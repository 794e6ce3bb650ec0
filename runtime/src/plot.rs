//! Pictures: learning curves as SVG and PNG, in one style.
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::sync::Once;
use std::vec::Vec;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use thiserror::Error;

use crate::{FileError, History};

/// A picture that was not drawn.
#[derive(Debug, Error)]
pub enum PlotError {
    /// Another kind of file.
    #[error("{path}: a picture is an `.svg` or a `.png`")]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to draw.
    #[error("nothing to draw: the training completed no epoch with a finite loss")]
    Nothing,
    /// The file cannot be written.
    #[error("the picture was not saved: {0}")]
    File(#[from] FileError),
    /// The drawing failed.
    #[error("the picture was not drawn: {0}")]
    Drawing(String),
}

/// Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];
const WIDTH: u32 = 900;
/// The height of one chart; a picture is as high as its charts.
const HEIGHT: u32 = 420;
/// Above this ratio of the largest to the smallest value the axis is logarithmic.
const LOGARITHMIC: f64 = 100.0;

/// A course over the epochs, with its name in the legend.
struct Series {
    name: String,
    values: Vec<(f64, f64)>,
}

/// One pair of axes.
struct Chart {
    title: &'static str,
    series: Vec<Series>,
}

impl History {
    /// Draws the learning curves: the loss, and below it one chart for each metric; the extension of the path says
    /// whether as SVG or as PNG.
    ///
    /// # Errors
    /// Another extension, no epoch to draw, or a file that cannot be written; then a file of that name stays as it was.
    pub fn plot<P: AsRef<Path>>(&self, path: P) -> Result<(), PlotError> {
        let path = path.as_ref();
        let charts = self.charts();
        if charts.is_empty() {
            return Err(PlotError::Nothing);
        }
        let size = (WIDTH, HEIGHT * charts.len() as u32);
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let bytes = match extension.as_deref() {
            Some("svg") => {
                let mut svg = String::new();
                draw(&SVGBackend::with_string(&mut svg, size).into_drawing_area(), &charts)?;
                svg.into_bytes()
            }
            Some("png") => {
                let mut pixels = std::vec![0; 3 * size.0 as usize * size.1 as usize];
                draw(&BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area(), &charts)?;
                png(&pixels, size)?
            }
            _ => return Err(PlotError::Extension { path: path.to_path_buf() }),
        };
        Ok(crate::files::write(path, &bytes)?)
    }

    /// The loss and each metric, in training and validation.
    fn charts(&self) -> Vec<Chart> {
        let Some(first) = self.epochs.first() else { return Vec::new() };
        let charts = first.train.figures().map(|(title, _)| {
            let series = [("training", title.to_string()), ("validation", std::format!("val_{title}"))];
            let series = series.into_iter().filter_map(|(name, figure)| {
                let values = (1..).map(f64::from).zip(self.series(&figure)?).filter(|(_, value)| value.is_finite());
                Some(Series { name: name.to_string(), values: values.collect() })
            });
            Chart { title, series: series.filter(|series| !series.values.is_empty()).collect() }
        });
        charts.filter(|chart| !chart.series.is_empty()).collect()
    }
}

/// The pixels as a PNG file.
fn png(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, PlotError> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(drawing)?;
    writer.write_image_data(pixels).map_err(drawing)?;
    writer.finish().map_err(drawing)?;
    Ok(bytes)
}

fn drawing(error: impl core::fmt::Display) -> PlotError {
    PlotError::Drawing(error.to_string())
}

/// Text looks the same on every machine, and there is text on a machine without fonts.
fn fonts() {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        // It fails only for a font that cannot be parsed; then drawing says that there is none.
        _ = register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
    });
}

fn draw<B: DrawingBackend>(area: &DrawingArea<B, plotters::coord::Shift>, charts: &[Chart]) -> Result<(), PlotError> {
    fonts();
    area.fill(&WHITE).map_err(drawing)?;
    for (part, chart) in area.split_evenly((charts.len(), 1)).iter().zip(charts) {
        let values = || chart.series.iter().flat_map(|series| &series.values).map(|(_, value)| *value);
        let (least, most) = values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if least > 0.0 && most / least > LOGARITHMIC {
            draw_chart(part, chart, (least / 1.2..most * 1.2).log_scale())?;
        } else {
            let margin = if most > least { (most - least) * 0.05 } else { least.abs().max(1.0) * 0.05 };
            draw_chart(part, chart, least - margin..most + margin)?;
        }
    }
    area.present().map_err(drawing)
}

fn draw_chart<B, Y>(area: &DrawingArea<B, plotters::coord::Shift>, chart: &Chart, y: Y) -> Result<(), PlotError>
where
    B: DrawingBackend,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    let last = chart
        .series
        .iter()
        .filter_map(|series| series.values.last())
        .fold(2.0, |last: f64, (epoch, _)| last.max(*epoch));
    let mut context = ChartBuilder::on(area)
        .caption(chart.title, ("sans-serif", 24))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(1.0..last, y)
        .map_err(drawing)?;
    context
        .configure_mesh()
        .x_desc("epoch")
        .y_desc(chart.title)
        .x_label_formatter(&|epoch| std::format!("{epoch}"))
        .y_label_formatter(&|value| number(*value))
        .x_labels(10)
        .y_labels(8)
        .label_style(("sans-serif", 15))
        .axis_desc_style(("sans-serif", 17))
        .bold_line_style(BLACK.mix(0.12))
        .light_line_style(TRANSPARENT)
        .axis_style(BLACK.mix(0.6))
        .draw()
        .map_err(drawing)?;
    for (series, colour) in chart.series.iter().zip(COLOURS) {
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
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font(("sans-serif", 16))
        .legend_area_size(26)
        .margin(10)
        .draw()
        .map_err(drawing)
}

/// Short, and never `0.30000000000000004`.
fn number(value: f64) -> String {
    let text = match value.abs() {
        0.0 => return "0".to_string(),
        1e-3..1e6 => std::format!("{value:.4}"),
        _ => return std::format!("{value:.1e}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests;
