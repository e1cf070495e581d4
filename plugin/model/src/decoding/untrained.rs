//! Models for tests of what plays them: an untrained one and a broken one.

use crate::decoding::model::Model;
use crate::shape::checkpoint::Checkpoint;
use crate::shape::config::Config;

impl Model {
    /// An untrained model of the smallest size.
    ///
    /// # Panics
    /// Never: the checkpoint holds every parameter.
    pub fn random(seed: u64) -> Self {
        Self::smallest(Checkpoint::random(&Config::tiny(), seed))
    }

    /// A model of the smallest size whose logits are all NaN. A file with such numbers is refused;
    /// a number that overflows while playing is not known before.
    ///
    /// # Panics
    /// Never: the checkpoint holds every parameter.
    #[doc(hidden)]
    pub fn poisoned() -> Self {
        let mut checkpoint = Checkpoint::random(&Config::tiny(), 1);
        checkpoint.name = "poisoned".into();
        if let Some(norm) = checkpoint.numbers.get_mut("norm") {
            norm.fill(f32::NAN);
        }
        Self::smallest(checkpoint)
    }

    // Only tests come here. `from_checkpoint` fails on a parameter that is missing or of another
    // shape: `Checkpoint::random` makes them all, from the same list.
    fn smallest(checkpoint: Checkpoint) -> Self {
        Self::from_checkpoint(checkpoint).expect("a fresh checkpoint holds every parameter")
    }
}
