//! Pictures of trainings and networks, as SVG and PNG, in one style. Needs the feature `plot`, and `std`.
//!
//! | picture | |
//! |---|---|
//! | [`curves`] | loss and metrics over the epochs of a training; also [`History::plot`] |
//! | [`compare`] | one figure of several trainings |
//! | [`confusion`] | which classes are taken for which; also [`ConfusionMatrix::plot`] |
//! | [`lines`] | lines over time: a time series and its forecasts |
//! | [`images`], [`captioned_images`] | images, in grey or in colour, with a line below each |
//! | [`filters`] | the filters of a convolution |
//! | [`predictions`] | predicted against true values of a regression |
//! | [`weights`] | how the weights of each layer are spread |
//!
//! ```
//! use castnet::{plot, prelude::*};
//!
//! network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
//!
//! # fn main() -> Result<(), plot::PlotError> {
//! let picture = plot::weights(&*Xor::init(&mut seeded(1)))?;
//! assert!(picture.to_svg()?.contains("dense_1.weight"));
//! # Ok(())
//! # }
//! ```
mod confusion;
mod curves;
pub(crate) mod html;
mod images;
mod pixels;
mod predictions;
mod weights;

pub use confusion::confusion;
pub use curves::{compare, curves, lines};
pub use images::{captioned_images, filters, images};
pub use predictions::predictions;
pub use weights::weights;

use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::sync::Once;
use std::vec::Vec;

use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use thiserror::Error;

use crate::files::FileError;
use crate::metrics::ConfusionMatrix;
use crate::training::History;

/// A picture that was not drawn.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// Another kind of file.
    #[error("{path}: a picture is an `.svg` or a `.png`")]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to draw.
    #[error("nothing to draw: {0}")]
    Nothing(&'static str),
    /// There is no figure of that name.
    #[error("there is no figure `{name}`; the trainings have {known}")]
    Figure {
        /// As asked for.
        name: String,
        /// The figures that all trainings have.
        known: String,
    },
    /// Images of another shape.
    #[error(
        "images of {height}x{width} pixels with 1 or 3 channels can be drawn, but {channels} channels were asked for, and these have {values} values"
    )]
    Shape {
        /// As given.
        height: usize,
        /// As given.
        width: usize,
        /// As given.
        channels: usize,
        /// How many an image has.
        values: usize,
    },
    /// Filters of another kernel.
    #[error("filters of {values} values are not made of {height}x{width} pixels: give the kernel of the convolution")]
    Kernel {
        /// As given.
        height: usize,
        /// As given.
        width: usize,
        /// How many a filter has.
        values: usize,
    },
    /// The file cannot be written.
    #[error("the picture was not saved: {0}")]
    File(#[from] FileError),
    /// The drawing failed.
    #[error("the picture was not drawn: {0}")]
    Drawing(String),
}

/// A picture, to save or to show.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels: width and height.
    size: (u32, u32),
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Curves(Vec<curves::Chart>),
    Lines(curves::Chart),
    Confusion(ConfusionMatrix),
    Images(images::Grid),
    Predictions(predictions::Scatter),
    Weights(Vec<weights::Histogram>),
}

impl Picture {
    /// Writes the picture to a file; its extension says whether as SVG or as PNG. All of it is written, or the file stays as
    /// it was.
    ///
    /// # Errors
    /// Another extension; files that cannot be written.
    pub fn save<P: AsRef<Path>>(&self, path: P) -> Result<(), PlotError> {
        let path = path.as_ref();
        if path.as_os_str().is_empty() {
            crate::files::check_writable(path)?;
        }
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let bytes = match extension.as_deref() {
            Some("svg") => self.to_svg()?.into_bytes(),
            Some("png") => self.to_png()?,
            _ => return Err(PlotError::Extension { path: path.to_path_buf() }),
        };
        Ok(crate::files::write(path, &bytes)?)
    }

    /// The picture as the text of an SVG file.
    ///
    /// # Errors
    /// A drawing that fails.
    pub fn to_svg(&self) -> Result<String, PlotError> {
        let mut svg = String::new();
        self.draw(&SVGBackend::with_string(&mut svg, self.size).into_drawing_area())?;
        Ok(svg)
    }

