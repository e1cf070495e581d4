//! Events and clocks in CLAP's words.

use clack_host::events::event_types::{
    MidiEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, EventHeader, Match, Pckn};
use clack_host::prelude::{ClapId, EventBuffer, UnknownEvent};
use clack_host::utils::FixedPoint;

use crate::{Event, Message, Transport};

/// Appends an event of a block as the plugin is to get it.
pub fn push(buffer: &mut EventBuffer, event: &Event) {
    let time = u32::try_from(event.sample).unwrap_or(u32::MAX);
    let voice = |channel: u8, key: u8| Pckn::new(0u16, u16::from(channel), u16::from(key), Match::All);
    match event.message {
        Message::On { channel, key, velocity } => {
            buffer.push(&NoteOnEvent::new(time, voice(channel, key), f64::from(velocity) / 127.0));
        }
        Message::Off { channel, key } => buffer.push(&NoteOffEvent::new(time, voice(channel, key), 0.0)),
        Message::Control { channel, controller, value } => {
            buffer.push(&MidiEvent::new(time, 0, [0xB0 | channel, controller, value]));
        }
        Message::Parameter { id, value } => {
            if let Some(id) = ClapId::from_raw(id) {
                buffer.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
            }
        }
    }
}

/// What the plugin sent, if it is a note or a controller. A voice that is choked has ended like one
/// let go.
pub fn heard(event: &UnknownEvent) -> Option<Event> {
    let address = |voice: Pckn| {
        let channel = u8::try_from(*voice.channel.as_specific()?).ok()?;
        Some((channel, u8::try_from(*voice.key.as_specific()?).ok()?))
    };
    let message = match event.as_core_event()? {
        CoreEventSpace::NoteOn(note) => {
            let (channel, key) = address(note.pckn())?;
            // A velocity of zero would be a note-off in MIDI; CLAP has no such rule, so the softest
            // is one.
            let velocity = (note.velocity() * 127.0).round().clamp(1.0, 127.0) as u8;
            Message::On { channel, key, velocity }
        }
        CoreEventSpace::NoteOff(note) => {
            let (channel, key) = address(note.pckn())?;
            Message::Off { channel, key }
        }
        CoreEventSpace::NoteChoke(note) => {
            let (channel, key) = address(note.pckn())?;
            Message::Off { channel, key }
        }
        CoreEventSpace::Midi(midi) => {
            let [status, first, second] = midi.data();
            let channel = status & 0x0F;
            match status & 0xF0 {
                0x80 => Message::Off { channel, key: first },
                0x90 if second == 0 => Message::Off { channel, key: first },
                0x90 => Message::On { channel, key: first, velocity: second },
                0xB0 => Message::Control { channel, controller: first, value: second },
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Event { sample: u64::from(event.header().time()), message })
}

/// The clock as CLAP tells it: everything it can say, except a loop.
pub fn transport(clock: &Transport) -> TransportEvent {
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    if clock.playing {
        flags |= TransportFlags::IS_PLAYING;
    }
    let (bar_start, bar_number) = clock.bar();
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: FixedPoint::from_float(clock.beats),
        song_pos_seconds: FixedPoint::from_float(clock.seconds),
        tempo: clock.tempo,
        tempo_inc: 0.0,
        loop_start_beats: FixedPoint::default(),
        loop_end_beats: FixedPoint::default(),
        loop_start_seconds: FixedPoint::default(),
        loop_end_seconds: FixedPoint::default(),
        bar_start: FixedPoint::from_float(bar_start),
        bar_number,
        time_signature_numerator: u16::from(clock.meter.numerator),
        time_signature_denominator: u16::from(clock.meter.denominator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_heard() {
        let messages = [
            Message::On { channel: 0, key: 60, velocity: 1 },
            Message::On { channel: 15, key: 127, velocity: 127 },
            Message::Off { channel: 3, key: 0 },
            Message::Control { channel: 2, controller: 64, value: 127 },
        ];
        let mut buffer = EventBuffer::new();
        for message in messages {
            push(&mut buffer, &Event { sample: 17, message });
        }
        let back: Vec<Event> = buffer.iter().filter_map(heard).collect();
        assert_eq!(back, messages.map(|message| Event { sample: 17, message }));
    }

    #[test]
    fn midi_bytes_are_notes_too() {
        let cases = [
            ([0x91, 60, 100], Some(Message::On { channel: 1, key: 60, velocity: 100 })),
            ([0x91, 60, 0], Some(Message::Off { channel: 1, key: 60 })),
            ([0x8F, 60, 64], Some(Message::Off { channel: 15, key: 60 })),
            ([0xE0, 0, 64], None),
        ];
        for (bytes, expected) in cases {
            let event = MidiEvent::new(5, 0, bytes);
            assert_eq!(heard(event.as_ref()).map(|event| event.message), expected);
        }
    }

    #[test]
    fn the_clock_says_where_the_bar_began() {
        let meter = segue_music::Meter::new(3, 4).expect("a metre");
        for (beats, playing, bar) in [(7.5, true, (6.0, 2)), (-1.0, false, (-3.0, -1)), (0.0, true, (0.0, 0))]
        {
            let clock = Transport { playing, beats, seconds: 5.0, tempo: 90.0, meter };
            let told = transport(&clock);
            assert_eq!((told.bar_start.to_float(), told.bar_number), bar);
            assert_eq!((told.song_pos_beats.to_float(), told.song_pos_seconds.to_float()), (beats, 5.0));
            assert_eq!(told.flags.contains(TransportFlags::IS_PLAYING), playing);
        }
    }
}
