//! What ffmpeg is asked for: containers, codecs, and quality in the scale of each.

use std::path::Path;
use std::process::{Command, Stdio};

use super::failed;
use crate::SessionError;

/// ffmpeg's name for the container that a file name asks for.
pub(super) fn container(path: &Path) -> Result<&'static str, SessionError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        None | Some("mp4" | "m4v") => Ok("mp4"),
        Some("mov") => Ok("mov"),
        Some("mkv") => Ok("matroska"),
        Some("webm") => Ok("webm"),
        Some(other) => Err(SessionError::Film {
            what: format!("`.{other}` is no kind of film that ffmpeg is asked for here"),
            help: "mp4, m4v, mov, mkv and webm are possible".to_owned(),
        }),
    }
}

pub(super) fn has_tables(container: &str) -> bool {
    matches!(container, "mp4" | "mov")
}

/// Finds out whether there is an ffmpeg, and whether it knows the codec.
pub(super) fn check_codec(program: &Path, codec: &str) -> Result<(), SessionError> {
    let known = Command::new(program)
        .args(["-hide_banner", "-loglevel", "error", "-encoders"])
        .stdin(Stdio::null())
        .output();
    let known = match known {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(failed(
                "there is no `ffmpeg` on the PATH; install it, or record without `--encoder ffmpeg`: MP4 \
                 needs none"
                    .to_owned(),
            ));
        }
        other => other.map_err(|e| failed(e.to_string()))?,
    };
    // Lines are: flags, name, description. Those of video begin with V.
    let list = String::from_utf8_lossy(&known.stdout);
    let mut names = list.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let video = words.next()?.starts_with('V');
        words.next().filter(|name| video && *name != "=")
    });
    if names.any(|name| name == codec) {
        return Ok(());
    }
    let usual = [
        "libx264",
        "libx265",
        "libsvtav1",
        "libvpx-vp9",
        "prores_ks",
        "ffv1",
    ];
    let list: Vec<&str> = list.split_whitespace().collect();
    let there: Vec<&str> = usual.into_iter().filter(|u| list.contains(u)).collect();
    Err(SessionError::Film {
        what: format!("this ffmpeg has no video encoder `{codec}`"),
        help: format!("it has {}; `ffmpeg -encoders` lists all", there.join(", ")),
    })
}

/// Options that ask a codec for constant quality, in its own scale.
pub(super) fn quality(codec: &str, quality: u8) -> Vec<String> {
    let q = quality.min(51);
    let text = match codec {
        "libx264" | "libx264rgb" => format!("-crf {q}"),
        // Apple's players want this tag.
        "libx265" => format!("-crf {q} -tag:v hvc1 -x265-params log-level=error"),
        // These count to 63.
        "libsvtav1" => format!("-crf {}", u32::from(q) * 63 / 51),
        "libvpx" | "libvpx-vp9" | "libaom-av1" => format!("-crf {} -b:v 0", u32::from(q) * 63 / 51),
        "h264_nvenc" | "hevc_nvenc" | "av1_nvenc" => format!("-rc constqp -qp {q}"),
        "h264_qsv" | "hevc_qsv" | "av1_qsv" => format!("-global_quality {q}"),
        "h264_amf" | "hevc_amf" => format!("-rc cqp -qp_i {q} -qp_p {q}"),
        // 1 to 100, best last.
        "h264_videotoolbox" | "hevc_videotoolbox" => {
            format!("-q:v {}", 100 - u32::from(q) * 99 / 51)
        }
        "prores" | "prores_ks" | "prores_aw" => "-profile:v 3".to_owned(),
        // 1 to 31, best first.
        "mpeg4" | "mpeg2video" | "mjpeg" | "msmpeg4" => {
            format!("-q:v {}", 1 + u32::from(q) * 30 / 51)
        }
        _ => String::new(),
    };
    text.split_whitespace().map(str::to_owned).collect()
}

/// What a codec takes; ffmpeg chooses the nearest that it knows.
pub(super) fn pixels(codec: &str) -> &'static str {
    match codec {
        "prores" | "prores_ks" | "prores_aw" => "yuv422p10le",
        "dnxhd" => "yuv422p",
        _ => "yuv420p",
    }
}
