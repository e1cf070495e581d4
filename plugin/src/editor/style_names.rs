//! The styles of a model for a menu: capitalised, in groups, and found by what a player types.

/// The groups of the menu, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The large families: jazz, pop; and a pianist's jazz and pop.
    Idioms,
    /// Grooves and forms, and whatever is of no other group.
    Styles,
    /// Kinds of written and recorded music.
    Classical,
    /// One person's music.
    Composers,
}

impl Group {
    /// All, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::Idioms, Self::Styles, Self::Classical, Self::Composers];

    /// Its heading.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idioms => "Idioms",
            Self::Styles => "Styles",
            Self::Classical => "Classical",
            Self::Composers => "Composers",
        }
    }

    /// The group of a style, found by its name: models name their styles and no groups.
    pub fn of(name: &str) -> Self {
        let lower = name.to_lowercase();
        let idiom = lower.strip_suffix(" piano").unwrap_or(&lower);
        if is_person(name) {
            Self::Composers
        } else if IDIOMS.contains(&idiom) {
            Self::Idioms
        } else if CLASSICAL.contains(&lower.as_str()) {
            Self::Classical
        } else {
            Self::Styles
        }
    }
}

const IDIOMS: [&str; 15] = [
    "blues", "country", "dance", "folk", "funk", "gospel", "hip hop", "jazz", "latin", "pop", "ragtime",
    "reggae", "rock", "soul", "world",
];

const CLASSICAL: [&str; 10] = [
    "art song",
    "chorale",
    "classical piano",
    "concert piano",
    "ensemble",
    "hymn",
    "orchestra",
    "piano roll",
    "piano roll, even touch",
    "string quartet",
];

/// Whether a name is a person's, as catalogues write it: "Chopin, F.".
fn is_person(name: &str) -> bool {
    let Some((family, given)) = name.split_once(", ") else { return false };
    let initials = given.split_whitespace();
    let is_initial = |word: &str| word.ends_with('.') && word.chars().next().is_some_and(char::is_uppercase);
    !family.is_empty() && !given.is_empty() && initials.into_iter().all(is_initial)
}

/// A style's name as the window shows it: "string quartet" is "String quartet".
pub fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

/// The styles that answer to what was typed, each with its place in `names`, by group and then in
/// the order of the alphabet. Groups without any are left out.
pub fn found(names: &[String], typed: &str) -> Vec<(Group, Vec<(usize, String)>)> {
    let wanted = plain(typed.trim());
    let mut found: Vec<(Group, Vec<(usize, String)>)> = Vec::new();
    for group in Group::ALL {
        let of_group = names.iter().enumerate().filter(|(_, name)| Group::of(name) == group);
        let mut of_group: Vec<_> = of_group
            .filter(|(_, name)| plain(name).contains(&wanted) || plain(group.name()).starts_with(&wanted))
            .map(|(place, name)| (place, capitalised(name)))
            .collect();
        of_group.sort_by_key(|(_, name)| plain(name));
        if !of_group.is_empty() {
            found.push((group, of_group));
        }
    }
    found
}

/// Small letters without their accents: "Żeleński" is found by "zelenski", and stands under Z.
fn plain(text: &str) -> String {
    let bare = |letter: char| match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ř' => 'r',
        'ś' | 'š' => 's',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    text.to_lowercase().chars().map(bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_are_grouped_by_their_names() {
        for (name, group) in [
            ("jazz", Group::Idioms),
            ("blues piano", Group::Idioms),
            ("classical piano", Group::Classical),
            ("piano roll, even touch", Group::Classical),
            ("hymn", Group::Classical),
            ("bossa nova", Group::Styles),
            ("tune", Group::Styles),
            ("my own", Group::Styles),
            ("mine, all mine", Group::Styles),
            ("Chopin, F.", Group::Composers),
            ("Holmès, A. M. A.", Group::Composers),
            ("", Group::Styles),
            (", ", Group::Styles),
        ] {
            assert_eq!(Group::of(name), group, "{name:?}");
        }
        assert_eq!(capitalised("string quartet"), "String quartet");
        assert_eq!(capitalised("Ścigalski, F."), "Ścigalski, F.");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn what_is_typed_finds_styles_and_each_is_there_once() {
        let names = ["waltz", "Żeleński, W.", "jazz", "Chopin, F.", "jazz ballad", "hymn", "Elsner, J."]
            .map(str::to_owned);
        let shown = |typed: &str| -> Vec<(Group, Vec<usize>)> {
            let places = |list: Vec<(usize, String)>| list.into_iter().map(|(place, _)| place).collect();
            found(&names, typed).into_iter().map(|(group, list)| (group, places(list))).collect()
        };
        let all = [
            (Group::Idioms, vec![2]),
            (Group::Styles, vec![4, 0]),
            (Group::Classical, vec![5]),
            (Group::Composers, vec![3, 6, 1]),
        ];
        assert_eq!(shown(""), all);
        for (typed, places) in
            [("JAZZ", vec![2, 4]), (" zelen", vec![1]), ("compo", vec![3, 6, 1]), ("x", vec![])]
        {
            let found: Vec<_> = shown(typed).into_iter().flat_map(|(_, places)| places).collect();
            assert_eq!(found, places, "{typed:?}");
        }
    }
}
