//! The types that numbers have in files.

/// The type of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Kind {
    pub(super) fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The number of some bytes, as many as its size.
    pub(super) fn number(self, bytes: &[u8], big_endian: bool) -> f64 {
        let mut word = [0; 8];
        for (index, byte) in word.iter_mut().take(self.size()).enumerate() {
            let from = if big_endian { self.size() - 1 - index } else { index };
            *byte = bytes.get(from).copied().unwrap_or_default();
        }
        let word = u64::from_le_bytes(word);
        match self {
            Self::U8 => f64::from(word as u8),
            Self::I8 => f64::from(word as i8),
            Self::U16 => f64::from(word as u16),
            Self::I16 => f64::from(word as i16),
            Self::U32 => f64::from(word as u32),
            Self::I32 => f64::from(word as i32),
            Self::U64 => word as f64,
            Self::I64 => word as i64 as f64,
            Self::F32 => f64::from(f32::from_bits(word as u32)),
            Self::F64 => f64::from_bits(word),
        }
    }
}