    /// The picture as the bytes of a PNG file.
    ///
    /// # Errors
    /// A drawing that fails.
    pub fn to_png(&self) -> Result<Vec<u8>, PlotError> {
        let mut pixels = std::vec![0; 3 * self.size.0 as usize * self.size.1 as usize];
        self.draw(&pixels::Pixels::new(&mut pixels, self.size).map_err(drawing)?.into_drawing_area())?;
        png(&pixels, self.size)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        fonts();
        area.fill(&WHITE).map_err(drawing)?;
        match &self.content {
            Content::Curves(charts) => curves::draw(area, charts)?,
            Content::Lines(chart) => curves::draw_lines(area, chart)?,
            Content::Confusion(matrix) => confusion::draw(area, matrix)?,
            Content::Images(grid) => images::draw(area, grid)?,
            Content::Predictions(scatter) => predictions::draw(area, scatter)?,
            Content::Weights(histograms) => weights::draw(area, histograms)?,
        }
        area.present().map_err(drawing)
    }
}

impl History {
    /// Draws the learning curves, see [`curves`], into an SVG or PNG file.
    ///
    /// # Errors
    /// Another extension, no epoch to draw, or a file that cannot be written; then a file of that name stays as it was.
    pub fn plot<P: AsRef<Path>>(&self, path: P) -> Result<(), PlotError> {
        curves(self)?.save(path)
    }
}

impl ConfusionMatrix {
    /// Draws the matrix, see [`confusion`], into an SVG or PNG file.
    ///
    /// # Errors
    /// Another extension, nothing counted, or a file that cannot be written; then a file of that name stays as it was.
    pub fn plot<P: AsRef<Path>>(&self, path: P) -> Result<(), PlotError> {
        confusion(self)?.save(path)
    }
}

/// Colours that people with any colour vision tell apart (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
const FONT: &str = "sans-serif";
/// The letters of every picture in pixels.
const TYPEFACE: &[u8] = epaint_default_fonts::UBUNTU_LIGHT;
const TITLE: i32 = 24;
const DESCRIPTION: i32 = 17;
const LABEL: i32 = 15;

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
        _ = register_font(FONT, FontStyle::Normal, TYPEFACE);
    });
}

/// The descriptions and the numbers at a pair of axes.
struct Axes<'a> {
    /// The text below; none if it is empty.
    x: &'a str,
    /// The text at the left; none if it is empty.
    y: &'a str,
    /// About how many numbers, below and at the left.
    labels: (usize, usize),
}

impl Axes<'_> {
    /// Draws axes, their numbers and their grid.
    fn draw<B, X, Y>(&self, context: &mut ChartContext<'_, B, Cartesian2d<X, Y>>) -> Result<(), PlotError>
    where
        B: DrawingBackend,
        X: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let formatter = |value: &f64| number(*value);
        let mut mesh = context.configure_mesh();
        if !self.x.is_empty() {
            mesh.x_desc(self.x);
        }
        if !self.y.is_empty() {
            mesh.y_desc(self.y);
        }
        mesh.x_label_formatter(&formatter)
            .y_label_formatter(&formatter)
            .x_labels(self.labels.0)
            .y_labels(self.labels.1)
            .label_style((FONT, LABEL))
            .axis_desc_style((FONT, DESCRIPTION))
            .bold_line_style(BLACK.mix(0.12))
            .light_line_style(TRANSPARENT)
            .axis_style(BLACK.mix(0.6))
            .draw()
            .map_err(drawing)
    }
}

/// Whether an axis can hold a value: one that is finite, and no difference of two of them overflows.
fn fits(value: f64) -> bool {
    value.abs() <= 1e300
}

/// The least and the highest value, and a little more on both sides; `None` without a value that fits.
fn range(values: impl Iterator<Item = f64>) -> Option<core::ops::Range<f64>> {
    let extremes = |range: Option<(f64, f64)>, value: f64| match range {
        None => Some((value, value)),
        Some((least, most)) => Some((least.min(value), most.max(value))),
    };
    let (least, most) = values.filter(|value| fits(*value)).fold(None, extremes)?;
    let margin = if most > least { (most - least) * 0.05 } else { least.abs().max(1.0) * 0.05 };
    Some(least - margin..most + margin)
}

/// Short, and never `0.30000000000000004`.
fn number(value: f64) -> String {
    let text = match value.abs() {
        // An axis that counts in steps misses zero by an error of rounding.
        size if size < 1e-12 => return "0".to_string(),
        1e-3..1e6 => std::format!("{value:.4}"),
        _ => return std::format!("{value:.1e}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests;
