//! Frames become H.264: OpenH264 at constant quality.
//!
//! # Theory
//! A constant quantiser gives every frame the same quality, whatever it costs in bytes. The encoder's
//! "buffer based" rate control with equal bounds of the quantiser is just that: each macroblock of each
//! frame gets this quantiser, and no frame is ever skipped. (With rate control switched off it would take
//! 26 for all.) The encoder accepts no quantiser below 12, which nobody can tell from the original.
//!
//! # Practice
//! One thread and one slice per frame, so the bytes depend on the frames alone. Analyses that blend frames
//! with their past (background detection, denoising) are off: they smear slow fields. The stream is
//! turned from start codes (Annex B of ITU-T H.264) into lengths, as MP4 wants it, with the parameter sets
//! kept apart.

use image::RgbaImage;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile,
    QpRange, RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSource as _;
use openh264::{OpenH264API, Timestamp};

use super::yuv::Yuv;
use crate::SessionError;

/// Best quantiser that the encoder accepts.
pub(super) const BEST: u8 = 12;
/// Coarsest quantiser of H.264.
pub(super) const COARSEST: u8 = 51;
/// Longest and shorter side that the encoder accepts, pixels.
pub(super) const MOST: [u32; 2] = [3840, 2160];
/// Smallest side, pixels.
pub(super) const LEAST: u32 = 16;

/// Type of a NAL unit: parameter sets (ITU-T H.264, table 7-1).
const SPS: u8 = 7;
const PPS: u8 = 8;

/// An encoder for frames of one size.
pub(super) struct H264 {
    encoder: Encoder,
    yuv: Yuv,
    fps: u32,
    frames: u64,
    sets: Option<[Vec<u8>; 2]>,
}

/// One frame as MP4 wants it.
pub(super) struct Sample {
    /// NAL units, each behind its length in four bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether it needs no other frame.
    pub(super) key: bool,
}

fn failed(reason: impl std::fmt::Display) -> SessionError {
    SessionError::Encoder {
        encoder: "H.264",
        reason: reason.to_string(),
    }
}

impl H264 {
    /// Frames between two keyframes, frames.
    pub(super) fn key_interval(fps: u32) -> u32 {
        2 * fps
    }

    /// An encoder for pictures of `size` pixels. `quality` is the quantiser, see the [module](self).
    ///
    /// # Errors
    /// [`SessionError::Encoder`].
    pub(super) fn new(size: [u32; 2], fps: u32, quality: u8) -> Result<Self, SessionError> {
        let quantiser = quality.clamp(BEST, COARSEST);
        // Decides nothing but the level that the stream announces: what such pictures come to at most.
        let bits = u64::from(size[0]) * u64::from(size[1]) * u64::from(fps) / 4;
        let config = EncoderConfig::new()
            .profile(Profile::High)
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Bufferbased)
            .qp(QpRange::new(quantiser, quantiser))
            .bitrate(BitRate::from_bps(bits.clamp(64_000, 240_000_000) as u32))
            .max_frame_rate(FrameRate::from_hz(fps as f32))
            .skip_frames(false)
            .scene_change_detect(false)
            .adaptive_quantization(false)
            .background_detection(false)
            .long_term_reference(false)
            .intra_frame_period(IntraFramePeriod::from_num_frames(Self::key_interval(fps)))
            .complexity(Complexity::Medium)
            .num_threads(1)
            .vui(VuiConfig::bt709());
        let encoder =
            Encoder::with_api_config(OpenH264API::from_source(), config).map_err(failed)?;
        Ok(Self {
            encoder,
            yuv: Yuv::new(size),
            fps,
            frames: 0,
            sets: None,
        })
    }

    /// Width and height of what is encoded, pixels: both even.
    pub(super) fn size(&self) -> [u32; 2] {
        let (width, height) = self.yuv.dimensions();
        [width as u32, height as u32]
    }

    /// Sequence and picture parameter set, once there was a frame.
    pub(super) fn parameter_sets(&self) -> Option<&[Vec<u8>; 2]> {
        self.sets.as_ref()
    }

    /// Encodes a picture.
    ///
    /// # Errors
    /// [`SessionError::Encoder`].
    pub(super) fn encode(&mut self, picture: &RgbaImage) -> Result<Sample, SessionError> {
        self.yuv.fill(picture);
        let time = Timestamp::from_millis(self.frames * 1000 / u64::from(self.fps.max(1)));
        let stream = self.encoder.encode_at(&self.yuv, time).map_err(failed)?;
        let key = stream.frame_type() == FrameType::IDR;
        let mut bytes = Vec::new();
        let (mut sps, mut pps) = (None, None);
        for layer in (0..stream.num_layers()).filter_map(|i| stream.layer(i)) {
            for unit in (0..layer.nal_count()).filter_map(|i| layer.nal_unit(i)) {
                let unit = without_start_code(unit);
                match unit.first().map(|b| b & 31) {
                    None => {}
                    Some(SPS) => sps = Some(unit.to_vec()),
                    Some(PPS) => pps = Some(unit.to_vec()),
                    Some(_) => {
                        let length = u32::try_from(unit.len()).map_err(failed)?;
                        bytes.extend_from_slice(&length.to_be_bytes());
                        bytes.extend_from_slice(unit);
                    }
                }
            }
        }
        if bytes.is_empty() {
            return Err(failed(format!("it left out frame {}", self.frames + 1)));
        }
        if let (Some(sps), Some(pps)) = (sps, pps) {
            let sets = [sps, pps];
            if self.sets.as_ref().is_some_and(|known| *known != sets) {
                return Err(failed("it changed its parameters in mid-film"));
            }
            self.sets = Some(sets);
        }
        self.frames += 1;
        Ok(Sample { bytes, key })
    }
}

fn without_start_code(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|b| **b == 0).count();
    match unit.get(zeros) {
        Some(1) if zeros >= 2 => &unit[zeros + 1..],
        _ => unit,
    }
}
