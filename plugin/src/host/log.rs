//! The framework's log, in debug builds.

use std::fmt::{self, Write};
use std::io::stderr;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::FmtSubscriber;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// What the framework logs for each parameter change in VST3, as its worker is ended on purpose
/// ([`crate::host::worker_workaround`]). Some thousand such lines in a run of the tests would hide
/// a true warning.
const REFUSED: (&str, &str) = ("nice_plug::wrapper::vst3::inner", "The task queue is full");

/// Starts logging to standard error, without [`REFUSED`]. In release builds the framework does that
/// itself.
pub fn begin() -> Option<bool> {
    if !cfg!(debug_assertions) {
        return None;
    }
    let written = FmtSubscriber::builder()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        .with_writer(stderr)
        .finish()
        .with(Sieve);
    Some(tracing::subscriber::set_global_default(written).is_ok())
}

/// Filters out [`REFUSED`].
struct Sieve;

impl<S: Subscriber> Layer<S> for Sieve {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        let mut said = Said::default();
        event.record(&mut said);
        !(event.metadata().target() == REFUSED.0 && said.0.contains(REFUSED.1))
    }
}

/// The message of an event.
#[derive(Default)]
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nobody panics with it").write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_what_is_meant_to_be_refused_is_left_out() {
        let paper = Paper::default();
        let writer = paper.clone();
        let written = FmtSubscriber::builder().with_writer(move || writer.clone()).finish().with(Sieve);
        tracing::subscriber::with_default(written, || {
            tracing::warn!(target: REFUSED.0, "Debug assertion failed: {}, dropping task...", REFUSED.1);
            tracing::warn!(target: REFUSED.0, "Something else");
            tracing::warn!(target: "nice_plug::wrapper::clap::wrapper", "{}", REFUSED.1);
        });
        let text = String::from_utf8(paper.0.lock().expect("nobody panics with it").clone()).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("Something else") && text.contains("clap"), "{text}");
    }
}
