//! A scripted jam, scene by scene through the four modes: its takes against the notes that came
//! out, played again, and written down.
//!
//! A minute of it by default; with `--ignored` ten minutes. SEGUE_JAM names a folder to leave the
//! exported jam in.

#[path = "../../plugin/tests/rig/mod.rs"]
mod rig;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use bundler::{Cue, PlayedNote, Script};
use rig::{Cut, OURS, Rig, Song, hygiene, notes};
use segue::between::settings::Mode;
use segue::composer::Command;
use segue::params::state::{Saved, State};
use segue::takes::Take;
use segue_model::Model;
use segue_music::{Beats, Meter, Note, Tempo, midi_file};
use serde_json::Value;
use tests::{ANSWER_CHANNEL, Format, PLAYER_CHANNEL, parameter, perform_on, phrase};

const RATE: f64 = 48_000.0;
/// Script time: beats at 120.
const TEMPO: f64 = 120.0;
/// A phrase of two bars, its answer, and silence that no turn of two bars reaches over.
const SCENE: i64 = 24;
/// Tempos of the host whose microseconds a beat are whole.
const TEMPOS: [f64; 3] = [120.0, 125.0, 150.0];

/// A phrase and what answers it.
#[derive(Clone, Copy, Debug)]
struct Scene {
    from: Beats,
    mode: Mode,
    tempo: f64,
    meter: Meter,
}

/// Some minutes of scenes; each has one answer.
fn scenes(minutes: i64) -> Vec<Scene> {
    let waltz = Meter { numerator: 3, denominator: 4 };
    let mut scenes = Vec::new();
    let mut from = Beats::ZERO;
    for index in 0.. {
        let mode = [Mode::Answer, Mode::Answer, Mode::Trade, Mode::Continue, Mode::Duet][index % 5];
        let cut = index % 5 == 0;
        // The phrase is as long as a turn at the first of them; faster, it would reach into
        // Segue's.
        let tempo = if mode == Mode::Trade { TEMPOS[0] } else { TEMPOS[(index / 2) % 3] };
        // Another metre for a takeover, and back.
        let meter = if index % 10 == 8 { waltz } else { Meter::COMMON };
        scenes.push(Scene { from, mode, tempo, meter });
        // The next scene comes into its answer.
        from += Beats::ONE.times(if cut { 13 } else { SCENE });
        if from >= Beats::ONE.times(120 * minutes) {
            break;
        }
    }
    scenes
}

fn end(scenes: &[Scene]) -> Beats {
    scenes.last().map_or(Beats::ZERO, |scene| scene.from + Beats::ONE.times(SCENE))
}

fn sample(at: Beats) -> u64 {
    (at.as_f64() * 60.0 / TEMPO * RATE).round() as u64
}

fn played(scene: &Scene) -> Vec<Note> {
    phrase().into_iter().map(|note| Note { onset: note.onset + scene.from, ..note }).collect()
}

/// From which script time to which the latch is down.
fn latched(scene: &Scene) -> Option<(Beats, Beats)> {
    let within = |beats| scene.from + Beats::ONE.times(beats);
    (scene.mode == Mode::Continue).then(|| (within(9), within(18)))
}

/// The notes that began in each scene, counted from the first one.
fn by_scene(scenes: &[Scene], notes: &[PlayedNote]) -> Vec<Vec<PlayedNote>> {
    let ends = scenes.iter().skip(1).map(|scene| sample(scene.from)).chain([u64::MAX]);
    scenes
        .iter()
        .zip(ends)
        .map(|(scene, end)| {
            let within = notes.iter().filter(|note| (sample(scene.from)..end).contains(&note.on));
            relative(within.copied().collect())
        })
        .collect()
}

fn relative(mut notes: Vec<PlayedNote>) -> Vec<PlayedNote> {
    notes.sort_unstable();
    let first = notes.first().map_or(0, |note| note.on);
    notes.iter().map(|note| PlayedNote { on: note.on - first, off: note.off - first, ..*note }).collect()
}

/// The tempo at which a take's answer began.
fn tempo(take: &Take) -> f64 {
    let before = take.tempos.iter().take_while(|&&(at, _)| at <= take.onset()).last();
    before.map_or(take.tempo, |&(_, tempo)| tempo).bpm()
}

