//! A broken model, for tests of what plays it.

use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::model::Model;
use crate::network::Network;

impl Model {
    /// One of the smallest size that says nothing but what is no number. A file with such numbers is refused; a number that overflows while
    /// playing is not known before.
    ///
    /// # Panics
    /// Never: the smallest size is sound.
    #[doc(hidden)]
    pub fn poisoned() -> Self {
        let model = Network::random(&Config::tiny(), 1).and_then(|network| {
            let mut numbers = network.numbers()?;
            if let Some(norm) = numbers.get_mut("norm") {
                norm.fill(f32::NAN);
            }
            Ok(Checkpoint {
                name: "poisoned".into(),
                config: Config::tiny(),
                notes_seen: 0,
                styles: vec![],
                numbers,
            })
        });
        let model = model.map(Self::from_checkpoint);
        model.expect("the smallest model fits into memory").expect("the smallest size is sound")
    }
}
