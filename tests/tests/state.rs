//! What a project keeps.

use anyhow::{Context, Result, ensure};
use bundler::{Host, Message, Parameter, Script};
use segue_music::{Beats, Tempo};
use serde_json::{Value, json};
use tests::{Format, PLAYER_CHANNEL, perform_on, phrase};

/// Moves every parameter a user sees away from where it is, and tells the new values.
fn change_all(host: &mut dyn Host) -> Result<Vec<Parameter>> {
    let before = host.parameters()?;
    let mut script = Script::new(Tempo::DEFAULT, Beats::ONE);
    for parameter in &before {
        // Both formats know the ends of the range; the far one is a change.
        let texts = [
            "0",
            "1",
            "Off",
            "On",
            "1/8",
            "3",
            "50%",
            "Trade",
            "Let notes end",
            "CC 20",
            "64",
            "F4",
            "Lydian",
            "F#",
            "First note",
            "-6 dB",
        ];
        let values = texts.iter().filter_map(|text| host.parse(parameter.id, text).ok());
        let other = values.into_iter().find(|value| (value - parameter.value).abs() > 1e-6);
        let value = other.with_context(|| format!("{}: cannot be changed by text", parameter.name))?;
        script.messages.push((Beats::ZERO, Message::Parameter { id: parameter.id, value }));
    }
    script.play(host)?;
    host.parameters()
}

#[test]
fn a_state_goes_round() -> Result<()> {
    for format in Format::ALL {
        let mut first = format.open()?;
        let fresh = first.parameters()?;
        let changed = change_all(first.as_mut())?;
        for (fresh, changed) in fresh.iter().zip(&changed) {
            assert_ne!(fresh.value, changed.value, "{format:?}: {}", fresh.name);
        }
        let state = first.save()?;

        let mut second = format.open()?;
        assert_eq!(second.parameters()?, fresh, "{format:?}: a new instance is not as it should be");
        second.load(&state)?;
        assert_eq!(second.parameters()?, changed, "{format:?}");
        assert_eq!(second.save()?, state, "{format:?}: saved again it is another");
    }
    Ok(())
}

#[test]
fn a_broken_state_breaks_nothing() -> Result<()> {
    for format in Format::ALL {
        let whole = format.open()?.save()?;
        let half = whole[..whole.len() / 2].to_vec();
        for state in [Vec::new(), b"not a state".to_vec(), half, vec![0xFF; 4096]] {
            let mut host = format.open()?;
            // Refused or not, as the format has it.
            let _refusal = host.load(&state);
            let script = Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
            let (_, answer) = perform_on(host.as_mut(), &script)?;
            ensure!(!answer.is_empty(), "{format:?}: no answer after {} broken bytes", state.len());
        }
    }
    Ok(())
}

/// The instance answers a phrase.
fn answers(host: &mut dyn Host) -> Result<()> {
    let script = Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
    let (_, answer) = perform_on(host, &script)?;
    ensure!(!answer.is_empty(), "no answer");
    Ok(())
}

/// A state with its text changed. Both formats keep the same; CLAP's has its length before it.
fn rewritten(format: Format, state: &[u8], change: impl FnOnce(&mut Value)) -> Result<Vec<u8>> {
    let begins = state.iter().position(|&byte| byte == b'{').context("the state has no text")?;
    let mut value = serde_json::from_slice(&state[begins..])?;
    change(&mut value);
    let text = serde_json::to_vec(&value)?;
    let length = if format == Format::Clap { (text.len() as u64).to_le_bytes().to_vec() } else { Vec::new() };
    Ok([length, text].concat())
}

