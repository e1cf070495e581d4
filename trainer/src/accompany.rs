//! How well a model plays bass and drums along with songs of bands, beside the songs' own rhythm
//! sections and some that must lose.

mod figures;
mod losers;
mod song;

use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use rand_pcg::Pcg64Mcg;
use segue_model::{Accompaniment, AccompanimentOptions, Checkpoint, Model};
use segue_music::{Part, PartSet, midi_file};
use serde_json::{Value, json};

use crate::material::Material;
use crate::progress_bar::bar;
use crate::sampling::Sampling;
use crate::table::Table;
use figures::{Figures, Tally};
use song::{Rhythm, Song};

/// Who plays, and their figures.
#[derive(Debug)]
pub struct Bands {
    name: String,
    rows: [(&'static str, Figures); 5],
}

/// Who plays, in order.
const ROWS: [&str; 5] =
    ["the song's own", "the model", "the model, bass keys shuffled", "another song's", "by chance, in key"];

impl Bands {
    /// Lets a model play along with so many songs.
    ///
    /// # Errors
    /// Where the model knows no parts, or the material holds no band.
    pub fn of(
        checkpoint: Checkpoint,
        material: &Material,
        count: usize,
        sampling: &Sampling,
    ) -> Result<Self> {
        let name = checkpoint.name.clone();
        ensure!(
            checkpoint.config.parts,
            "{name} knows no parts; name a model of `trainer train --parts` with --model"
        );
        let model = Arc::new(Model::from_checkpoint(checkpoint)?);
        let songs = songs(material, count)?;
        let mut tallies: [Tally; ROWS.len()] = Default::default();
        let progress = bar(songs.len() as u64, "{bar:30} {human_pos}/{human_len} songs  {eta} left");
        for (place, song) in songs.iter().enumerate() {
            let mut chance = Pcg64Mcg::new(place as u128 * 2 + 1);
            let played = play(&model, song, sampling)?;
            let others = losers::anothers(song, &songs[(place + 1) % songs.len()]);
            let random = losers::random(song, &mut chance);
            let shuffled = losers::shuffled(&played, &mut chance);
            for (tally, played) in tallies.iter_mut().zip([&song.own, &played, &shuffled, &others, &random]) {
                tally.add(song, played);
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        let mut tallies = tallies.iter();
        Ok(Self {
            name,
            rows: ROWS.map(|row| (row, tallies.next().map(Tally::figures).expect("a row each"))),
        })
    }

    /// As JSON.
    pub fn as_json(&self) -> Value {
        let rows: serde_json::Map<_, _> =
            self.rows.iter().map(|(row, figures)| ((*row).to_owned(), json!(figures))).collect();
        json!({"model": self.name, "accompaniments": rows})
    }

    /// As a table.
    pub fn table(&self) -> Table {
        let share =
            |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
        let row = |(row, figures): &(&str, Figures)| {
            vec![
                (*row).to_owned(),
                share(figures.bass_on_chord),
                share(figures.bass_in_chord),
                share(figures.kick_and_snare),
                share(figures.consonance),
                share(Some(figures.bars_without_bass)),
                share(Some(figures.bars_without_drums)),
                format!("{:.2}", figures.density),
                figures.fills.map(|share| format!("{:.0} %", 100.0 * share)).join("; "),
            ]
        };
        Table {
            heads: vec![
                "who plays",
                "bass on root or fifth at changes",
                "bass notes of the chord",
                "kick and snare as the song's",
                "bass consonant with the tune",
                "bars without bass",
                "bars without drums",
                "notes by the song's",
                "fills in fourth bars; in others",
            ],
            rows: self.rows.iter().map(row).collect(),
        }
    }

    /// How many songs there were.
    pub fn songs(&self) -> usize {
        self.rows[0].1.songs
    }

    /// Prints it.
    pub fn print(&self) {
        say!("bass and drums of {} to {} songs\n\n{}", self.name, self.songs(), self.table().markdown());
    }
}

/// Songs of bands, evenly spread over the material.
fn songs(material: &Material, count: usize) -> Result<Vec<Song>> {
    let (folder, files) = material.files()?;
    let chords = song::chords(folder)?;
    let none = Vec::new();
    let mut songs = Vec::new();
    for path in &files {
        let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        // What cannot be read is named where it is prepared.
        let Ok(piece) = midi_file::read(path) else { continue };
        songs.extend(Song::of(&piece, chords.get(&name).unwrap_or(&none)));
    }
    ensure!(
        songs.len() > 1,
        "{} holds no two songs of a band (a bass, drums and somebody else); make some with `trainer arrange --kinds band`",
        folder.display()
    );
    let all = songs.len();
    let kept = |place: usize| place * count / all != (place + 1) * count / all;
    Ok(songs
        .into_iter()
        .enumerate()
        .filter_map(|(place, song)| (count >= all || kept(place)).then_some(song))
        .collect())
}

/// The model's bass and drums, drawn as the program draws them.
fn play(model: &Arc<Model>, song: &Song, sampling: &Sampling) -> Result<Rhythm> {
    let Sampling { temperature, top_p, seed, guards, .. } = *sampling;
    let parts: PartSet = [Part::Bass, Part::Drums].into_iter().collect();
    let options = AccompanimentOptions { grid: None, temperature, top_p, seed, guards, parts };
    let played = Accompaniment::of(&song.given, model.clone(), &options)
        .map_err(|rest| anyhow!("the model does not play along: {rest}"))?;
    let mut rhythm = Rhythm::default();
    for (part, notes) in played.band {
        match part {
            Part::Drums => rhythm.drums = notes,
            _ => rhythm.bass = notes,
        }
    }
    Ok(rhythm)
}
