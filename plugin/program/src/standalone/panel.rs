//! What the window asks of whoever hosts the plugin: parameters are set at once, as atomics that the next block reads.

use std::sync::Arc;

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::{Params, PluginState};

use super::memory;

/// The parameters of one instance, to be turned by hand.
pub struct Panel {
    params: Arc<dyn Params>,
    known: Vec<ParamPtr>,
}

impl Panel {
    /// Of an instance.
    pub fn of(params: Arc<dyn Params>) -> Self {
        let known = params.param_map().into_iter().map(|(_, param, _)| param).collect();
        Self { params, known }
    }
}

impl GuiContextInner for Panel {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {}

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        if self.known.contains(&param) {
            // SAFETY: a parameter of ours lives as long as `params`.
            unsafe { param._internal_set_normalized_value(normalized) };
        }
    }

    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {}

    fn get_state(&self) -> PluginState {
        memory::state_of(self.params.as_ref())
    }

    fn set_state(&self, state: PluginState) {
        memory::restore(self.params.as_ref(), state);
    }

    /// There is nothing that a restart would change.
    fn request_restart(&self) {}
}