/// Notes in Beats as they sound at a tempo, from the first one's onset.
fn sounding(notes: &[Note], tempo: f64) -> Vec<PlayedNote> {
    let at = |beats: Beats| (beats.as_f64() * 60.0 / tempo * RATE).round() as u64;
    let first = notes.iter().map(|note| note.onset).min().unwrap_or_default();
    let played = |note: &Note| PlayedNote {
        on: at(note.onset - first),
        off: at(note.end() - first),
        key: note.key,
        velocity: note.velocity,
    };
    relative(notes.iter().map(played).collect())
}

/// The same notes, to this many samples.
fn same(one: &[PlayedNote], other: &[PlayedNote], samples: u64) -> bool {
    // Rounded, two notes of one moment may change places.
    let ordered = |notes: &[PlayedNote]| {
        let mut notes = notes.to_vec();
        notes.sort_by_key(|note| (note.key, note.on));
        notes
    };
    let (one, other) = (ordered(one), ordered(other));
    one.len() == other.len()
        && one.iter().zip(&other).all(|(a, b)| {
            a.on.abs_diff(b.on) <= samples
                && a.off.abs_diff(b.off) <= samples
                && (a.key, a.velocity) == (b.key, b.velocity)
        })
}

fn ours(rig: &Rig, channel: u8) -> Vec<PlayedNote> {
    let notes = notes(&rig.out, channel).into_iter();
    notes.map(|(on, key, velocity, off)| PlayedNote { on, off, key, velocity }).collect()
}

/// What the state of a project keeps for us beside the parameters.
fn saved(state: &[u8]) -> Result<Saved> {
    let begins = state.iter().position(|&byte| byte == b'{').context("the state has no text")?;
    let state: Value = serde_json::from_slice(&state[begins..])?;
    let ours = state["fields"]["segue"].as_str().context("nothing of ours is in it")?;
    Ok(serde_json::from_str(ours)?)
}

fn kept(state: &State) -> Vec<Take> {
    let takes = state.takes();
    takes.list().iter().rev().filter_map(|row| takes.get(row.id)).collect()
}

/// The built plugin plays the jam, and its project is saved and loaded: each take is what the host
/// recorded, and so is each replay.
fn jam_in_a_host(minutes: i64) -> Result<()> {
    let scenes = scenes(minutes);
    for format in Format::ALL {
        let mut host = format.open()?;
        let mut script =
            Script { blocks: vec![512, 64, 480], ..Script::new(Tempo::new(TEMPO), end(&scenes)) };
        for scene in &scenes {
            script = script.phrase(PLAYER_CHANNEL, &played(scene));
            script.cues.push((scene.from, Cue::Tempo(scene.tempo)));
            script.cues.push((scene.from, Cue::Meter(scene.meter)));
            let mode = parameter(host.as_mut(), "Mode", &format!("{:?}", scene.mode))?;
            script.messages.push((scene.from, mode));
            if let Some((from, until)) = latched(scene) {
                script.messages.push((from, parameter(host.as_mut(), "Latch", "On")?));
                script.messages.push((until, parameter(host.as_mut(), "Latch", "Off")?));
            }
        }
        let (_, notes) = perform_on(host.as_mut(), &script)?;
        let project = State::default();
        let bytes = host.save()?;
        let saved = saved(&bytes)?;
        project.load(saved);
        ensure!(project.notices().is_empty(), "{:?}", project.notices());
        let takes = kept(&project);
        // An answer may be a rest.
        let mut answers: Vec<_> = scenes.iter().zip(by_scene(&scenes, &notes)).collect();
        answers.retain(|(_, heard)| !heard.is_empty());
        ensure!(answers.len() * 10 >= scenes.len() * 9, "{format:?}: {} of {}", answers.len(), scenes.len());
        ensure!(takes.len() == answers.len().min(64), "{format:?}: {} of {}", takes.len(), answers.len());
        // The last 64.
        let answers = answers.split_off(answers.len() - takes.len());
        for (take, (scene, heard)) in takes.iter().zip(&answers) {
            let answer: Vec<Note> = take.notes.iter().map(|own| own.note).collect();
            let written = sounding(&answer, tempo(take));
            ensure!(same(&written, heard, 1), "{format:?} {scene:?}:\n{written:?}\n{heard:?}");
            ensure!((take.mode, tempo(take), take.meter) == (scene.mode, scene.tempo, scene.meter));
            // What was not answered before is in it, too: two phrases are what eight bars hold.
            ensure!(!take.prompt.is_empty() && take.prompt.len() <= 20, "{scene:?}: {:?}", take.prompt);
        }
        let bare = format.open()?.save()?.len();
        println!(
            "{format:?}: {} takes, {} notes, {} bytes of state without them, {} with them",
            takes.len(),
            notes.len(),
            bare,
            bytes.len()
        );
        replay(&project, &takes, &answers)?;
        reloaded(format, &bytes)?;
    }
    Ok(())
}

