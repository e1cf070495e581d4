//! Clamps the values of a saved state to the ranges of their parameters.
//!
//! The framework (nice-plug 0.4.2) accepts any number, such as a length of two billion bars. In
//! debug builds some values overflow its arithmetic across the FFI, which ends the host.

use std::collections::HashMap;

use nice_plug::params::Params;
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::{ParamValue, PluginState};

use crate::params::SegueParams;

/// The largest integer: beyond any parameter, and small enough that differences do not overflow.
const LARGEST: i32 = 1 << 24;

/// Clamps every value whose parameter is known, and drops what is not a finite number.
pub fn bring_in(state: &mut PluginState) {
    let params = SegueParams::default();
    let known: HashMap<String, ParamPtr> =
        params.param_map().into_iter().map(|(id, pointer, _)| (id, pointer)).collect();
    state.params.retain(|id, value| {
        let Some(pointer) = known.get(id) else { return true };
        match value {
            ParamValue::F32(number) if number.is_finite() => {
                *number = nearest(*pointer, *number);
                true
            }
            ParamValue::F32(_) => false,
            ParamValue::I32(number) => {
                let number_in = (*number).clamp(-LARGEST, LARGEST);
                *number = nearest(*pointer, number_in as f32) as i32;
                true
            }
            ParamValue::Bool(_) | ParamValue::String(_) => true,
        }
    });
}

/// Clamps a value to the range of its parameter.
fn nearest(pointer: ParamPtr, value: f32) -> f32 {
    // SAFETY: the parameter belongs to a value of `bring_in` that lives through the call.
    let (lowest, highest) = unsafe { (pointer.preview_plain(0.0), pointer.preview_plain(1.0)) };
    value.clamp(lowest.min(highest), lowest.max(highest))
}
