//! Tries an installed plugin: plays phrases into it and listens for the answers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use segue_music::{Beats, Channel, Meter, Piece, Tempo, Track, midi_file, one_line};

use crate::take::{write_sound, write_text};
use crate::{ClapHost, Host, Message, Performance, PresetPlace, Script, Take, piano_roll, picture};

/// The channel Segue answers on unless told otherwise: MIDI's second.
pub const ANSWER_CHANNEL: Channel = 1;
/// The channel the phrase is played on, so that what is passed through is not taken for an answer.
const PLAYER_CHANNEL: Channel = 0;
/// How long an answer is waited for after the phrase, and the longest answer there is room for.
const PATIENCE: Beats = Beats::ratio(128, 1);
/// Silence that ends an answer.
const REST: Beats = Beats::ratio(8, 1);
/// Below this an answer is silence: 60 dB under full scale.
const SILENCE: f32 = 0.001;

/// How an instance of the plugin is made.
pub type Open<'a> = &'a dyn Fn(&Path) -> Result<Box<dyn Host>>;

/// What is tried, and where the takes go.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The CLAP file, or what another host opens.
    pub plugin: PathBuf,
    /// The folder of phrases. Those in a folder within it are played with the preset that it is
    /// named after.
    pub prompts: PathBuf,
    /// The folder of takes.
    pub takes: PathBuf,
    /// The preset to play all phrases with: one of the plugin's by its name, or a file. In CLAP
    /// alone.
    pub preset: Option<String>,
}

impl Trial {
    /// Plays every phrase to an instance of its own, in the order of their names, and says what
    /// came back. An error where one was not answered; the others are tried all the same.
    pub fn run(&self, say: &mut dyn FnMut(&str)) -> Result<()> {
        let preset = self.preset.as_deref();
        let mut phrases = Vec::new();
        for folder in folders(&self.prompts)? {
            let named = name(&folder);
            let own = preset.unwrap_or(&named);
            phrases.extend(midi_files(&folder)?.into_iter().map(|path| Phrase::of(path, Some(own))));
        }
        phrases.extend(midi_files(&self.prompts)?.into_iter().map(|path| Phrase::of(path, preset)));
        self.attempt(&phrases, &|phrase| open(&self.plugin, phrase.preset.as_deref()), say)
    }

    /// The same in another host, which knows no presets.
    pub fn run_in(&self, host: Open<'_>, say: &mut dyn FnMut(&str)) -> Result<()> {
        let files = midi_files(&self.prompts)?;
        let phrases: Vec<Phrase> = files.into_iter().map(|path| Phrase::of(path, None)).collect();
        self.attempt(&phrases, &|_| host(&self.plugin), say)
    }

    fn attempt(&self, phrases: &[Phrase], open: OpenFor<'_>, say: &mut dyn FnMut(&str)) -> Result<()> {
        for (place, phrase) in phrases.iter().enumerate() {
            let own = name(&phrase.path);
            if let Some(other) = phrases[..place].iter().find(|other| name(&other.path) == own) {
                let (one, other) = (phrase.path.display(), other.path.display());
                bail!("{other} and {one}: both takes would be {own}-answer.mid; rename one");
            }
        }
        if phrases.is_empty() {
            bail!(
                "{}: there is no MIDI file in it; name another folder with `--prompts`",
                self.prompts.display()
            );
        }
        ensure!(
            self.plugin.exists(),
            "{}: there is no such plugin; make it with `install`",
            self.plugin.display()
        );
        std::fs::create_dir_all(&self.takes).with_context(|| {
            format!("{}: cannot be made; choose another with `--out`", self.takes.display())
        })?;
        let mut failed = Vec::new();
        for phrase in phrases {
            if let Err(error) = self.answer(phrase, open, say) {
                say(&format!("{}: {error:#}\n", phrase.path.display()));
                failed.push(name(&phrase.path));
            }
        }
        ensure!(
            failed.is_empty(),
            "{} of {} phrases had no answer: {}",
            failed.len(),
            phrases.len(),
            failed.join(", ")
        );
        Ok(())
    }

    fn answer(&self, phrase: &Phrase, open: OpenFor<'_>, say: &mut dyn FnMut(&str)) -> Result<()> {
        let prompt = Prompt::of(&midi_file::read(&phrase.path)?)?;
        let mut host = open(phrase)?;
        let performance = prompt.script().play(host.as_mut())?;
        let take = prompt.take(&performance)?;

        let name = name(&phrase.path);
        let with = phrase.preset.as_ref().map_or(String::new(), |preset| format!(" with {preset}"));
        say(&format!(
            "{}{}: {:.0} BPM, {}/{}, {} notes, answered with {}\n",
            one_line(&name),
            one_line(&with),
            prompt.tempo.bpm(),
            prompt.meter.numerator,
            prompt.meter.denominator,
            take.you.notes.len(),
            take.count()
        ));
        say(&piano_roll(&take.you.notes, &take.pitched(), &take.drums(), prompt.meter));
        let file = self.takes.join(format!("{name}-answer.mid"));
        let (sound, roll) = (file.with_extension("wav"), file.with_extension("svg"));
        take.write(&file)?;
        write_text(&roll, &picture(&take))?;
        write_sound(&sound, &performance)?;
        say(&format!("{}\n{}\n{}\n\n", file.display(), roll.display(), sound.display()));
        Ok(())
    }
}

