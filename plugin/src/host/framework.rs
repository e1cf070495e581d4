//! Converts between the plugin framework's types and ours.

use std::marker::PhantomData;

use nice_plug::midi::{Channel as HostChannel, Key as HostKey, VoiceID};
use nice_plug::prelude::{NoteEvent, Plugin, ProcessContext, Transport as HostTransport};
use segue_music::{Channel, Key, Meter};
use segue_realtime::audio::clock::Transport;
use segue_realtime::between::message::{Event, Expression, Message, Sink};

/// The host's clock at the start of a block.
pub fn transport(host: &HostTransport) -> Transport {
    let meter =
        host.time_sig_numerator.zip(host.time_sig_denominator).and_then(|(numerator, denominator)| {
            Meter::new(u8::try_from(numerator).ok()?, u8::try_from(denominator).ok()?)
        });
    Transport {
        playing: host.playing,
        tempo: host.tempo,
        meter,
        song: host.pos_beats(),
        bar: host.bar_start_pos_beats,
        cycle: host.loop_range_beats(),
        samples: host.pos_samples,
    }
}

/// The highest data byte of MIDI.
const HIGHEST: u8 = 127;

/// A strength or position from 0 to 1, or none where the host's is no number. Hosts that pass on
/// bytes above 127 exceed it.
fn unit(value: f32) -> Option<f32> {
    (!value.is_nan()).then(|| value.clamp(0.0, 1.0))
}

fn number(channel: HostChannel) -> Option<Channel> {
    channel.number().filter(|&channel| channel < 16)
}

fn key_number(key: HostKey) -> Option<Key> {
    key.number().filter(|&key| key < 128)
}

/// Converts an event from the host; `None` if we neither use nor pass on its kind. A release
/// without a full address means every voice that it matches.
pub fn event<S>(host: &NoteEvent<S>) -> Option<Event> {
    let expression = |kind, id: &VoiceID, channel: &HostChannel, key: &HostKey, value: f32| {
        Message::Expression { kind, id: id.id(), channel: number(*channel), key: key_number(*key), value }
    };
    let (time, message) = match host {
        NoteEvent::NoteOn { timing, voice_id, channel, key, velocity } => {
            let (channel, key) = (number(*channel).unwrap_or(0), key_number(*key)?);
            (timing, Message::On { id: voice_id.id(), channel, key, velocity: unit(*velocity)? })
        }
        NoteEvent::NoteOff { timing, voice_id, channel, key, velocity } => {
            let message = match (number(*channel), key_number(*key)) {
                (Some(channel), Some(key)) => {
                    // Whatever its velocity is, the note ends.
                    let velocity = unit(*velocity).unwrap_or(0.0);
                    Message::Off { id: voice_id.id(), channel, key, velocity }
                }
                (channel, key) => Message::Choke { channel, key },
            };
            (timing, message)
        }
        NoteEvent::Choke { timing, channel, key, .. } => {
            (timing, Message::Choke { channel: number(*channel), key: key_number(*key) })
        }
        NoteEvent::MidiCC { timing, channel, cc, value } => {
            let controller = (*cc <= HIGHEST).then_some(*cc)?;
            (timing, Message::Control { channel: *channel % 16, controller, value: unit(*value)? })
        }
        NoteEvent::MidiPitchBend { timing, channel, value } => {
            (timing, Message::Bend { channel: *channel % 16, value: unit(*value)? })
        }
        NoteEvent::MidiChannelPressure { timing, channel, pressure } => {
            (timing, Message::Pressure { channel: *channel % 16, value: unit(*pressure)? })
        }
        NoteEvent::MidiProgramChange { timing, channel, program } => {
            let program = (*program <= HIGHEST).then_some(*program)?;
            (timing, Message::Program { channel: *channel % 16, program })
        }
        NoteEvent::PolyPressure { timing, voice_id, channel, key, pressure } => {
            let (channel, key) = (number(*channel)?, key_number(*key)?);
            (timing, Message::KeyPressure { id: voice_id.id(), channel, key, value: unit(*pressure)? })
        }
        NoteEvent::PolyVolume { timing, voice_id, channel, key, gain } => {
            (timing, expression(Expression::Volume, voice_id, channel, key, *gain))
        }
        NoteEvent::PolyPan { timing, voice_id, channel, key, pan } => {
            (timing, expression(Expression::Pan, voice_id, channel, key, *pan))
        }
        NoteEvent::PolyTuning { timing, voice_id, channel, key, tuning } => {
            (timing, expression(Expression::Tuning, voice_id, channel, key, *tuning))
        }
        NoteEvent::PolyVibrato { timing, voice_id, channel, key, vibrato } => {
            (timing, expression(Expression::Vibrato, voice_id, channel, key, *vibrato))
        }
        NoteEvent::PolyExpression { timing, voice_id, channel, key, expression: value } => {
            (timing, expression(Expression::Expression, voice_id, channel, key, *value))
        }
        NoteEvent::PolyBrightness { timing, voice_id, channel, key, brightness } => {
            (timing, expression(Expression::Brightness, voice_id, channel, key, *brightness))
        }
        _ => return None,
    };
    if let Message::Expression { value, .. } = message
        && !value.is_finite()
    {
        return None;
    }
    Some(Event { time: *time, message })
}

