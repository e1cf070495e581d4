//! Archives of a release: the same files make the same bytes, whenever and wherever they are
//! packed.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// 1980, the first moment that both kinds of archive know, in seconds since 1970.
const MOMENT: u64 = 315_532_800;

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies in the archive, with slashes.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it is a library or a program.
    pub executable: bool,
}

impl Entry {
    fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

/// Packs files as `.tar.gz`.
pub fn tar_gz(entries: &[Entry]) -> Result<Vec<u8>> {
    // No file name and no time, which the format would have.
    let gzip: GzEncoder<Vec<u8>> = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for entry in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(MOMENT);
        tar.append_data(&mut header, &entry.path, entry.bytes.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// Packs files as `.zip`.
pub fn zip(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(entry.mode());
        zip.start_file(&entry.path, options)?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Writes an archive and, beside it, its checksum as `sha256sum --check` reads it. Neither is ever
/// half a file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let sum = path.with_file_name(format!("{name}.sha256"));
    for (path, bytes) in [(path, bytes), (&sum, format!("{digits}  {name}\n").as_bytes())] {
        let unwritable = || format!("{}: cannot be written", path.display());
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(unwritable)?;
        let mut part = tempfile::Builder::new();
        part.suffix(".part");
        // Temporary files are private to their maker; an archive is for everyone.
        #[cfg(unix)]
        part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut part = part.tempfile_in(folder).with_context(unwritable)?;
        part.write_all(bytes).with_context(unwritable)?;
        part.persist(path).map_err(|error| error.error).with_context(unwritable)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |path: &str, bytes: &[u8], executable| Entry {
            path: path.into(),
            bytes: bytes.into(),
            executable,
        };
        vec![entry("a/INSTALL.txt", "grüße".as_bytes(), false), entry("a/b/library", &[7; 70_000], true)]
    }

    #[test]
    fn what_is_packed_comes_out_again_with_its_permissions() -> Result<()> {
        let mut found = Vec::new();
        let bytes = tar_gz(&entries())?;
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        for entry in tar.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.display().to_string();
            let executable = entry.header().mode()? == 0o755;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            found.push(Entry { path, bytes, executable });
        }
        assert_eq!(found, entries());

        found.clear();
        let mut zip = zip::ZipArchive::new(Cursor::new(zip(&entries())?))?;
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index)?;
            let (path, mode) = (entry.name()?.into_owned(), entry.unix_mode().context("no permissions")?);
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            found.push(Entry { path, bytes, executable: mode & 0o777 == 0o755 });
        }
        assert_eq!(found, entries());
        Ok(())
    }

    #[test]
    fn the_checksum_is_the_known_one() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("abc.zip");
        write(&path, b"abc")?;
        // The first example of FIPS 180-2.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc.zip\n";
        assert_eq!(fs::read_to_string(folder.path().join("abc.zip.sha256"))?, expected);
        assert_eq!(fs::read(&path)?, b"abc");
        assert_eq!(fs::read_dir(folder.path())?.count(), 2);
        Ok(())
    }
}
