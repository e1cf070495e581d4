//! The chunks of a SoundFont file: whether each lies within the one around it. The library that
//! reads the file believes sizes, and asks for as much memory as they say.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes before a chunk's contents: its name and its size.
const HEAD: u64 = 8;

/// Whether these are nested chunks of a SoundFont, none larger than what it lies in.
///
/// # Errors
/// Where reading fails.
pub fn is_whole(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let Some((name, end)) = chunk(file, 0, length)? else { return Ok(false) };
    let (form, mut at) = (tag(file)?, HEAD + 4);
    if &name != b"RIFF" || &form != b"sfbk" {
        return Ok(false);
    }
    let mut lists = 0;
    while at < end {
        let Some((name, list_end)) = chunk(file, at, end)? else { return Ok(false) };
        if &name != b"LIST" {
            return Ok(false);
        }
        let mut inner = at + HEAD + 4;
        while inner < list_end {
            let Some((_, inner_end)) = chunk(file, inner, list_end)? else { return Ok(false) };
            inner = inner_end + (inner_end - inner) % 2;
        }
        at = list_end + (list_end - at) % 2;
        lists += 1;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(lists == 3)
}

/// The name of the chunk at a place and where it ends, or `None` where it does not fit.
fn chunk(file: &mut (impl Read + Seek), at: u64, end: u64) -> io::Result<Option<([u8; 4], u64)>> {
    if at + HEAD > end {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    let name = tag(file)?;
    let chunk_end = at + HEAD + u64::from(u32::from_le_bytes(tag(file)?));
    Ok((chunk_end <= end).then_some((name, chunk_end)))
}

fn tag(file: &mut impl Read) -> io::Result<[u8; 4]> {
    let mut tag = [0; 4];
    file.read_exact(&mut tag)?;
    Ok(tag)
}