/// Converts a message for the framework.
fn note_event<S>(timing: u32, message: Message) -> NoteEvent<S> {
    let voice = |id: Option<i32>| id.map_or(VoiceID::Wildcard, VoiceID::ID);
    let on = |channel: Option<Channel>| channel.map_or(HostChannel::Wildcard, HostChannel::Number);
    let at = |key: Option<Key>| key.map_or(HostKey::Wildcard, HostKey::Number);
    match message {
        Message::On { id, channel, key, velocity } => NoteEvent::NoteOn {
            timing,
            voice_id: voice(id),
            channel: HostChannel::Number(channel),
            key: HostKey::Number(key),
            velocity,
        },
        Message::Off { id, channel, key, velocity } => NoteEvent::NoteOff {
            timing,
            voice_id: voice(id),
            channel: HostChannel::Number(channel),
            key: HostKey::Number(key),
            velocity,
        },
        Message::Choke { channel, key } => {
            NoteEvent::Choke { timing, voice_id: VoiceID::Wildcard, channel: on(channel), key: at(key) }
        }
        Message::Control { channel, controller, value } => {
            NoteEvent::MidiCC { timing, channel, cc: controller, value }
        }
        Message::Bend { channel, value } => NoteEvent::MidiPitchBend { timing, channel, value },
        Message::Pressure { channel, value } => {
            NoteEvent::MidiChannelPressure { timing, channel, pressure: value }
        }
        Message::Program { channel, program } => NoteEvent::MidiProgramChange { timing, channel, program },
        Message::KeyPressure { id, channel, key, value } => NoteEvent::PolyPressure {
            timing,
            voice_id: voice(id),
            channel: HostChannel::Number(channel),
            key: HostKey::Number(key),
            pressure: value,
        },
        Message::Expression { kind, id, channel, key, value } => {
            let (voice_id, channel, key) = (voice(id), on(channel), at(key));
            match kind {
                Expression::Volume => NoteEvent::PolyVolume { timing, voice_id, channel, key, gain: value },
                Expression::Pan => NoteEvent::PolyPan { timing, voice_id, channel, key, pan: value },
                Expression::Tuning => NoteEvent::PolyTuning { timing, voice_id, channel, key, tuning: value },
                Expression::Vibrato => {
                    NoteEvent::PolyVibrato { timing, voice_id, channel, key, vibrato: value }
                }
                Expression::Expression => {
                    NoteEvent::PolyExpression { timing, voice_id, channel, key, expression: value }
                }
                Expression::Brightness => {
                    NoteEvent::PolyBrightness { timing, voice_id, channel, key, brightness: value }
                }
            }
        }
    }
}

/// The output events of one block.
pub struct HostSink<'a, P, C> {
    context: &'a mut C,
    plugin: PhantomData<fn(P)>,
}

impl<'a, P: Plugin, C: ProcessContext<P>> HostSink<'a, P, C> {
    /// The output of a process context.
    pub fn of(context: &'a mut C) -> Self {
        Self { context, plugin: PhantomData }
    }
}

impl<P: Plugin, C: ProcessContext<P>> Sink for HostSink<'_, P, C> {
    fn send(&mut self, time: u32, message: Message) -> bool {
        self.context.try_send_event(note_event(time, message)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a host's event becomes.
    fn message(host: NoteEvent<()>) -> Option<Message> {
        event(&host).map(|event| event.message)
    }

    #[test]
    fn no_number_that_midi_does_not_have_comes_in() {
        let (timing, voice_id, channel) = (0, VoiceID::Wildcard, HostChannel::Number(0));
        let key = HostKey::Number(60);
        // (the host's, a velocity's, any other strength's)
        for (value, inside) in [
            (f32::NAN, None),
            (f32::INFINITY, Some(1.0)),
            (f32::NEG_INFINITY, Some(0.0)),
            (200.0 / 127.0, Some(1.0)),
            (-0.5, Some(0.0)),
            (0.3, Some(0.3)),
        ] {
            let at = |value| Message::KeyPressure { id: None, channel: 0, key: 60, value };
            let cases = [
                (
                    NoteEvent::NoteOn { timing, voice_id, channel, key, velocity: value },
                    inside.map(|velocity| Message::On { id: None, channel: 0, key: 60, velocity }),
                ),
                (
                    NoteEvent::NoteOff { timing, voice_id, channel, key, velocity: value },
                    // A note that is held must end.
                    Some(Message::Off { id: None, channel: 0, key: 60, velocity: inside.unwrap_or(0.0) }),
                ),
                (
                    NoteEvent::MidiCC { timing, channel: 0, cc: 1, value },
                    inside.map(|value| Message::Control { channel: 0, controller: 1, value }),
                ),
                (
                    NoteEvent::MidiPitchBend { timing, channel: 0, value },
                    inside.map(|value| Message::Bend { channel: 0, value }),
                ),
                (
                    NoteEvent::MidiChannelPressure { timing, channel: 0, pressure: value },
                    inside.map(|value| Message::Pressure { channel: 0, value }),
                ),
                (NoteEvent::PolyPressure { timing, voice_id, channel, key, pressure: value }, inside.map(at)),
            ];
            for (host, expected) in cases {
                assert_eq!(message(host), expected, "{value}: {host:?}");
            }
            let tuning = message(NoteEvent::PolyTuning { timing, voice_id, channel, key, tuning: value });
            assert_eq!(tuning.is_some(), value.is_finite(), "{value}");
        }
        for byte in 0..=u8::MAX {
            let inside = byte < 128;
            let control = message(NoteEvent::MidiCC { timing, channel: 0, cc: byte, value: 0.5 });
            let program = message(NoteEvent::MidiProgramChange { timing, channel: 0, program: byte });
            let on =
                NoteEvent::NoteOn { timing, voice_id, channel, key: HostKey::Number(byte), velocity: 0.5 };
            assert_eq!([control.is_some(), program.is_some(), message(on).is_some()], [inside; 3], "{byte}");
        }
    }
}
