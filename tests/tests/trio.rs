//! The band behind a pianist, in the hosts that open the built plugin: who comes in, where, and on
//! which channel.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use bundler::{ClapHost, Performance, PlayedNote, PresetPlace, Script, Trial};
use segue_music::{Beats, Channel, Note, Part, Tempo};
use tests::{PLAYER_CHANNEL, built, grid_error};

const TEMPO: f64 = 100.0;
/// Bars that the pianist plays, and after how many the performance ends.
const PLAYED: i64 = 8;
const END: i64 = 16;
/// The last of the bars that the pianist rests in the middle.
const RESTS: std::ops::Range<i64> = 5..6;

fn bars(count: i64) -> Beats {
    Beats::ratio(4 * count, 1)
}

/// Two hands: a chord on each half of a bar, and four notes of a tune above; a bar of rest.
fn two_hands() -> Vec<Note> {
    let chords = [[57, 60, 64], [53, 57, 60], [55, 60, 64], [55, 59, 62]];
    let tune = [[76, 72, 74, 76], [77, 76, 72, 69], [72, 74, 76, 79], [74, 71, 67, 71]];
    let mut notes = Vec::new();
    for bar in (0..PLAYED).filter(|bar| !RESTS.contains(bar)) {
        let at = |beats: Beats| bars(bar) + beats;
        let index = (bar % 4) as usize;
        for half in 0..2 {
            let chord = chords[index].map(|key| Note {
                onset: at(Beats::ratio(2 * half, 1)),
                key,
                duration: Beats::ratio(3, 2),
                velocity: 64,
            });
            notes.extend(chord);
        }
        let quarter = |(beat, key)| Note {
            onset: at(Beats::ratio(beat, 1)),
            key,
            duration: Beats::ratio(3, 4),
            velocity: 84,
        };
        notes.extend((0..).zip(tune[index]).map(quarter));
    }
    notes
}

fn trio(block: usize) -> Result<Performance> {
    let mut host = ClapHost::open(&built()?.clap)?;
    host.load_preset(&PresetPlace::Plugin("Trio".to_owned())).context("the preset")?;
    let mut script = Script::new(Tempo::new(TEMPO), bars(END)).phrase(PLAYER_CHANNEL, &two_hands());
    script.blocks = vec![block];
    script.play(&mut host)
}

#[test]
fn bass_and_drums_come_in_behind_a_pianist() -> Result<()> {
    let performance = trio(480)?;
    let rate = performance.sample_rate;
    let bar = |note: &PlayedNote| {
        let beats = note.on as f64 / rate * TEMPO / 60.0;
        (beats / 4.0 + 0.01).floor() as i64
    };
    let channels: Vec<Channel> = performance.channels_but(PLAYER_CHANNEL);
    assert_eq!(channels, [Part::Bass, Part::Drums].map(Part::usual_channel));
    for (part, channel) in [(Part::Bass, channels[0]), (Part::Drums, channels[1])] {
        // An error where a note has no end, or an end no note.
        let notes = performance.notes(channel)?;
        let first = notes.first().with_context(|| format!("no {part}"))?;
        assert_eq!(bar(first), 1, "{part} comes in on the bar line after the first note");
        let last = notes.last().map(bar).unwrap_or_default();
        ensure!((PLAYED..PLAYED + 5).contains(&last), "{part} ends in bar {last}");
        // Who was silent for a bar comes in on the next line.
        let is_silent = |number: &i64| !notes.iter().any(|note| bar(note) == *number);
        let silent: Vec<i64> = (1..last).filter(is_silent).collect();
        ensure!(silent.len() <= 1, "{part} rests in the bars {silent:?}");
        let keys = part.keys();
        ensure!(notes.iter().all(|note| (keys.0..=keys.1).contains(&note.key)), "{part} keeps its range");
        for note in &notes {
            // What the preset leaves as it is: sixteenths, straight.
            let error = grid_error(note.on, Beats::ratio(1, 4), Tempo::new(TEMPO), rate);
            ensure!(error <= 1.0, "{part} is {error} samples off the grid at sample {}", note.on);
        }
    }
    let again = trio(64)?;
    for channel in channels {
        assert_eq!(performance.notes(channel)?, again.notes(channel)?, "another block size");
    }
    Ok(())
}

#[test]
fn a_jam_of_the_assets_is_made_again() -> Result<()> {
    let jams = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/jams");
    let name = "04-pop-ballad";
    let folder = tempfile::tempdir()?;
    let (prompts, takes) = (folder.path().join("prompts"), folder.path().join("takes"));
    fs::create_dir(&prompts)?;
    fs::copy(jams.join(format!("prompts/{name}.mid")), prompts.join(format!("{name}.mid")))?;
    let preset = Some("Trio".to_owned());
    let trial = Trial { plugin: built()?.clap.clone(), prompts, takes: takes.clone(), preset };
    trial.run(&mut |_| ())?;
    for extension in ["mid", "svg"] {
        let file = format!("{name}-answer.{extension}");
        let same = fs::read(takes.join(&file))? == fs::read(jams.join(&file))?;
        ensure!(same, "{file} is another one; make the jams again, as assets/jams/README.md says");
    }
    Ok(())
}
