//! What a project keeps.

use anyhow::{Context, Result, ensure};
use bundler::{Host, Message, Parameter, Script};
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, perform_on, phrase};

/// Moves every parameter a user sees away from where it is, and tells the new values.
fn change_all(host: &mut dyn Host) -> Result<Vec<Parameter>> {
    let before = host.parameters()?;
    let mut script = Script::new(Tempo::DEFAULT, Beats::ONE);
    for parameter in &before {
        // Both formats know the ends of the range; the far one is a change.
        let texts = ["0", "1", "Off", "On", "1/8", "3", "50%"];
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
