//! The editor as seen: opens it in an X11 window as a new player has it, plays to it with its help
//! open and in every mode, opens menus and pages, asks for takes, makes it large, small and dense,
//! and keeps a picture of each. Then it plays on its keys, closes it with a key down, and closes
//! others.
//!
//! `cargo run -p tests --bin editor -- target/bundled/Segue.clap target/pictures`, with a display
//! such as Xvfb's, of 2048 x 1600. An error where a part of the window is blank or runs out of it,
//! where it stands still, or where a text has a contrast of less than 4.5 to 1.

#[cfg(target_os = "linux")]
mod closing;
#[cfg(target_os = "linux")]
mod contrast;
#[cfg(target_os = "linux")]
mod jam;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod places;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod views;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    use anyhow::Context;

    let mut arguments = std::env::args_os().skip(1).map(std::path::PathBuf::from);
    let (plugin, folder) =
        arguments.next().zip(arguments.next()).context("name a CLAP file and a folder for pictures")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    // SAFETY: no other thread runs yet.
    let _player = unsafe { tests::NewPlayer::begin() };
    contrast::of_the_theme()?;
    let screen = screen::Screen::open(views::ROOM)?;
    let jam = views::take(&plugin, &screen, &folder)?;
    closing::with_a_key_down(jam, &plugin, &screen)?;
    closing::while_parameters_move(&plugin.with_extension("vst3"), &screen)
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("this check opens X11 windows: it is for Linux")
}