#[test]
fn a_state_from_a_newer_version_loads_what_it_can() -> Result<()> {
    for format in Format::ALL {
        let mut first = format.open()?;
        let changed = change_all(first.as_mut())?;
        let state = rewritten(format, &first.save()?, |state| {
            state["version"] = json!("99.0.0");
            state["a wing"] = json!({ "of": ["a", "newer", "house"] });
            state["params"]["a-newer-parameter"] = json!({ "f32": 0.5 });
            state["params"]["another"] = json!({ "string": "unheard-of" });
            state["fields"]["a-newer-field"] = json!("{\"notes\":[1,2,3]}");
            if let Some(text) = state["fields"]["segue"].as_str() {
                let mut saved: Value = serde_json::from_str(text).unwrap_or_default();
                saved["format"] = json!(99);
                saved["newer"] = json!([1, null, "three"]);
                state["fields"]["segue"] = json!(saved.to_string());
            }
        })?;
        let mut second = format.open()?;
        second.load(&state).with_context(|| format!("{format:?}"))?;
        assert_eq!(second.parameters()?, changed, "{format:?}");
        // Into one that has played and is answering, too.
        let mut third = format.open()?;
        answers(third.as_mut()).with_context(|| format!("{format:?}"))?;
        third.load(&state).with_context(|| format!("{format:?}"))?;
        assert_eq!(third.parameters()?, changed, "{format:?}");
        // As it was saved by an older version, before there was anything beside the parameters, it
        // plays.
        let older = rewritten(format, &format.open()?.save()?, |state| state["fields"] = json!({}))?;
        third.load(&older).with_context(|| format!("{format:?}"))?;
        answers(third.as_mut()).with_context(|| format!("{format:?}"))?;
    }
    Ok(())
}

#[test]
fn a_state_of_strange_values_leaves_a_sane_instance() -> Result<()> {
    // What is kept for a parameter, in the framework's words, and whatever else somebody may have
    // written there.
    let strange = [
        json!({ "f32": 1e30 }),
        json!({ "f32": -1e30 }),
        json!({ "i32": i32::MAX }),
        json!({ "i32": i32::MIN }),
        json!({ "bool": true }),
        json!({ "string": "" }),
    ];
    for format in Format::ALL {
        let whole = format.open()?.save()?;
        for value in &strange {
            let state = rewritten(format, &whole, |state| {
                if let Some(params) = state["params"].as_object_mut() {
                    params.values_mut().for_each(|kept| *kept = value.clone());
                }
                state["fields"]["segue"] = json!("[[[");
            })?;
            let mut host = format.open()?;
            let _refusal = host.load(&state);
            let kept = String::from_utf8_lossy(&host.save()?).into_owned();
            for number in ["1e30", "1e+30", "1000000000", &i32::MAX.to_string(), &i32::MIN.to_string()] {
                ensure!(!kept.contains(number), "{format:?}: {number} went in, and is in {kept}");
            }
            // Whatever it made of that, it plays, and is as new with a sound state.
            Script::new(Tempo::DEFAULT, Beats::ratio(12, 1))
                .phrase(PLAYER_CHANNEL, &phrase())
                .play(host.as_mut())
                .with_context(|| format!("{format:?} {value}"))?;
            host.load(&whole).with_context(|| format!("{format:?} {value}"))?;
            // What still sounded ends in the first block after.
            Script::new(Tempo::DEFAULT, Beats::ONE).play(host.as_mut())?;
            assert_eq!(host.parameters()?, format.open()?.parameters()?, "{format:?} {value}");
            answers(host.as_mut()).with_context(|| format!("{format:?} {value}"))?;
        }
    }
    Ok(())
}

#[test]
fn what_is_refused_changes_nothing() -> Result<()> {
    for format in Format::ALL {
        let mut host = format.open()?;
        let changed = change_all(host.as_mut())?;
        let whole = host.save()?;
        for state in [Vec::new(), b"not a state".to_vec(), whole[..whole.len() - 1].to_vec(), vec![0; 64]] {
            ensure!(host.load(&state).is_err(), "{format:?}: {} broken bytes are accepted", state.len());
            assert_eq!(host.parameters()?, changed, "{format:?}, {} bytes", state.len());
        }
    }
    Ok(())
}
