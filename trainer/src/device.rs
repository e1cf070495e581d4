//! What training computes on.

use anyhow::Result;
use candle_core::Device;

/// The first CUDA device, if this program was built with the feature `cuda` and the computer has
/// one. Otherwise the CPU, with a printed line that says why.
///
/// # Errors
/// Where the device's driver refuses what training needs of it.
pub fn best() -> Result<Device> {
    if !cfg!(feature = "cuda") {
        return Ok(Device::Cpu);
    }
    match Device::new_cuda(0) {
        Ok(device) => {
            #[cfg(feature = "cuda")]
            segue_network::ops::cuda::prepare(&device)?;
            say!("training on the first CUDA device");
            Ok(device)
        }
        Err(error) => {
            say!("training on the CPU: there is no CUDA device ({error})");
            Ok(Device::Cpu)
        }
    }
}
