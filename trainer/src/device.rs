//! What training computes on.

use candle_core::Device;

/// The first CUDA device, if this program was built with the feature `cuda` and the computer has
/// one. Otherwise the CPU, with a printed line that says why.
pub fn best() -> Device {
    if !cfg!(feature = "cuda") {
        return Device::Cpu;
    }
    match Device::new_cuda(0) {
        Ok(device) => {
            say!("training on the first CUDA device");
            device
        }
        Err(error) => {
            say!("training on the CPU: there is no CUDA device ({error})");
            Device::Cpu
        }
    }
}
