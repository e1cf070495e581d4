//! Who wrote a piece, as a style.

use std::collections::BTreeMap;

use crate::record::Record;

/// Notes to learn from, without which nobody's style is known.
const ENOUGH: usize = 60_000;
/// At most this many composers become styles, beside the kinds of music.
const MOST: usize = 40;
/// Sources of one composer, whose groups number the works.
const OF_ONE: [(&str, &str); 1] = [("chopin-first-editions", "Chopin, F.")];

/// The composer named by a group of a manifest, `source/Family, Given names|Work`: the family name
/// and the initials, since given names are spelled in many languages. `None` where it names a
/// collection or a number.
pub fn of_group(group: &str) -> Option<String> {
    let (source, name) = group.split_once('/')?;
    if let Some(&(_, composer)) = OF_ONE.iter().find(|(one, _)| *one == source) {
        return Some(composer.to_owned());
    }
    let name = name.split('|').next()?.replace('_', " ");
    let (family, given) = name.split_once(',')?;
    // Two family names in one are one composer's: Mendelssohn-Bartholdy.
    let family = family.split('-').next()?.trim();
    let initials: Vec<String> = given
        .split([' ', '-'])
        .filter_map(|word| word.chars().next())
        .filter(|first| first.is_uppercase())
        .map(|first| format!("{first}."))
        .collect();
    (!family.is_empty() && !initials.is_empty()).then(|| format!("{family}, {}", initials.join(" ")))
}

/// Forgets the composers with too little music to train on; `prepared` begins with the training
/// split.
pub fn keep_known(prepared: &mut [(&str, Vec<Record>)]) {
    let mut notes = BTreeMap::<String, usize>::new();
    for record in prepared.first().iter().flat_map(|(_, records)| records) {
        if let Some(composer) = &record.composer {
            *notes.entry(composer.clone()).or_default() += record.notes.len();
        }
    }
    let mut known: Vec<(String, usize)> = notes.into_iter().filter(|&(_, notes)| notes >= ENOUGH).collect();
    known.sort_by_key(|&(_, notes)| std::cmp::Reverse(notes));
    known.truncate(MOST);
    for record in prepared.iter_mut().flat_map(|(_, records)| records) {
        record.composer = record.composer.take().filter(|own| known.iter().any(|(name, _)| name == own));
    }
    if !known.is_empty() {
        say!("styles by composer, with the notes to train on:");
        known.iter().for_each(|(name, notes)| say!("  {name:32} {notes:9} notes"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::VoicedNote;

    #[test]
    fn groups_name_composers_or_do_not() {
        for (group, composer) in [
            ("pianolatron/Chopin, Frédéric|Ballade op. 47, a flat major", Some("Chopin, F.")),
            ("polish-scores/Chopin, Fryderyk", Some("Chopin, F.")),
            ("chopin-first-editions/028_13", Some("Chopin, F.")),
            ("openscore-lieder/Beethoven,_Ludwig_van", Some("Beethoven, L.")),
            ("openscore-lieder/Holmès,_Augusta_Mary_Anne", Some("Holmès, A. M. A.")),
            ("pianolatron/Mendelssohn-Bartholdy, Felix|On the wings of songs", Some("Mendelssohn, F.")),
            ("polish-scores/Żeleński, Władysław", Some("Żeleński, W.")),
            ("polish-scores/anon:I-155", None),
            ("open-ewld/George_Gershwin-Ira_Gershwin", None),
            ("open-hymnal/0001_in1.mid", None),
            ("freedoom", None),
            ("", None),
        ] {
            assert_eq!(of_group(group).as_deref(), composer, "{group}");
        }
    }

    #[test]
    fn a_composer_of_a_few_pieces_is_no_style() {
        let note = VoicedNote { onset: 0, key: 60, duration: 12, velocity: None, voice: 0 };
        let piece = |composer: &str, notes: usize| Record {
            composer: Some(composer.to_owned()),
            notes: vec![note; notes],
            ..Record::default()
        };
        let train = vec![piece("Much, A.", ENOUGH / 2), piece("Much, A.", ENOUGH), piece("Little, B.", 100)];
        // A composer who is only in the validation split gets no style.
        let valid = vec![piece("Much, A.", 10), piece("Elsewhere, C.", 2 * ENOUGH)];
        let mut prepared = [("train", train), ("valid", valid)];
        keep_known(&mut prepared);
        let known =
            prepared.map(|(_, records)| records.iter().filter(|record| record.composer.is_some()).count());
        assert_eq!(known, [2, 1]);
    }
}
