//! H.264 in MP4: plays in browsers and in slides.

mod container;
mod film;
mod h264;
mod moov;
mod read;
#[cfg(test)]
mod tests;
mod yuv;

pub(super) use container::Storage;
pub(super) use film::{Mp4Film, check_limits, even_note};
pub(super) use moov::Texts;
pub(crate) use read::provenance_of;
