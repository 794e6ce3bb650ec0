//! Weights that are part of the program.
use core::mem::MaybeUninit;

use super::Predict;
use super::checks::Check;
use crate::plain::Plain;

/// A value whose bytes lie in the program: for a `static` without [`embed!`](crate::embed), of the bare values of a network in
/// order, each with its least significant byte first. `None` if they are not as many bytes as the value has.
///
/// ```
/// use castnet::prelude::*;
///
/// network! { Line< input 1 => dense 1 > }
///
/// static LINE: Line = match castnet::weights::from_bytes(&[0, 0, 0, 64, 0, 0, 128, 63]) {
///     Some(line) => line,
///     None => panic!("not the bytes of this network"),
/// };
/// assert_eq!(LINE.predict(&[3.0].into())[0], 7.0); // 2 x + 1
/// ```
///
/// Instead of the list, `include_bytes!("line.bin")` takes a file.
pub const fn from_bytes<A: Plain>(bytes: &[u8]) -> Option<A> {
    const { assert!(cfg!(target_endian = "little"), "weights as bytes need a little-endian target") };
    if bytes.len() != size_of::<A>() {
        return None;
    }
    // SAFETY: as many bytes as the value has, and every bit pattern is one.
    Some(unsafe { core::ptr::read_unaligned(bytes.as_ptr().cast()) })
}

/// Bytes as the value that they are, without a copy; `None` if they are too many or too few, not aligned for the
/// value, or the target is big-endian.
///
/// ```
/// use castnet::prelude::*;
///
/// network! { Line< input 1 => dense 1 > }
///
/// #[repr(align(4))]
/// struct Aligned([u8; 8]);
/// let memory = Aligned([0, 0, 0, 64, 0, 0, 128, 63]);
/// let line: &Line = castnet::weights::view(&memory.0).expect("two numbers");
/// assert_eq!(line.predict(&[3.0].into())[0], 7.0);
/// ```
pub fn view<A: Plain>(bytes: &[u8]) -> Option<&A> {
    let pointer = bytes.as_ptr().cast::<A>();
    if cfg!(target_endian = "big") || bytes.len() != size_of::<A>() || !pointer.is_aligned() {
        return None;
    }
    // SAFETY: as many bytes as the value has, aligned, and every bit pattern is a value; they live as long as `bytes`.
    Some(unsafe { &*pointer })
}

/// Whether a network has a tensor of that name.
#[doc(hidden)]
pub const fn has_name<N: Predict>(name: &str) -> bool {
    let mut index = 0;
    while index < N::TENSORS.len() {
        if equal(N::TENSORS[index].name.as_bytes(), name.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether a network has a tensor of that name, type and shape.
#[doc(hidden)]
pub const fn has_tensor<N: Predict>(name: &str, dtype: &str, shape: &[usize]) -> bool {
    let mut index = 0;
    while index < N::TENSORS.len() {
        if equal(N::TENSORS[index].name.as_bytes(), name.as_bytes()) {
            let tensor = &N::TENSORS[index];
            return equal(tensor.dtype.as_bytes(), dtype.as_bytes()) && same_sizes(tensor.shape, shape);
        }
        index += 1;
    }
    false
}

/// A network from the tensors of a file: their names, and where their bytes lie. The macro asserts beside the call that they are
/// the tensors of the network; where the assertion fails, the values do not matter.
#[doc(hidden)]
pub const fn embedded<N: Predict>(file: &[u8], tensors: &[(&str, usize, usize)]) -> N {
    const { assert!(cfg!(target_endian = "little"), "embedded weights need a little-endian target") };
    let mut network = MaybeUninit::<N>::zeroed();
    let mut written = 0;
    let mut index = 0;
    while index < N::TENSORS.len() && index < tensors.len() {
        // Files of castnet have the order of the network.
        let mut found = index;
        let mut left = tensors.len() - 1;
        while left > 0 && !equal(tensors[found].0.as_bytes(), N::TENSORS[index].name.as_bytes()) {
            found = (found + 1) % tensors.len();
            left -= 1;
        }
        let (_, start, end) = tensors[found];
        if start <= end && end <= file.len() && end - start <= size_of::<N>() - written {
            // SAFETY: the tensor lies within the file, and there is as much room left in the network.
            unsafe {
                let to = network.as_mut_ptr().cast::<u8>().add(written);
                core::ptr::copy_nonoverlapping(file.as_ptr().add(start), to, end - start);
            }
            written += end - start;
        }
        index += 1;
    }
    // SAFETY: every bit pattern is a network, zeros too.
    unsafe { network.assume_init() }
}

/// Checks from the bytes of a file: of each the input, then the output. The macro asserts their number beside the
/// call; where the assertion fails, the values do not matter.
#[doc(hidden)]
pub const fn embedded_checks<N: Predict<In: Plain>, const COUNT: usize>(
    file: &[u8],
    start: usize,
    end: usize,
) -> [Check<N>; COUNT] {
    const { assert!(cfg!(target_endian = "little"), "embedded weights need a little-endian target") };
    let mut checks = MaybeUninit::<[Check<N>; COUNT]>::zeroed();
    let size = size_of::<N::In>() + size_of::<N::Out>();
    let are_whole = start <= end && end <= file.len() && end - start == COUNT * size;
    let mut index = 0;
    while are_whole && index < COUNT {
        let from = start + index * size;
        // SAFETY: there are `COUNT` checks in memory, and in the file the bytes of as many inputs and outputs.
        unsafe {
            let check = checks.as_mut_ptr().cast::<Check<N>>().add(index);
            copy_from(file, from, &raw mut (*check).input);
            copy_from(file, from + size_of::<N::In>(), &raw mut (*check).output);
        }
        index += 1;
    }
    // SAFETY: every bit pattern of inputs and of outputs is a value, zeros too.
    unsafe { checks.assume_init() }
}

/// Copies the bytes of a value out of a file.
///
/// # Safety
/// The file has the bytes of an `A` from `start` on, and there is room for one at `to`.
const unsafe fn copy_from<A: Plain>(file: &[u8], start: usize, to: *mut A) {
    // SAFETY: as the caller says; the file is borrowed, and so it is not the memory that is written.
    unsafe { core::ptr::copy_nonoverlapping(file.as_ptr().add(start), to.cast(), size_of::<A>()) }
}

pub(super) const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    a.len() == b.len() && index == a.len()
}

const fn same_sizes(a: &[usize], b: &[usize]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    a.len() == b.len() && index == a.len()
}
