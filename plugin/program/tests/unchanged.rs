//! The file that `segue continue` writes holds the prompt, event by event, also what Segue does not
//! use; and whatever a folder holds that is a MIDI file is continued.

use std::fs;
use std::path::Path;

use common::{folder, names, prompts, run};
use midly::num::{u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent, TrackEventKind};

mod common;

/// Runs `segue continue`.
fn continue_with(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> std::process::Output {
    run("continue", arguments)
}

/// Ticks in a beat.
const BEAT: u32 = 96;

fn meta(message: MetaMessage<'_>) -> TrackEventKind<'_> {
    TrackEventKind::Meta(message)
}

fn midi(channel: u8, message: MidiMessage) -> TrackEventKind<'static> {
    TrackEventKind::Midi { channel: channel.into(), message }
}

fn control(channel: u8, controller: u8, value: u8) -> TrackEventKind<'static> {
    let (controller, value) = (u7::new(controller), u7::new(value));
    midi(channel, MidiMessage::Controller { controller, value })
}

/// A scale of eighths as on and off.
fn scale(channel: u8, from: u32, key: u8) -> Vec<(u32, TrackEventKind<'static>)> {
    (0..8_u8)
        .flat_map(|step| {
            let (key, at) = (u7::new(key + step), from + u32::from(step) * BEAT / 2);
            let vel = u7::new(70 + step);
            [
                (at, midi(channel, MidiMessage::NoteOn { key, vel })),
                (at + BEAT / 2, midi(channel, MidiMessage::NoteOff { key, vel: u7::new(0) })),
            ]
        })
        .collect()
}

