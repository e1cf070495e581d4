//! What of the input is heard as the player's, and what must go out again.

use segue::between::limits::ECHO_SECONDS;
use segue::between::message::{Event, Message};
use segue::between::settings::{Settings, Trigger};
use segue_music::{Channel, DRUM_CHANNEL, Key};

use super::virtual_host::VirtualHost;
use super::witness::Witness;

/// Whether a message is a key that the player strikes, and that is heard as such.
pub fn is_heard(event: &Event, settings: &Settings, witness: &Witness, host: &VirtualHost) -> bool {
    let Message::On { channel, key, velocity, .. } = event.message else { return false };
    channel != DRUM_CHANNEL
        && !is_of_a_track(channel, settings)
        && velocity > 0.0
        && !settings.bypass
        && !commands(key, settings)
        && !echoes(channel, key, witness, host)
}

/// Whether a channel is not the player's.
fn is_of_a_track(channel: Channel, settings: &Settings) -> bool {
    !settings.bypass && settings.sound.player.is_some_and(|player| player != channel)
}

/// Whether a key is a trigger.
fn commands(key: Key, settings: &Settings) -> bool {
    [settings.when.latch_trigger, settings.when.mode_trigger].contains(&Some(Trigger::Note(key)))
}

/// Whether a note may be taken for one of ours that comes back.
fn echoes(channel: Channel, key: Key, witness: &Witness, host: &VirtualHost) -> bool {
    let window = (ECHO_SECONDS * host.rate) as u64 + 4096;
    let mut lately = witness.ours.iter().rev().take_while(|note| note.on + window >= host.sample);
    lately.any(|note| note.channel == channel && note.key == key)
}

/// What the player struck went out, where it passes.
pub fn passes(host: &VirtualHost, events: &[Event], witness: &Witness) -> Result<(), String> {
    let settings = &host.settings;
    if !settings.sound.pass && !settings.bypass {
        return Ok(());
    }
    let mut out = host.list.events.iter();
    for event in events {
        let Message::On { id, channel, key, velocity } = event.message else { continue };
        let passes = !is_of_a_track(channel, settings);
        if velocity <= 0.0 || commands(key, settings) || echoes(channel, key, witness, host) {
            continue;
        }
        let same = |sent: &&Event| {
            sent.time == event.time && matches!(sent.message, Message::On { id: other, .. } if other == id)
        };
        if !passes {
            if host.list.events.iter().any(|sent| same(&sent)) {
                return Err(format!("{event:?} of another track was passed on"));
            }
        } else if out.find(same).is_none() {
            return Err(format!("{event:?} did not pass"));
        }
    }
    Ok(())
}
