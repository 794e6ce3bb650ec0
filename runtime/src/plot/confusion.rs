//! Confusion matrices as heat maps.
use std::string::ToString;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{COLOURS, Content, DESCRIPTION, FONT, LABEL, Picture, PlotError, TITLE, drawing};
use crate::metrics::ConfusionMatrix;

/// Room above the cells, and for the words beside labels.
const TOP: i32 = 64;
const WORDS: i32 = 44;
const MARGIN: i32 = 28;
/// About the width of a letter in a label.
const LETTER: i32 = 8;

/// A heat map: true classes from top to bottom, predicted ones from left to right, in each cell how often. The darker a
/// cell, the larger its part of the true class.
///
/// # Errors
/// A matrix in which nothing is counted.
pub fn confusion(matrix: &ConfusionMatrix) -> Result<Picture, PlotError> {
    if matrix.total() == 0 {
        return Err(PlotError::Nothing("the confusion matrix counts no decision"));
    }
    let (cell, labels) = layout(matrix);
    let cells = cell * matrix.classes() as i32;
    let width = (WORDS + labels + cells + MARGIN).max(420);
    let height = TOP + cells + bottom(cell, labels) + WORDS;
    Ok(Picture { size: (width as u32, height as u32), content: Content::Confusion(matrix.clone()) })
}

/// The size of a cell, and the room that labels take.
fn layout(matrix: &ConfusionMatrix) -> (i32, i32) {
    let letters = matrix.names().iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let cell = (600 / matrix.classes().max(1) as i32).clamp(38, 110);
    (cell, (letters as i32 * LETTER + 16).min(240))
}

/// The room of the labels below the cells: they stand upright where they are wider than a cell.
fn bottom(cell: i32, labels: i32) -> i32 {
    if labels > cell { labels } else { 30 }
}

pub(super) fn draw<B: DrawingBackend>(area: &DrawingArea<B, Shift>, matrix: &ConfusionMatrix) -> Result<(), PlotError> {
    let (cell, labels) = layout(matrix);
    let (left, classes) = (WORDS + labels, matrix.classes() as i32);
    let style = |size: i32, colour: &'static RGBColor, pos: Pos| {
        TextStyle::from((FONT, size).into_font()).color(colour).pos(pos)
    };
    let centre = Pos::new(HPos::Center, VPos::Center);
    let text = |text: &str, at: (i32, i32), style: TextStyle<'_>| area.draw_text(text, &style, at).map_err(drawing);
    let place = |index: usize| index as i32 * cell + cell / 2;

    let middle = left + classes * cell / 2;
    let mut title = std::format!("accuracy {:.3} of {}", matrix.accuracy(), matrix.total());
    if matrix.left_out() > 0 {
        title += &std::format!(", {} left out", matrix.left_out());
    }
    let title_at = (middle.max(area.dim_in_pixel().0 as i32 / 2), TOP / 2);
    text(&title, title_at, style(TITLE, &BLACK, centre))?;
    for truth in 0..matrix.classes() {
        let row: u64 = (0..matrix.classes()).map(|decided| matrix.count(truth, decided)).sum();
        for decided in 0..matrix.classes() {
            let count = matrix.count(truth, decided);
            let share = if row > 0 { count as f64 / row as f64 } else { 0.0 };
            let (x, y) = (left + decided as i32 * cell, TOP + truth as i32 * cell);
            let fill = |colour: u8| (255.0 - (255.0 - f64::from(colour)) * share) as u8;
            let RGBColor(red, green, blue) = COLOURS[0];
            let colour = RGBColor(fill(red), fill(green), fill(blue));
            let corners = [(x, y), (x + cell, y + cell)];
            area.draw(&Rectangle::new(corners, colour.filled())).map_err(drawing)?;
            area.draw(&Rectangle::new(corners, BLACK.mix(0.2))).map_err(drawing)?;
            if count > 0 {
                let colour = if share > 0.55 { &WHITE } else { &BLACK };
                let size = if cell < 50 { LABEL - 2 } else { DESCRIPTION };
                text(&count.to_string(), (x + cell / 2, y + cell / 2), style(size, colour, centre))?;
            }
        }
    }
    let upright = labels > cell;
    for (class, name) in matrix.names().iter().enumerate() {
        let right = style(LABEL, &BLACK, Pos::new(HPos::Right, VPos::Center));
        text(name, (left - 8, TOP + place(class)), right)?;
        let below = TOP + classes * cell + 8;
        if upright {
            let style = style(LABEL, &BLACK, Pos::new(HPos::Right, VPos::Center)).transform(FontTransform::Rotate270);
            text(name, (left + place(class), below), style)?;
        } else {
            text(name, (left + place(class), below), style(LABEL, &BLACK, Pos::new(HPos::Center, VPos::Top)))?;
        }
    }
    let sideways = style(DESCRIPTION, &BLACK, centre).transform(FontTransform::Rotate270);
    text("true", (WORDS / 2, TOP + classes * cell / 2), sideways)?;
    let below = TOP + classes * cell + bottom(cell, labels) + WORDS / 2;
    text("predicted", (middle, below), style(DESCRIPTION, &BLACK, centre))
}
