//! Images, and the filters of convolutions.
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use nalgebra::SMatrix;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{COLOURS, Content, FONT, LABEL, Picture, PlotError, drawing, fits, number};
use crate::flat::Flat;
use crate::scalar::Scalar;

const MARGIN: usize = 16;
const GAP: usize = 6;
/// The room of a line of text, and about the width of a letter in it.
const LINE: usize = 22;
const LETTER: usize = 8;
/// The length of the longer side of an image, or of a filter, unless it has more pixels than that.
const IMAGE: usize = 84;
const FILTER: usize = 63;
/// The width that a picture keeps to, unless one image is wider.
const WIDTH: usize = 960;

/// Panels of one size, row by row, and a line below them.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    panels: Vec<Panel>,
    columns: usize,
    /// Of a panel: its pixels down and across, and how many pixels of the picture each of them takes.
    height: usize,
    width: usize,
    zoom: usize,
    /// From one panel to the next: down and across.
    step: (usize, usize),
    note: String,
}

#[derive(Clone, Debug)]
struct Panel {
    caption: String,
    pixels: Vec<RGBColor>,
}

/// Images of a height, a width and one or three channels (grey, or red, green and blue): `[28, 28, 1]`. Of all their values the
/// lowest is black and the highest is white; a value that is not finite (or beyond ±1e300) is white.
///
/// ```
/// use castnet::{plot, prelude::*};
///
/// network! { Digits< input 28x28x1 => flatten => dense 10 softmax > }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let digits: DataFor<Digits> = Dataset::new(vec![castnet::nalgebra::SMatrix::repeat(0.5); 30], vec![castnet::nalgebra::SMatrix::repeat(0.1); 30])?;
/// let picture = plot::images([28, 28, 1], &digits.inputs()[..25])?;
/// # picture.to_svg()?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// No images, or images of another shape.
pub fn images<X: Flat>(shape: [usize; 3], images: &[X]) -> Result<Picture, PlotError> {
    let images: Vec<(&str, &X)> = images.iter().map(|image| ("", image)).collect();
    captioned_images(shape, &images)
}

/// As [`images`], with a line of text below each, such as the predicted and the true class of a digit.
///
/// # Errors
/// As [`images`].
pub fn captioned_images<S: AsRef<str>, X: Flat>(shape: [usize; 3], images: &[(S, &X)]) -> Result<Picture, PlotError> {
    let [height, width, channels] = shape;
    if !matches!(channels, 1 | 3) || size(shape) != Some(X::LEN) {
        return Err(PlotError::Shape { height, width, channels, values: X::LEN });
    }
    let (least, most) = extremes(images.iter().flat_map(|(_, image)| image.as_flat()));
    let shade = |value: f64| if fits(value) { (255.0 * (value - least) / (most - least)) as u8 } else { 255 };
    let panels = images.iter().map(|(caption, image)| Panel {
        caption: caption.as_ref().to_string(),
        pixels: colours(image.as_flat().iter().map(|value| value.to_f64()), channels, shade),
    });
    let panels: Vec<Panel> = panels.collect();
    let letters = panels.iter().map(|panel| panel.caption.chars().count()).max().unwrap_or_default();
    let zoom = (IMAGE / height.max(width)).max(1);
    let below = if letters > 0 { LINE } else { 0 };
    let step = (height * zoom + GAP + below, (width * zoom).max(letters * LETTER) + GAP);
    let columns = (1..).find(|columns| columns * columns >= panels.len()).unwrap_or(1).min(WIDTH / step.1);
    picture(Grid { panels, columns, height, width, zoom, step, note: String::new() })
}

/// The filters of a convolution, from its weight and the size of its kernel: `plot::filters([3, 3], &net.conv_1.weight)`.
///
/// Filters of one channel show negative weights in blue and positive ones in orange. Filters of three channels are colours around grey.
/// All other filters are rows that have a panel for each channel.
///
/// # Errors
/// A kernel that is not that of the weight; weights that are not finite (or beyond ±1e300).
pub fn filters<T: Scalar, const FILTERS: usize, const VALUES: usize>(
    kernel: [usize; 2],
    weight: &SMatrix<T, FILTERS, VALUES>,
) -> Result<Picture, PlotError> {
    let [height, width] = kernel;
    let channels = VALUES.checked_div(height.saturating_mul(width)).unwrap_or_default();
    if FILTERS == 0 || VALUES == 0 || size([height, width, channels]) != Some(VALUES) {
        return Err(PlotError::Kernel { height, width, values: VALUES });
    }
    if !weight.iter().all(|value| fits(value.to_f64())) {
        return Err(PlotError::Nothing("the filters have weights that are not finite"));
    }
    let most = weight.iter().map(|value| value.to_f64().abs()).fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let rows = weight.row_iter().flat_map(|filter| {
        let values: Vec<f64> = filter.iter().map(|value| value.to_f64() / most).collect();
        if channels == 3 {
            return Vec::from([colours(values.into_iter(), 3, |value| (127.5 + 127.5 * value) as u8)]);
        }
        let of_channel = |channel| values.iter().skip(channel).step_by(channels).map(|value| signed(*value)).collect();
        (0..channels).map(of_channel).collect()
    });
    let panels: Vec<Panel> = rows.map(|pixels| Panel { caption: String::new(), pixels }).collect();
    let (columns, most_across) = match channels {
        1 | 3 => ((1..).find(|columns| columns * columns >= FILTERS).unwrap_or(1), FILTER),
        _ => (channels, (WIDTH / channels).saturating_sub(GAP)),
    };
    let zoom = (most_across.min(FILTER) / height.max(width)).max(1);
    let step = (height * zoom + GAP, width * zoom + GAP);
    let most = number(most);
    let note = match channels {
        3 => format!("grey is 0, black -{most}, white {most}"),
        _ => format!("blue is below 0, orange above; up to {most}"),
    };
    picture(Grid { panels, columns, height, width, zoom, step, note })
}