/// A phrase to play, and with which preset.
struct Phrase {
    path: PathBuf,
    preset: Option<String>,
}

impl Phrase {
    fn of(path: PathBuf, preset: Option<&str>) -> Self {
        Self { path, preset: preset.map(str::to_owned) }
    }
}

/// How an instance for a phrase is made.
type OpenFor<'a> = &'a dyn Fn(&Phrase) -> Result<Box<dyn Host>>;

/// An instance in the CLAP host, with a preset.
fn open(plugin: &Path, preset: Option<&str>) -> Result<Box<dyn Host>> {
    let mut host = ClapHost::open(plugin)?;
    if let Some(preset) = preset {
        let file = Path::new(preset);
        let place = match file.is_file() {
            true => PresetPlace::File(file.to_owned()),
            false => PresetPlace::Plugin(preset.to_owned()),
        };
        let unknown = || format!("{preset}: neither a file nor a preset of the plugin's");
        host.load_preset(&place).with_context(unknown)?;
    }
    Ok(Box::new(host))
}

/// What lies in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{}: cannot be read; name a folder with `--prompts`", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| format!("{}: cannot be read", folder.display()))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn midi_files(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| midi_file::has_midi_extension(path)).collect())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// A file's name without `.mid`. Any other extension stays, so that `a.mid` and `a.kar` differ.
fn name(path: &Path) -> String {
    let is_plain = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mid"));
    let name = if is_plain { path.file_stem() } else { path.file_name() };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// A phrase and its clock: the tempo and the metre the file begins with.
struct Prompt {
    you: Track,
    tempo: Tempo,
    meter: Meter,
}

impl Prompt {
    fn of(piece: &Piece) -> Result<Self> {
        let notes = piece.notes();
        ensure!(!notes.is_empty(), "there are no notes in it");
        let mut pedal: Vec<(Beats, bool)> = piece
            .tracks
            .iter()
            .filter(|track| !track.is_drums())
            .flat_map(|track| track.pedal.clone())
            .collect();
        pedal.sort_by_key(|&(at, _)| at);
        Ok(Self {
            you: Track { name: "You".into(), channel: PLAYER_CHANNEL, program: None, notes, pedal },
            tempo: piece.tempos.first().map_or(Tempo::DEFAULT, |&(_, tempo)| tempo),
            meter: piece.meters.first().map_or(Meter::COMMON, |&(_, meter)| meter),
        })
    }

    fn script(&self) -> Script {
        let end = self.you.notes.iter().map(|note| note.end()).max().unwrap_or_default();
        let mut script = Script::new(self.tempo, end + PATIENCE).phrase(PLAYER_CHANNEL, &self.you.notes);
        for &(at, down) in &self.you.pedal {
            let value = if down { 127 } else { 0 };
            script.messages.push((at, Message::Control { channel: PLAYER_CHANNEL, controller: 64, value }));
        }
        script.meter = self.meter;
        script.rest = Some((PLAYER_CHANNEL, REST));
        script
    }

    /// The answer, if it was one and could be heard.
    fn take(&self, performance: &Performance) -> Result<Take> {
        let notes = |channel: Channel| Ok((channel, performance.notes(channel)?));
        let channels = performance.channels_but(PLAYER_CHANNEL).into_iter();
        let answer = channels.map(notes).collect::<Result<Vec<_>>>().context("the answer is broken")?;
        let all = || answer.iter().flat_map(|(_, notes)| notes);
        let (Some(first), Some(last)) = (all().map(|note| note.on).min(), all().map(|note| note.off).max())
        else {
            bail!("Segue did not answer; it was waited for {PATIENCE} beats");
        };
        let peak = performance.peak(first, last);
        let count = all().count();
        ensure!(peak > SILENCE, "Segue answered with {count} notes but was not heard: the peak is {peak}");
        Ok(Take::of(self.you.clone(), &answer, performance, (self.tempo, self.meter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(folder: &Path) -> Trial {
        let (plugin, takes) = (folder.join("none.clap"), folder.join("takes"));
        Trial { plugin, prompts: folder.into(), takes, preset: None }
    }

    #[test]
    fn each_thing_missing_is_one_clear_line() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut said = String::new();
        let mut say = |line: &str| said.push_str(line);

        let error = trial(&folder.path().join("nowhere")).run(&mut say).expect_err("no folder");
        assert!(format!("{error:#}").contains("--prompts"), "{error:#}");
        let error = trial(folder.path()).run(&mut say).expect_err("no prompts");
        assert!(format!("{error:#}").contains("no MIDI file"), "{error:#}");

        std::fs::write(folder.path().join("text.mid"), "not music").expect("file");
        let error = trial(folder.path()).run(&mut say).expect_err("no plugin");
        assert!(format!("{error:#}").contains("none.clap: there is no such plugin"), "{error:#}");

        std::fs::write(folder.path().join("none.clap"), "no plugin either").expect("file");
        let error = trial(folder.path()).run(&mut say).expect_err("no music");
        assert!(format!("{error:#}").contains("1 of 1 phrases had no answer: text"), "{error:#}");
        assert!(said.contains("text.mid"), "{said}");
        assert_eq!(std::fs::read_dir(folder.path().join("takes")).expect("takes").count(), 0);
    }
}