/// A project with takes is saved again as it was, and what is played on it is what is played on one
/// without: twice.
fn reloaded(format: Format, bytes: &[u8]) -> Result<()> {
    let begins = bytes.iter().position(|&byte| byte == b'{').context("the state has no text")?;
    let mut state: Value = serde_json::from_slice(&bytes[begins..])?;
    let mut bare = saved(bytes)?;
    bare.takes.clear();
    state["fields"]["segue"] = Value::String(serde_json::to_string(&bare)?);
    let text = serde_json::to_vec(&state)?;
    // CLAP's has its length before it.
    let length = if begins > 0 { (text.len() as u64).to_le_bytes().to_vec() } else { Vec::new() };
    let bare = [length, text].concat();
    let mut heard = Vec::new();
    for state in [bytes, bytes, &bare] {
        let mut host = format.open()?;
        host.load(state)?;
        ensure!(saved(&host.save()?)? == saved(state)?, "{format:?}: saved again it is another");
        let script = Script::new(Tempo::new(TEMPO), Beats::ONE.times(SCENE));
        heard.push(perform_on(host.as_mut(), &script.phrase(PLAYER_CHANNEL, &phrase()))?.1);
        ensure!(state == bare || saved(&host.save()?)?.takes.len() > 1, "{format:?}: its takes are gone");
    }
    ensure!(!heard[0].is_empty() && heard.iter().all(|other| *other == heard[0]), "{format:?}");
    Ok(())
}

/// The takes of a loaded project, played again by an instance that has heard nothing.
fn replay(project: &State, takes: &[Take], answers: &[(&Scene, Vec<PlayedNote>)]) -> Result<()> {
    for (take, (_, heard)) in takes.iter().zip(answers).step_by(1 + takes.len() / 8) {
        let song = Song::Plays(0.0, tempo(take));
        let mut rig = Rig::keeping(Model::random(3), RATE, song, project.takes());
        rig.wish.as_ref().context("in line")?.send(Command::Replay(take.name.id))?;
        rig.run(40 * 24_000, Cut::Random, &[]);
        let again = relative(ours(&rig, OURS));
        ensure!(same(&again, heard, 1), "{:?}:\n{again:?}\n{heard:?}", take.name);
        ensure!(hygiene(&rig.out) == 0);
    }
    Ok(())
}

