//! The rotary angles of a batch's rows.

use std::ops::Deref;

#[cfg(feature = "cuda")]
use candle_core::{CudaDevice, Result, cuda_backend::cudarc::driver::CudaSlice};
use segue_model::Angles;

/// The turn of every row, in order.
#[derive(Debug)]
pub struct Turns {
    angles: Vec<Angles>,
    #[cfg(feature = "cuda")]
    sent: super::cuda::Sent<CudaSlice<f32>>,
}

impl From<Vec<Angles>> for Turns {
    fn from(angles: Vec<Angles>) -> Self {
        Self {
            angles,
            #[cfg(feature = "cuda")]
            sent: Default::default(),
        }
    }
}

impl Deref for Turns {
    type Target = [Angles];

    fn deref(&self) -> &[Angles] {
        &self.angles
    }
}

#[cfg(feature = "cuda")]
impl Turns {
    /// The cosines of each row's pairs and then the sines, on a card.
    pub fn on(&self, device: &CudaDevice) -> Result<&CudaSlice<f32>> {
        self.sent.or_send(|| {
            let parts = |angles: &Angles| [angles.cosines(), angles.sines()].concat();
            device.clone_htod(&self.angles.iter().flat_map(parts).collect::<Vec<f32>>())
        })
    }
}
