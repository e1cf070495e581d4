//! The part of the page that sets a model beside people, and beside what must lose.

use std::fmt::Write as _;

use anyhow::Result;

use super::page::{escaped, show};
use super::playing::{Playing, systems};
use super::{Findings, Report, picture};
use crate::drift::{Drift, Thirds};
use crate::form::Form;
use crate::judge::{BAD, Numbers};
use crate::table::Table;

/// Adds it to the page.
pub fn write(page: &mut String, findings: &Findings, report: &Report) -> Result<()> {
    let playing = &findings.playing;
    write!(
        page,
        "<h2>Beside people</h2>\n<p>{} pieces it never saw: {} bars are given, and it goes on for {}, once each, with seed {}, temperature {} and top-p {}; none is picked. \
         Beside it, measured by the same code: how the piece goes on, the same piece still further on, three that must lose, and the Markov model, which plays with the same top-p.</p>\n",
        playing.prompts.len(),
        report.prompt_bars,
        report.bars,
        report.sampling.seed,
        report.sampling.temperature,
        report.sampling.top_p
    )?;
    add(page, &numbers(playing));
    page.push_str(
        "<p class=note>Good is what lies near people, not what is highest: a loop is always in key. \
         Surprise: how unexpected each note is to a Markov model that learned the prompt and then stopped learning; the number is how far apart \
         the surprises of all its notes and of all of people's lie. It finds what is too predictable or too wild, not single wrong notes. Runs from training \
         count in any key; scales, trills and broken chords, which nobody owns, do not.</p>\n",
    );
    let people = &playing.numbers[1];
    let far = systems()
        .zip(&playing.numbers)
        .map(|(name, numbers)| (name.to_owned(), vec![numbers.distance(people)]));
    let words = "distance from people over all of these numbers: nearer is better";
    show(page, words, &picture::bars(words, &["distance"], &far.collect::<Vec<_>>())?);
    page.push_str("<h2>Over many bars</h2>\n<p>Whether an answer holds: three numbers are those of its first, second and last third.</p>\n");
    add(page, &form(playing));
    page.push_str(
        "<p class=note>A bar has a bass if its lowest note lies at most a fourth above where the prompt's bars have theirs. Stuck: the same keys six times running, where the \
         prompt has none of that. Like a bar before: of both bars' notes, the share that both have. Blips: notes of at most a twenty-fourth of a beat.</p>\n",
    );
    add(page, &drift(playing));
    page.push_str(
        "<p class=note>Far: more than a fifth outside the prompt's range. Denser: four beats with more than 1.5 times the notes of the prompt's densest four. Thicker: chords \
         of more notes than any of the prompt's. Longer silences: more than twice its longest. Off its pulse: off the coarsest pulse that holds 95 % of its notes. Turning: 13 notes \
         that go round in at most four.</p>\n<h2>Told apart</h2>\n",
    );
    told_apart(page, playing);
    Ok(())
}

/// Every table, for a terminal.
pub fn print(playing: &Playing) {
    for table in [numbers(playing), form(playing), drift(playing)] {
        say!("\n{}", table.markdown());
    }
    match &playing.told_apart {
        Ok(told) => say!("{}", told.table().markdown()),
        Err(why) => say!("not told apart: {why}"),
    }
    broken(playing).iter().for_each(|line| say!("{line}"));
}

fn add(page: &mut String, table: &Table) {
    _ = write!(page, "<div class=beside>{}</div>", table.html());
}

fn told_apart(page: &mut String, playing: &Playing) {
    page.push_str(
        "<p>How well a classifier tells answers from people's, asked about pieces that it did not learn from: 0.5 is chance, 1 is always. It hears eight groups of numbers, each \
         alone. People further on in the same piece must be hard to tell, the three bad players easy.</p>\n",
    );
    match &playing.told_apart {
        Ok(told) => add(page, &told.table()),
        Err(why) => _ = writeln!(page, "<p>Not measured: {}.</p>", escaped(why)),
    }
    broken(playing).iter().for_each(|line| _ = writeln!(page, "<p><b>{}</b></p>", escaped(line)));
}

/// What to say of a measure that somebody bad passes.
fn broken(playing: &Playing) -> Vec<String> {
    let Ok(told) = &playing.told_apart else { return Vec::new() };
    let fails = told.fails(&BAD);
    fails
        .map(|who| format!("Here the measure is broken: {who} is no easier to tell than people further on."))
        .collect()
}

/// A row each; of who has no answers there are no numbers.
fn table<T>(
    playing: &Playing,
    heads: Vec<&'static str>,
    of: &[T],
    cells: impl Fn(&T) -> Vec<String>,
) -> Table {
    let row = |((who, numbers), of): ((&'static str, &Numbers), &T)| {
        let silent = numbers.answers == 0;
        let cells = cells(of).into_iter().map(|cell| if silent { "-".to_owned() } else { cell });
        std::iter::once(who.to_owned()).chain(cells).collect()
    };
    let rows = systems().zip(&playing.numbers).zip(of).map(row).collect();
    Table { heads: [vec![""], heads].concat(), rows }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn percents(shares: impl IntoIterator<Item = f64>) -> String {
    let shares: Vec<String> = shares.into_iter().map(|share| format!("{:.1}", 100.0 * share)).collect();
    format!("{} %", shares.join("  "))
}

fn numbers(playing: &Playing) -> Table {
    let heads = vec![
        "answers",
        "notes",
        "in the prompt's scale",
        "pitch classes like the prompt's",
        "8-note runs from the prompt",
        "8-note runs from itself",
        "answers with 16 notes from training",
        "surprise, bits from people's",
    ];
    table(playing, heads, &playing.numbers, |numbers| {
        vec![
            numbers.answers.to_string(),
            format!("{:.0}", numbers.notes),
            percent(numbers.in_key),
            format!("{:.2}", numbers.cosine),
            percent(numbers.copied),
            percent(numbers.looped),
            format!("{:.0} %", 100.0 * numbers.trained),
            format!("{:.2}", numbers.surprise),
        ]
    })
}

fn form(playing: &Playing) -> Table {
    let heads = vec![
        "bars with bass",
        "no bass for four bars",
        "stuck",
        "like four bars before",
        "like eight bars before",
        "blips",
    ];
    table(playing, heads, &playing.forms, |form: &Form| {
        vec![
            percents(form.bass),
            percent(form.lost),
            percent(form.stuck),
            percent(form.likeness[0]),
            percent(form.likeness[1]),
            percent(form.brief),
        ]
    })
}

fn drift(playing: &Playing) -> Table {
    let heads = vec![
        "in the prompt's scale",
        "far",
        "denser",
        "thicker",
        "longer silences",
        "off its pulse",
        "turning",
    ];
    table(playing, heads, &playing.thirds, |thirds: &Thirds| {
        let of = |share: fn(&Drift) -> f64| percents(thirds.drift.iter().map(share));
        vec![
            percents(thirds.in_scale),
            of(|drift| drift.far),
            of(|drift| drift.dense),
            of(|drift| drift.thick),
            of(|drift| drift.silent),
            of(|drift| drift.off_pulse),
            of(|drift| drift.turning),
        ]
    })
}
