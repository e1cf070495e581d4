//! An instance as a CLAP host holds it: the framework's, with more to tell.

use std::ffi::{CStr, c_void};
use std::ptr::null;

use nice_plug::wrapper::clap::{Wrapper, clap_host, clap_plugin};

use crate::host::plugin::Segue;
use crate::host::triggers::Triggers;

/// An instance. Hosts call it by way of [`super::clap_calls`].
#[repr(C)]
pub struct Instance {
    /// What the host sees. First, so that a pointer to it is a pointer to the whole.
    plugin: clap_plugin,
    /// What the framework made.
    pub framework: clap_plugin,
    /// Outlives the instance.
    pub host: *const clap_host,
    /// The keys that are commands, and what the host was told of them.
    pub triggers: Triggers,
}

impl Instance {
    /// One that hosts see as `plugin`.
    ///
    /// # Safety
    /// `framework` is a new instance of `Wrapper<Segue>`, made for `host`, which outlives it.
    pub unsafe fn new(plugin: clap_plugin, framework: clap_plugin, host: *const clap_host) -> Self {
        // SAFETY: the framework keeps its wrapper there, and it lives until `destroy`.
        let triggers = Triggers::of(unsafe { &*framework.plugin_data.cast::<Wrapper<Segue>>() });
        Self { plugin, framework, host, triggers }
    }

    /// The instance that a host calls.
    ///
    /// # Safety
    /// `plugin` is null, or the host's instance, which lives.
    pub unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: the caller's promise.
        unsafe { plugin.cast::<Self>().as_ref() }
    }

    /// The framework's side of it.
    pub fn wrapper(&self) -> &Wrapper<Segue> {
        // SAFETY: the framework keeps its wrapper there, and it lives until `destroy`.
        unsafe { &*self.framework.plugin_data.cast::<Wrapper<Segue>>() }
    }

    /// An extension of the host's, or null.
    ///
    /// # Safety
    /// On the main thread, while the host lives.
    pub unsafe fn ask_host(&self, id: &CStr) -> *const c_void {
        // SAFETY: the caller's promise; the host is not null, as it made the instance.
        unsafe {
            let ask = self.host.as_ref().and_then(|host| host.get_extension);
            ask.map_or(null(), |ask| ask(self.host, id.as_ptr()))
        }
    }
}
