//! Presets: that each sets what it says, and nothing else; and that the player's own come back.

use std::collections::HashSet;

use segue_realtime::between::settings::{Mode, ScaleLock};

use super::*;

/// Sets what a preset sets, as a host does.
fn apply(preset: &Preset, params: &SegueParams) {
    for (param, value) in preset.settings(params).unwrap_or_else(|error| panic!("{error}")) {
        // SAFETY: the parameters outlive the call.
        unsafe { param._internal_set_normalized_value(value) };
    }
}

fn set(params: &SegueParams, id: &str, text: &str) {
    let values = [(id.to_owned(), text.to_owned())].into();
    let preset = Preset { name: "a test's".to_owned(), what: String::new(), values };
    let (_, wanted, _) = params.param_map().into_iter().find(|(it, ..)| it == id).expect("it exists");
    let settings = preset.settings(params).expect("it can be parsed");
    let (param, value) = settings.into_iter().find(|(param, _)| *param == wanted).expect("it is set");
    // SAFETY: the parameters outlive the call.
    unsafe { param._internal_set_normalized_value(value) };
}

#[test]
fn every_preset_that_comes_with_the_plugin_says_what_it_sets() {
    let presets: Vec<_> = Preset::built_in().collect();
    assert_eq!(presets.len(), BUILT_IN.len(), "one is no preset");
    assert_eq!(presets.iter().map(|preset| &preset.name).collect::<HashSet<_>>().len(), presets.len());
    for preset in &presets {
        let params = SegueParams::default();
        assert!(!preset.what.is_empty() && preset.what.len() < 120, "{}", preset.name);
        assert!(
            preset.values.keys().all(|id| id == "mode" || !DESK.contains(&id.as_str())),
            "{}",
            preset.name
        );
        apply(preset, &params);
        assert!(preset.holds(&params), "{}", preset.name);
        for (id, text) in &preset.values {
            let (_, param, _) = params.param_map().into_iter().find(|(it, ..)| it == id).expect("it exists");
            // SAFETY: the parameters outlive the call.
            let now = unsafe { param.normalized_value_to_string(param.unmodulated_normalized_value(), true) };
            assert_eq!(now, *text, "{}: {id}, as the parameter prints it", preset.name);
        }
        let bounds = params.settings().what.bounds;
        assert!(bounds.keys.1 - bounds.keys.0 >= 11, "{}: an octave at least", preset.name);
    }
    // No two are the same.
    for preset in &presets {
        let params = SegueParams::default();
        apply(preset, &params);
        let same: Vec<_> = presets.iter().filter(|other| other.holds(&params)).collect();
        assert_eq!(same.len(), 1, "{same:?}");
    }
}

#[test]
fn a_preset_leaves_the_desk_alone_and_forgets_the_preset_before_it() {
    let params = SegueParams::default();
    for (id, text) in [("chanel", "7"), ("pass", "Off"), ("seed", "99"), ("lattrg", "CC 64"), ("on", "Off")] {
        set(&params, id, text);
    }
    let named = |name: &str| Preset::built_in().find(|preset| preset.name == name).expect(name);
    apply(&named("Pentatonic friend"), &params);
    assert!(!matches!(params.settings().what.bounds.scale, ScaleLock::Off));
    apply(&named("Trading fours"), &params);
    let settings = params.settings();
    assert_eq!((settings.mode, settings.when.bars), (Mode::Trade, 4));
    assert_eq!(settings.what.bounds.scale, ScaleLock::Off, "of the one before");
    assert_eq!(
        (settings.sound.channel, settings.sound.pass, settings.what.seed, settings.on),
        (6, false, 99, false)
    );
    assert!(settings.when.latch_trigger.is_some());
    assert!(!named("Pentatonic friend").holds(&params));
}

#[test]
fn a_style_is_kept_by_name_and_forgotten_where_the_model_does_not_know_it() {
    let params = SegueParams::default();
    assert!(!Preset::of(&params, "plain").values.contains_key(STYLE), "as it hears is no value");
    params.what.styles.set(&["waltz".to_owned(), "march".to_owned()]);
    set(&params, STYLE, "march");
    let marching = Preset::of(&params, "marching");
    assert_eq!(marching.values.get(STYLE).map(String::as_str), Some("march"));
    // (what the model knows, what is asked of it then)
    for (known, expected) in [(vec!["march"], Some(0)), (vec!["tango"], None), (vec![], None)] {
        let other = SegueParams::default();
        other.what.styles.set(&known.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        set(&other, STYLE, "style 9");
        apply(&marching, &other);
        assert_eq!(other.settings().what.style, expected, "{known:?}");
    }
}

#[test]
fn the_players_own_come_back_and_what_is_none_says_so() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::at(place.path().join("not there yet"));
    assert!(folder.presets().is_empty());
    let params = SegueParams::default();
    for (id, text) in [("mode", "Duet"), ("dens", "2.50 a beat"), ("keylo", "C3"), ("patien", "0.5 x")] {
        set(&params, id, text);
    }
    let mine = Preset::of(&params, "Mine at night");
    assert!(!folder.has("Mine at night"));
    let path = folder.keep(&mine).expect("it can be written");
    assert!(path.ends_with("mine-at-night.json") && folder.has("Mine at night"));
    let read: Vec<_> = folder.presets().into_iter().map(|preset| preset.expect("it was written")).collect();
    assert_eq!(read, [mine]);
    let other = SegueParams::default();
    apply(&read[0], &other);
    assert_eq!(other.settings(), params.settings());
    // (file, the message)
    for (text, said) in [("[]", "no preset"), (r#"{"name":"a","values":{"x":1}}"#, "no preset")] {
        fs::write(&path, text).expect("it can be written");
        let error = folder.presets().remove(0).expect_err(text).to_string();
        assert!(error.contains(said) && error.contains("mine-at-night.json"), "{error}");
    }
    for (values, said) in [(("tempo", "3"), "does not have"), (("length", "many"), "no value")] {
        let values = [(values.0.to_owned(), values.1.to_owned())].into();
        let preset = Preset { name: "odd".to_owned(), what: String::new(), values };
        let error = preset.settings(&params).expect_err(said).to_string();
        assert!(error.contains(said) && error.contains("odd"), "{error}");
    }
    for name in ["", "  ", "../up", "a/b", "a.b", &"long ".repeat(9)] {
        let error = folder.keep(&Preset::of(&params, name)).expect_err(name);
        assert!(matches!(error, PresetError::NoName), "{name}: {error}");
    }
    assert!(matches!(Folder(None).keep(&Preset::of(&params, "a")), Err(PresetError::NoFolder)));
}
