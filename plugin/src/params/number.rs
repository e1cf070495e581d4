//! The number that a parameter stands for.

use nice_plug::prelude::{FloatParam, Param};

/// The value of a parameter, or its default where a host has set NaN.
///
/// # Real-time safety
/// Reads an atomic.
pub fn number(param: &FloatParam) -> f32 {
    let value = param.value();
    if value.is_nan() { param.default_plain_value() } else { value }
}