/// The number of values of a shape; `None` if it overflows.
fn size(shape: [usize; 3]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |values, &size| values.checked_mul(size))
}

/// The least and the highest value that fits, a little apart if they are the same.
fn extremes<'a, T: Scalar>(values: impl Iterator<Item = &'a T>) -> (f64, f64) {
    let values = values.map(|value| value.to_f64()).filter(|value| fits(*value));
    let (least, most) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    if most > least { (least, most) } else { (least, least + 1.0) }
}

/// Values of one channel as greys, of three as colours.
fn colours(values: impl Iterator<Item = f64>, channels: usize, shade: impl Fn(f64) -> u8) -> Vec<RGBColor> {
    let shades: Vec<u8> = values.map(shade).collect();
    let colour = |pixel: &[u8]| match *pixel {
        [red, green, blue] => RGBColor(red, green, blue),
        [grey] => RGBColor(grey, grey, grey),
        _ => WHITE,
    };
    shades.chunks_exact(channels).map(colour).collect()
}

/// From -1, blue, over 0, white, to 1, orange.
fn signed(value: f64) -> RGBColor {
    let RGBColor(red, green, blue) = COLOURS[usize::from(value > 0.0)];
    let mixed = |colour: u8| (255.0 - (255.0 - f64::from(colour)) * value.abs()) as u8;
    RGBColor(mixed(red), mixed(green), mixed(blue))
}

fn picture(grid: Grid) -> Result<Picture, PlotError> {
    if grid.panels.is_empty() {
        return Err(PlotError::Nothing("there are no images"));
    }
    let grid = Grid { columns: grid.columns.clamp(1, grid.panels.len()), ..grid };
    let rows = grid.panels.len().div_ceil(grid.columns);
    let note = if grid.note.is_empty() { 0 } else { LINE + GAP };
    let width = (grid.columns * grid.step.1 - GAP).max(grid.note.chars().count() * LETTER);
    let size = (2 * MARGIN + width, 2 * MARGIN + rows * grid.step.0 - GAP + note);
    Ok(Picture { size: (size.0 as u32, size.1 as u32), content: Content::Images(grid) })
}

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, grid: &Grid) -> Result<(), PlotError> {
    let Grid { panels, columns, height, width, zoom, step, note } = grid;
    let at = |x: usize, y: usize| (x as i32, y as i32);
    let below = Pos::new(HPos::Center, VPos::Top);
    let style = TextStyle::from((FONT, LABEL).into_font()).color(&BLACK).pos(below);
    let (wide, high) = area.dim_in_pixel();
    let margin = (wide as usize + GAP - columns * step.1) / 2;
    for (index, panel) in panels.iter().enumerate() {
        let left = margin + index % columns * step.1 + (step.1 - GAP - width * zoom) / 2;
        let top = MARGIN + index / columns * step.0;
        for (row, line) in panel.pixels.chunks(*width).enumerate() {
            let mut column = 0;
            // Equal neighbours are one rectangle: most of a digit is black.
            for run in line.chunk_by(|one, other| one == other) {
                let corner = at(left + column * zoom, top + row * zoom);
                column += run.len();
                let opposite = at(left + column * zoom, top + (row + 1) * zoom);
                let colour = run.first().copied().unwrap_or(WHITE);
                area.draw(&Rectangle::new([corner, opposite], colour.filled())).map_err(drawing)?;
            }
        }
        let corners = [at(left, top), at(left + width * zoom, top + height * zoom)];
        area.draw(&Rectangle::new(corners, BLACK.mix(0.3))).map_err(drawing)?;
        if !panel.caption.is_empty() {
            let middle = at(left + width * zoom / 2, top + height * zoom + 4);
            area.draw_text(&panel.caption, &style, middle).map_err(drawing)?;
        }
    }
    if !note.is_empty() {
        let place = at(wide as usize / 2, high as usize - MARGIN - LABEL as usize);
        area.draw_text(note, &style, place).map_err(drawing)?;
    }
    Ok(())
}
