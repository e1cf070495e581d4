//! A VST3 bundle's shared library, and what its factory makes.

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Context, Result, anyhow, bail};
use bundler::{Bundles, Content};
use libloading::Library;
use vst3::Steinberg::{
    FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactoryTrait, PClassInfo,
    PClassInfo2, TUID, kResultOk,
};
use vst3::{ComPtr, Interface};

/// The names by which a system's hosts open and close a module.
const ENTRY: &str = if cfg!(target_os = "macos") {
    "bundleEntry"
} else if cfg!(windows) {
    "InitDll"
} else {
    "ModuleEntry"
};
const EXIT: &str = if cfg!(target_os = "macos") {
    "bundleExit"
} else if cfg!(windows) {
    "ExitDll"
} else {
    "ModuleExit"
};

/// A loaded module, shared by its instances and unloaded with the last, as hosts do.
pub struct Module {
    library: Library,
}

impl Module {
    /// Loads the library of a bundle, or gives the one that is loaded.
    pub fn open(bundle: &Path) -> Result<Arc<Self>> {
        static LOADED: Mutex<Option<HashMap<PathBuf, Weak<Module>>>> = Mutex::new(None);
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = loaded.get_or_insert_default();
        if let Some(module) = loaded.get(bundle).and_then(Weak::upgrade) {
            return Ok(module);
        }
        let module = Arc::new(Self::load(&library_of(bundle)?)?);
        loaded.insert(bundle.into(), Arc::downgrade(&module));
        Ok(module)
    }

    fn load(path: &Path) -> Result<Self> {
        // SAFETY: it is the plugin just built; loading runs its code, as any host does.
        let library =
            unsafe { Library::new(path) }.with_context(|| format!("{}: does not load", path.display()))?;
        // SAFETY: the VST3 specification gives this symbol this type (on Windows without the
        // argument, which the calling convention there lets the callee ignore).
        let enter = unsafe { library.get::<unsafe extern "system" fn(*mut c_void) -> bool>(ENTRY) }?;
        // SAFETY: called once, before the factory is asked for. Segue's framework does not read the
        // handle.
        if !unsafe { enter(std::ptr::null_mut()) } {
            bail!("{}: its {ENTRY} refuses", path.display());
        }
        Ok(Self { library })
    }

    fn factory(&self) -> Result<ComPtr<IPluginFactory>> {
        // SAFETY: the VST3 specification gives this symbol this type.
        let factory = unsafe {
            self.library.get::<unsafe extern "system" fn() -> *mut IPluginFactory>("GetPluginFactory")
        }?;
        // SAFETY: the module has been entered; the factory comes with a reference of ours, which
        // ComPtr gives back.
        unsafe { ComPtr::from_raw(factory()) }.context("there is no factory")
    }

    /// The sub-categories of the first audio component, as they are written.
    pub fn categories(&self) -> Result<String> {
        let factory = self.factory()?.cast::<IPluginFactory2>().context("the factory is an old one")?;
        // SAFETY: the factory is alive; the structure is plain data, for which zeros are a value,
        // and ours to be written.
        unsafe {
            for index in 0..factory.countClasses() {
                let mut class: PClassInfo2 = std::mem::zeroed();
                let found = factory.getClassInfo2(index, &mut class) == kResultOk;
                if found && CStr::from_ptr(class.category.as_ptr()) == c"Audio Module Class" {
                    return Ok(CStr::from_ptr(class.subCategories.as_ptr()).to_string_lossy().into_owned());
                }
            }
        }
        bail!("the factory has no audio component")
    }

    /// Makes the first audio component of the factory.
    pub fn create<I: Interface>(&self) -> Result<ComPtr<I>> {
        let factory = self.factory()?;
        let class = audio_class(&factory).context("the factory has no audio component")?;
        let mut object: *mut c_void = std::ptr::null_mut();
        let id = FUnknown::IID;
        // SAFETY: both ids are 16 bytes that live through the call, and `object` is ours to be
        // written.
        let result =
            unsafe { factory.createInstance(class.as_ptr(), id.as_ptr().cast::<c_char>(), &mut object) };
        if result != kResultOk {
            bail!("the factory makes no component: {result}");
        }
        // SAFETY: the factory gave an FUnknown with a reference of ours.
        let unknown =
            unsafe { ComPtr::from_raw(object.cast::<FUnknown>()) }.context("the component is null")?;
        unknown.cast::<I>().ok_or_else(|| anyhow!("the component lacks an interface"))
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: the VST3 specification gives this symbol this type; all instances hold the
        // module, so none is left.
        if let Ok(exit) = unsafe { self.library.get::<unsafe extern "system" fn() -> bool>(EXIT) } {
            // SAFETY: called once, after the last instance.
            unsafe { exit() };
        }
    }
}

/// Where the library lies, from the same layout that wrote it.
fn library_of(bundle: &Path) -> Result<PathBuf> {
    let folder = bundle.parent().unwrap_or(Path::new("."));
    let files = Bundles::here(folder, folder).files;
    let library =
        files.into_iter().find(|file| file.content == Content::Library && file.path.starts_with(bundle));
    library
        .map(|file| file.path)
        .with_context(|| format!("{}: is no VST3 bundle of Segue's", bundle.display()))
}

/// The class id of the first audio component.
fn audio_class(factory: &ComPtr<IPluginFactory>) -> Option<TUID> {
    // SAFETY: the factory is alive; the structure is plain data, for which zeros are a value, and
    // ours to be written.
    unsafe {
        (0..factory.countClasses()).find_map(|index| {
            let mut class: PClassInfo = std::mem::zeroed();
            let found = factory.getClassInfo(index, &mut class) == kResultOk;
            let audio = CStr::from_ptr(class.category.as_ptr()) == c"Audio Module Class";
            (found && audio).then_some(class.cid)
        })
    }
}
