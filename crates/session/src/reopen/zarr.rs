//! Where a Zarr group comes from.

use std::path::Path;

use serde_json::Value;

use crate::export::ZARR_METADATA;
use crate::{Provenance, SessionError};

/// Most bytes of metadata that are read back.
const MOST_METADATA: u64 = 256 << 20;

/// Where a Zarr group comes from; none where it does not say.
///
/// # Errors
/// A group that cannot be read, or says something that is no provenance.
pub(super) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    use std::io::Read as _;
    let file = path.join(ZARR_METADATA);
    let mut text = String::new();
    std::fs::File::open(&file)
        .and_then(|f| f.take(MOST_METADATA).read_to_string(&mut text))
        .map_err(|e| SessionError::disk("read", &file, &e))?;
    let value: Value = serde_json::from_str(&text).map_err(|e| SessionError::NoProvenance {
        path: file.clone(),
        why: format!("it is no JSON: {e}"),
    })?;
    let found = value
        .get("attributes")
        .and_then(|a| a.get(crate::provenance::KEY));
    found
        .map(|p| Provenance::from_json(&p.to_string(), &file))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_says_nothing_or_nonsense() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        assert!(provenance_of(dir.path()).is_err());
        let file = dir.path().join(ZARR_METADATA);
        std::fs::write(&file, "{\"attributes\": {}}")?;
        assert!(provenance_of(dir.path())?.is_none());
        for text in ["[", "{\"attributes\": {\"warmfront\": 3}}"] {
            std::fs::write(&file, text)?;
            let e = provenance_of(dir.path()).expect_err("nonsense").to_string();
            assert!(e.contains("zarr.json"), "{e}");
        }
        Ok(())
    }
}