/// The jam as one file: what was recorded of both at the output, note for note.
fn jam_as_a_file(minutes: i64) -> Result<()> {
    let scenes = scenes(minutes);
    let model = Model::from_checkpoint(segue::models::embedded::checkpoint()?)?;
    let mut rig = Rig::of(model, RATE, Song::Plays(0.0, TEMPO));
    rig.settings.when.bars = 2;
    let mut input = Vec::new();
    for note in scenes.iter().flat_map(played) {
        let velocity = f32::from(note.velocity) / 127.0;
        let (id, channel, key) = (None, PLAYER_CHANNEL, note.key);
        input.push((sample(note.onset), segue::between::message::Message::On { id, channel, key, velocity }));
        input.push((
            sample(note.end()),
            segue::between::message::Message::Off { id, channel, key, velocity: 0.0 },
        ));
    }
    input.sort_by_key(|(at, message)| (*at, !message.ends_notes()));
    for (scene, next) in scenes.iter().zip(scenes.iter().skip(1).map(Some).chain([None])) {
        rig.settings.mode = scene.mode;
        rig.meter = scene.meter;
        let position = rig.transport().song.unwrap_or(0.0);
        rig.move_song(Song::Plays(position, scene.tempo));
        if let Some((from, until)) = latched(scene) {
            rig.run(sample(from), Cut::Of(512), &input);
            rig.settings.when.latch = true;
            rig.run(sample(until), Cut::Of(512), &input);
            rig.settings.when.latch = false;
        }
        rig.run(sample(next.map_or(end(&scenes), |next| next.from)), Cut::Of(512), &input);
    }
    ensure!(hygiene(&rig.out) == 0);

    let temporary = tempfile::tempdir()?;
    let folder = std::env::var_os("SEGUE_JAM").map_or(temporary.path().to_owned(), PathBuf::from);
    let path = rig.status.takes.export_jam(&folder)?;
    let piece = midi_file::read(&path)?;
    let names: Vec<_> = piece.tracks.iter().map(|track| track.name.as_str()).collect();
    ensure!(names == ["You", "Segue"], "{names:?}");
    let mut tempos: Vec<f64> = piece.tempos.iter().map(|(_, tempo)| tempo.bpm()).collect();
    tempos.dedup();
    let mut expected: Vec<f64> = scenes.iter().map(|scene| scene.tempo).collect();
    expected.dedup();
    ensure!(tempos == expected, "{tempos:?}, not {expected:?}");
    let mut meters: Vec<Meter> = scenes.iter().map(|scene| scene.meter).collect();
    meters.dedup();
    let written: Vec<Meter> = piece.meters.iter().map(|&(_, meter)| meter).collect();
    ensure!(written == meters, "{written:?}, not {meters:?}");

    let mut counts = Vec::new();
    for (track, channel) in piece.tracks.iter().zip([PLAYER_CHANNEL, ANSWER_CHANNEL]) {
        let recorded = ours(&rig, channel);
        ensure!(track.notes.len() == recorded.len(), "{} of {}", track.notes.len(), recorded.len());
        counts.push(recorded.len());
        // A metre that changes leaves the rest of a bar out of the jam, as the host's song does: so
        // the scenes are compared one by one.
        let mut left = track.notes.as_slice();
        for (scene, heard) in scenes.iter().zip(by_scene(&scenes, &recorded)) {
            let (notes, rest) = left.split_at(heard.len());
            left = rest;
            let first = notes.first().map_or(0.0, |note| piece.seconds_at(note.onset));
            let at = |beats: Beats| ((piece.seconds_at(beats) - first) * RATE).round() as u64;
            let read: Vec<_> = notes
                .iter()
                .map(|note| PlayedNote {
                    on: at(note.onset),
                    off: at(note.end()),
                    key: note.key,
                    velocity: note.velocity,
                })
                .collect();
            // A tick of the file is two samples.
            ensure!(same(&read, &heard, 3), "{scene:?}\n{read:?}\n{heard:?}");
        }
    }
    let bytes = fs::read(&path)?;
    let answered = by_scene(&scenes, &ours(&rig, ANSWER_CHANNEL));
    let answered = scenes.iter().zip(answered).filter(|(_, notes)| !notes.is_empty());
    for (number, (scene, _)) in answered.enumerate() {
        let marker = format!("Answer {} ({:?})", number + 1, scene.mode);
        ensure!(bytes.windows(marker.len()).any(|part| part == marker.as_bytes()), "there is no {marker:?}");
    }
    println!("{} scenes, {} notes of the player's, {} of Segue's", scenes.len(), counts[0], counts[1]);
    Ok(())
}

#[test]
fn takes_are_what_the_host_recorded_and_replays_are_too() -> Result<()> {
    jam_in_a_host(1)
}

#[test]
fn a_jam_is_exported_as_it_was_recorded() -> Result<()> {
    jam_as_a_file(1)
}

#[test]
#[ignore = "ten minutes of music take some of the clock's"]
fn ten_minutes_in_a_host() -> Result<()> {
    jam_in_a_host(10)
}

#[test]
#[ignore = "ten minutes of music take some of the clock's"]
fn ten_minutes_as_a_file() -> Result<()> {
    jam_as_a_file(10)
}
