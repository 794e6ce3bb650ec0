use ab_glyph::{Font, FontRef, ScaleFont};
use plotters::prelude::*;
use std::vec;
use std::vec::Vec;

use super::Pixels;
use crate::plot::{FONT, LABEL, TITLE, TYPEFACE, fonts};

const SIZE: (u32, u32) = (400, 60);
/// Where the text begins.
const LEFT: i32 = 20;

/// A text in pixels, drawn by castnet or by plotters.
fn drawn(text: &str, size: i32, by_castnet: bool) -> Vec<u8> {
    fn draw<B: DrawingBackend>(backend: B, text: &str, size: i32) {
        let area = backend.into_drawing_area();
        assert!(area.fill(&WHITE).is_ok());
        assert!(area.draw(&Text::new(text, (LEFT, 15), (FONT, size))).is_ok());
    }
    let mut pixels = vec![0; 3 * (SIZE.0 * SIZE.1) as usize];
    if by_castnet {
        draw(Pixels::new(&mut pixels, SIZE).expect("a font"), text, size);
    } else {
        draw(BitMapBackend::with_buffer(&mut pixels, SIZE), text, size);
    }
    pixels
}

/// The left and the right end of the ink, in pixels from where the text begins: a pale column counts as a part of a pixel.
fn ink(pixels: &[u8]) -> (f32, f32) {
    let row = 3 * SIZE.0 as usize;
    let darkest = |column: usize| pixels.chunks(row).map(|row| 255 - row[3 * column]).max().unwrap_or(0);
    let columns: Vec<f32> = (0..SIZE.0 as usize).map(|column| f32::from(darkest(column)) / 255.0).collect();
    let first = columns.iter().position(|&ink| ink > 0.0).expect("ink");
    let last = columns.iter().rposition(|&ink| ink > 0.0).expect("ink");
    let begin = LEFT as f32;
    (first as f32 + 1.0 - columns[first] - begin, last as f32 + columns[last] - begin)
}

/// The ends of the ink as the font has them, whatever the pixels.
fn outline(text: &str, size: i32) -> (f32, f32) {
    let font = FontRef::try_from_slice(TYPEFACE).expect("a font");
    let scaled = font.as_scaled(size as f32);
    let (mut pen, mut before, mut ends) = (0.0, None, None);
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        pen += before.map_or(0.0, |before| scaled.kern(before, glyph));
        before = Some(glyph);
        if let Some(outline) = font.outline(glyph) {
            let factor = scaled.h_scale_factor();
            let (left, right) = (pen + outline.bounds.min.x * factor, pen + outline.bounds.max.x * factor);
            ends = Some(ends.map_or((left, right), |(first, _): (f32, f32)| (first, right)));
        }
        pen += scaled.h_advance(glyph);
    }
    ends.expect("letters")
}

#[test]
fn every_letter_stands_where_the_font_puts_it() {
    fonts();
    for size in [LABEL, 17, TITLE] {
        for text in ["epoch", "training", "validation", "val_loss", "1.0e-5", "AVATAR"] {
            for end in text.char_indices().map(|(start, letter)| start + letter.len_utf8()) {
                let text = &text[..end];
                let ((left, right), (true_left, true_right)) = (ink(&drawn(text, size, true)), outline(text, size));
                assert!((left - true_left).abs() < 0.6, "{text} of size {size}: {left} {true_left}");
                assert!((right - true_right).abs() < 0.6, "{text} of size {size}: {right} {true_right}");
            }
        }
    }
}

/// The reason for drawing text here. Where this fails, plotters has been mended.
#[test]
fn plotters_moves_letters() {
    fonts();
    let errors = ["e", "ep", "epo", "epoc", "epoch"].map(|text| {
        let ((left, right), (true_left, true_right)) = (ink(&drawn(text, LABEL, false)), outline(text, LABEL));
        (left - true_left).abs().max((right - true_right).abs())
    });
    assert!(errors.iter().any(|&error| error > 1.0), "{errors:?}");
}
