//! The part of a row of symbols and a row of shifted columns that stand for the same symbols.

/// The symbols and shares of one another: symbol `s` is in column `s - shift`.
#[inline(always)]
pub(super) fn overlap<'a, 'b>(
    symbols: &'a mut [f32],
    columns: &'b [f32],
    shift: i32,
) -> (&'a mut [f32], &'b [f32]) {
    let (to, from) = (shift.max(0) as usize, (-shift).max(0) as usize);
    (symbols.get_mut(to..).unwrap_or_default(), columns.get(from..).unwrap_or_default())
}

#[inline(always)]
pub(super) fn overlap_back<'a, 'b>(
    columns: &'a mut [f32],
    said: &'b [f32],
    grad: &'b [f32],
    shift: i32,
) -> (&'a mut [f32], &'b [f32], &'b [f32]) {
    let (to, from) = (shift.max(0) as usize, (-shift).max(0) as usize);
    let symbols = |x: &'b [f32]| x.get(to..).unwrap_or_default();
    (columns.get_mut(from..).unwrap_or_default(), symbols(said), symbols(grad))
}
