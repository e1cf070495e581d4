//! What the plugin's window asks of its host. Parameters are atomics that the next block reads.

use std::sync::Arc;

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{Params, PluginState};

use crate::standalone::saved_state;

/// Sets the parameters of one instance.
pub struct ParameterContext {
    params: Arc<dyn Params>,
    known: Vec<ParamPtr>,
}

impl ParameterContext {
    /// For the parameters of an instance.
    pub fn new(params: Arc<dyn Params>) -> Self {
        let known = params.param_map().into_iter().map(|(_, param, _)| param).collect();
        Self { params, known }
    }
}

impl GuiContextInner for ParameterContext {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {}

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        if self.known.contains(&param) {
            // SAFETY: it is one of ours, which live as long as `params`.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
    }

    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {}

    fn get_state(&self) -> PluginState {
        saved_state::capture(self.params.as_ref())
    }

    fn set_state(&self, state: PluginState) {
        saved_state::restore(self.params.as_ref(), state);
    }

    /// A restart would change nothing.
    fn request_restart(&self) {}
}
