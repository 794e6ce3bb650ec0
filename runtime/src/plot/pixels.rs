//! Pixels, with letters that stand where their font puts them.
use std::boxed::Box;
use std::vec::Vec;

use ab_glyph::{Font, FontRef, InvalidFont, OutlinedGlyph, PxScale, ScaleFont, point};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

/// An error of the pixels below.
type Error<'a> = DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>;

/// A bitmap that draws its text itself: that of plotters leaves out the space on the left of each letter, and starts every letter at a
/// whole pixel.
pub(super) struct Pixels<'a> {
    bitmap: BitMapBackend<'a>,
    font: FontRef<'static>,
}

impl<'a> Pixels<'a> {
    /// Three bytes for each pixel.
    ///
    /// # Errors
    /// A font that cannot be parsed.
    pub(super) fn new(pixels: &'a mut [u8], size: (u32, u32)) -> Result<Self, InvalidFont> {
        let font = FontRef::try_from_slice(super::TYPEFACE)?;
        Ok(Self { bitmap: BitMapBackend::with_buffer(pixels, size), font })
    }
}

/// The outlines of the letters of a line that begins at zero, on a baseline at zero; and the length of the line.
fn line(font: &FontRef<'_>, text: &str, size: f64) -> (Vec<OutlinedGlyph>, f32) {
    let scale = PxScale::from(size as f32);
    let scaled = font.as_scaled(scale);
    let (mut pen, mut before, mut letters) = (0.0, None, Vec::new());
    for letter in text.chars() {
        let glyph = scaled.glyph_id(letter);
        pen += before.map_or(0.0, |before| scaled.kern(before, glyph));
        before = Some(glyph);
        letters.extend(font.outline_glyph(glyph.with_scale_and_position(scale, point(pen, 0.0))));
        pen += scaled.h_advance(glyph);
    }
    (letters, pen)
}

impl<'a> DrawingBackend for Pixels<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.bitmap.get_size()
    }

    fn ensure_prepared(&mut self) -> Result<(), Error<'a>> {
        self.bitmap.ensure_prepared()
    }

    fn present(&mut self) -> Result<(), Error<'a>> {
        self.bitmap.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Result<(), Error<'a>> {
        self.bitmap.draw_pixel(at, colour)
    }

    fn draw_line<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S) -> Result<(), Error<'a>> {
        self.bitmap.draw_line(a, b, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), Error<'a>> {
        self.bitmap.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn blit_bitmap(&mut self, at: BackendCoord, size: (u32, u32), pixels: &[u8]) -> Result<(), Error<'a>> {
        self.bitmap.blit_bitmap(at, size, pixels)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Result<(), Error<'a>> {
        let (_, (_, height)) = style.layout_box(text).map_err(|error| DrawingErrorKind::FontError(Box::new(error)))?;
        let (letters, length) = line(&self.font, text, style.size());
        let left = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => -length / 2.0,
            HPos::Right => -length,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        // As plotters has it: half of the size is above the baseline.
        let baseline = top + (style.size() / 2.0).round() as i32;
        let (transform, colour, left) = (style.transform(), style.color(), left.round() as i32);
        let (width, height) = self.get_size();
        let mut result = Ok(());
        for letter in letters {
            let corner = letter.px_bounds().min;
            letter.draw(|x, y, coverage| {
                let (x, y) = (left + corner.x as i32 + x as i32, baseline + corner.y as i32 + y as i32);
                let (x, y) = transform.transform(x, y);
                let (x, y) = (at.0 + x, at.1 + y);
                let is_inside = (0..width as i32).contains(&x) && (0..height as i32).contains(&y);
                if is_inside && result.is_ok() {
                    let colour = BackendColor { alpha: colour.alpha * f64::from(coverage), ..colour };
                    result = self.bitmap.draw_pixel((x, y), colour);
                }
            });
        }
        result
    }
}

#[cfg(test)]
mod tests;