/// A track of events at ticks.
fn track(mut events: Vec<(u32, TrackEventKind<'_>)>) -> Vec<TrackEvent<'_>> {
    events.sort_by_key(|&(at, _)| at);
    events.push((events.last().map_or(0, |&(at, _)| at), meta(MetaMessage::EndOfTrack)));
    let mut before = 0;
    events
        .into_iter()
        .map(|(at, kind)| TrackEvent { delta: u28::new(at - std::mem::replace(&mut before, at)), kind })
        .collect()
}

/// A prompt with everything that Segue does not use.
fn write_prompt(path: &Path) {
    let song = vec![
        (0, meta(MetaMessage::Copyright(b"nobody's"))),
        (0, meta(MetaMessage::Tempo(u24::new(600_000)))),
        (0, meta(MetaMessage::TimeSignature(4, 2, 24, 8))),
        (0, meta(MetaMessage::KeySignature(-3, true))),
        (0, meta(MetaMessage::Marker(b"Verse"))),
        (4 * BEAT, meta(MetaMessage::Marker(b"Chorus"))),
        (4 * BEAT, meta(MetaMessage::CuePoint(b"light"))),
        (5 * BEAT, meta(MetaMessage::Tempo(u24::new(500_000)))),
    ];
    let mut lead = vec![
        (0, meta(MetaMessage::TrackName(b"Lead"))),
        (0, midi(0, MidiMessage::ProgramChange { program: u7::new(28) })),
        (0, control(0, 7, 80)),
        (0, control(0, 11, 96)),
        (10, control(0, 1, 33)),
        (12, midi(0, MidiMessage::PitchBend { bend: PitchBend::from_int(2048) })),
        (BEAT, midi(0, MidiMessage::ChannelAftertouch { vel: u7::new(40) })),
        (BEAT, meta(MetaMessage::Lyric(b"la"))),
        (BEAT + 1, TrackEventKind::SysEx(&[0x7e, 0x7f, 0x09, 0x01, 0xf7])),
        (2 * BEAT, control(0, 64, 127)),
        (3 * BEAT, control(0, 64, 0)),
        (4 * BEAT, midi(0, MidiMessage::ProgramChange { program: u7::new(48) })),
        (4 * BEAT, meta(MetaMessage::Text(b"strings\nfrom here"))),
        (4 * BEAT, midi(0, MidiMessage::PitchBend { bend: PitchBend::from_int(0) })),
    ];
    lead.extend(scale(0, 0, 60));
    lead.extend(scale(0, 4 * BEAT, 62));
    let mut drums = vec![(0, meta(MetaMessage::TrackName(b"Drums"))), (0, control(9, 7, 90))];
    drums.extend(scale(9, 0, 36));
    let tracks = vec![track(song), track(lead), track(drums)];
    let timing = Timing::Metrical(u15::new(BEAT as u16));
    let smf = Smf { header: Header::new(Format::Parallel, timing), tracks };
    smf.save(path).expect("written");
}

/// Every event of the tracks that are wanted, as text, with its time in the ticks of the prompt.
fn events(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let smf = Smf::parse(bytes).expect("a MIDI file");
    let Timing::Metrical(division) = smf.header.timing else { panic!("no beats") };
    let mut all = Vec::new();
    for track in &smf.tracks {
        let name = track.iter().find_map(|event| match event.kind {
            TrackEventKind::Meta(MetaMessage::TrackName(name)) => Some(name),
            _ => None,
        });
        if !wanted(&String::from_utf8_lossy(name.unwrap_or_default())) {
            continue;
        }
        let mut tick = 0;
        for event in track {
            tick += event.delta.as_int();
            let beats = f64::from(tick) * f64::from(BEAT) / f64::from(division.as_int());
            match event.kind {
                TrackEventKind::Meta(MetaMessage::EndOfTrack | MetaMessage::TrackName(_)) => {}
                kind => all.push(format!("{beats:.2} {kind:?}")),
            }
        }
    }
    all.sort();
    all
}

#[test]
fn every_event_of_the_prompt_is_in_the_file_with_the_answer() {
    let folder = folder();
    let (input, output) = (folder.path().join("in.mid"), folder.path().join("out.mid"));
    write_prompt(&input);
    let ran = continue_with(&[&input, &"--bars", &"2", &"-o", &output]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (before, after) = (fs::read(&input).expect("read"), fs::read(&output).expect("written"));
    let prompt = events(&before, |_| true);
    assert!(prompt.len() > 60, "{}", prompt.len());
    // The old name of a track that is called You is kept as a text.
    let mut kept = events(&after, |name| name != "Segue");
    kept.retain(|event| !event.contains(&format!("{:?}", MetaMessage::Text(b"Lead"))));
    assert_eq!(kept, prompt);
    assert!(events(&after, |name| name == "Segue").len() >= 2, "no answer");
}

#[test]
fn whatever_is_a_midi_file_counts_in_a_folder() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    let prompt = fs::read(prompts().join("ode.mid")).expect("a prompt");
    for name in ["a.mid", "b.MIDI", "c.kar", "d.Smf"] {
        fs::write(input.join(name), &prompt).expect("written");
    }
    let length = |bytes: usize| u32::try_from(bytes).expect("short").to_le_bytes();
    let padding = vec![0; prompt.len() % 2];
    let data = [&b"RMIDdata"[..], &length(prompt.len()), &prompt, &padding].concat();
    let riff = [&b"RIFF"[..], &length(data.len()), &data].concat();
    fs::write(input.join("e.rmi"), riff).expect("written");
    fs::write(input.join("notes.txt"), "eggs").expect("written");

    let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(names(&output), ["a.mid", "b.MIDI", "c.kar", "d.Smf", "e.rmi.mid"]);
    let answers: Vec<_> =
        names(&output).iter().map(|name| fs::read(output.join(name)).expect("an answer")).collect();
    assert!(answers.iter().all(|answer| answer.starts_with(b"MThd") && *answer == answers[0]));
}

#[test]
fn what_is_odd_about_a_file_is_a_line() {
    let folder = folder();
    let (input, output) = (folder.path().join("odd.mid"), folder.path().join("out.mid"));
    let prompt = fs::read(prompts().join("ode.mid")).expect("a prompt");
    // One byte of the last track is missing.
    fs::write(&input, &prompt[..prompt.len() - 1]).expect("written");
    let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("odd.mid: it is cut off"), "{said}");
}

/// A name is somebody's text: it may hold what would break a line or colour a terminal.
#[cfg(unix)]
#[test]
fn a_name_does_not_break_its_line() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    fs::write(input.join("two\nlines.mid"), "eggs").expect("written");
    fs::copy(prompts().join("ode.mid"), input.join("\u{1b}[31mred\n.mid")).expect("copied");
    let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
    let (out, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert_eq!((out.lines().count(), errors.lines().count()), (1, 2), "{out}{errors}");
    assert!(errors.contains("two\\nlines.mid"), "{errors}");
    assert!(out.contains("red\\n.mid") && !out.contains('\u{1b}'), "{out}");
}
