//! A film by `ffmpeg`, with any of its codecs.
//!
//! Frames go as raw RGB through a pipe. The conversion to BT.709 and its marks are asked for by name, as
//! ffmpeg would otherwise choose BT.601. What is known only in the end (results in the provenance) is put in
//! by a second run that copies the encoded frames, and brings the tables to the front. Until then MP4 is
//! written in fragments, so that whatever happens leaves a film, as `.NAME.partial`.

mod codec;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use image::RgbaImage;

use self::codec::{check_codec, container, has_tables, pixels, quality};
use super::mp4::{Texts, even_note};
use super::target::Place;
use super::{Finished, Sink, check_size};
use crate::SessionError;
use crate::film::spec::Target;
use crate::provenance::Provenance;

const PROGRAM: &str = "ffmpeg";
/// Last lines of ffmpeg's words that an error repeats.
const LINES: usize = 6;

/// See the [module](self).
pub(super) struct Ffmpeg {
    place: Place,
    program: PathBuf,
    size: [u32; 2],
    even: [u32; 2],
    /// Container, by ffmpeg's name.
    container: &'static str,
    child: Child,
    /// Collects what ffmpeg says.
    words: Option<JoinHandle<Vec<String>>>,
    raw: Vec<u8>,
    frames: u64,
    rate: f64,
    failed: bool,
    finished: bool,
    /// Keeps a second recording of the same name out.
    _lock: Option<File>,
}

fn failed(reason: String) -> SessionError {
    SessionError::Encoder {
        encoder: PROGRAM,
        reason,
    }
}

impl Ffmpeg {
    /// Starts ffmpeg.
    ///
    /// # Errors
    /// As of [`super::open`].
    pub(super) fn open(
        target: &Target,
        codec: &str,
        size: [u32; 2],
        fps: u32,
        provenance: &Provenance,
    ) -> Result<Self, SessionError> {
        Self::start(Path::new(PROGRAM), target, codec, size, fps, provenance)
    }

    fn start(
        program: &Path,
        target: &Target,
        codec: &str,
        size: [u32; 2],
        fps: u32,
        provenance: &Provenance,
    ) -> Result<Self, SessionError> {
        let container = container(&target.path)?;
        let place = Place::file(&target.path, target.force)?;
        check_codec(program, codec)?;
        let even = size.map(|s| s.next_multiple_of(2));
        // Locks of Windows would keep ffmpeg itself from writing.
        let lock = Some(place.create()?).filter(|_| cfg!(unix));
        let about = place.beside(".texts");
        std::fs::write(&about, metadata(&Texts::new(provenance))).map_err(|e| place.error(&e))?;
        let mut command = Command::new(program);
        command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
        command.args([
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-framerate",
            &fps.to_string(),
        ]);
        command.args([
            "-video_size",
            &format!("{}x{}", even[0], even[1]),
            "-i",
            "pipe:0",
        ]);
        command.args(["-f", "ffmetadata", "-i"]).arg(&about);
        command.args(["-map", "0:v", "-map_metadata", "1", "-an"]);
        command.args([
            "-vf",
            "scale=in_range=pc:out_color_matrix=bt709:out_range=tv,setsar=1,\
             setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
        ]);
        command.args(["-c:v", codec, "-pix_fmt", pixels(codec)]);
        command.args(["-g", &(2 * fps).to_string()]);
        command.args(quality(codec, target.quality));
        command.args(["-color_primaries", "bt709", "-color_trc", "bt709"]);
        command.args(["-colorspace", "bt709", "-color_range", "tv"]);
        if has_tables(container) {
            // In fragments, so that a killed ffmpeg leaves a film.
            let flags = "+frag_keyframe+empty_moov+default_base_moof+write_colr";
            command.args(["-movflags", flags]);
        }
        // `file:` keeps a colon in the name from being read as a protocol.
        let mut written = std::ffi::OsString::from("file:");
        written.push(&place.partial);
        command.args(["-f", container]).arg(written);
        // A Ctrl-C at the terminal is for this program: ffmpeg ends when its input does.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let spawned = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(e) => {
                let _ = std::fs::remove_file(&about);
                place.discard();
                return Err(failed(e.to_string()));
            }
        };
        let words = child.stderr.take().and_then(listen);
        Ok(Self {
            place,
            program: program.to_owned(),
            size,
            even,
            container,
            child,
            words,
            raw: Vec::new(),
            frames: 0,
            rate: fps.into(),
            failed: false,
            finished: false,
            _lock: lock,
        })
    }

    /// Waits until ffmpeg has written everything; its last words if it failed.
    fn end(&mut self) -> Result<(), String> {
        drop(self.child.stdin.take());
        let status = self.child.wait();
        let _ = std::fs::remove_file(self.place.beside(".texts"));
        let words = self
            .words
            .take()
            .and_then(|w| w.join().ok())
            .unwrap_or_default();
        // It may call a film that it could not write a success.
        let lost = |w: &String| w.contains("No space left") || w.contains("Error writing");
        match status {
            Ok(status) if status.success() && !words.iter().any(lost) => Ok(()),
            Ok(status) => Err(last_words(&words, &status.to_string())),
            Err(e) => Err(e.to_string()),
        }
    }

    /// Copies the encoded frames into a file with the final texts and the tables in front.
    fn copy(&self, texts: &Texts) -> Result<(), String> {
        let about = self.place.beside(".texts");
        let copy = self.place.beside(".copy");
        let run = || -> Result<(), String> {
            std::fs::write(&about, metadata(texts)).map_err(|e| e.to_string())?;
            let mut command = Command::new(&self.program);
            command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i"]);
            command
                .arg(&self.place.partial)
                .args(["-f", "ffmetadata", "-i"])
                .arg(&about);
            command.args(["-map", "0:v", "-map_metadata", "1", "-c", "copy"]);
            if has_tables(self.container) {
                command.args(["-movflags", "+faststart+write_colr"]);
            }
            let done = command
                .args(["-f", self.container])
                .arg(&copy)
                .stdin(Stdio::null())
                .output()
                .map_err(|e| e.to_string())?;
            if !done.status.success() {
                let words: Vec<String> = String::from_utf8_lossy(&done.stderr)
                    .lines()
                    .map(str::to_owned)
                    .collect();
                return Err(last_words(&words, &done.status.to_string()));
            }
            std::fs::rename(&copy, &self.place.partial).map_err(|e| e.to_string())
        };
        let done = run();
        let _ = std::fs::remove_file(&about);
        if done.is_err() {
            let _ = std::fs::remove_file(&copy);
        }
        done
    }
}

impl Sink for Ffmpeg {
    fn frame(&mut self, frame: &RgbaImage) -> Result<(), SessionError> {
        check_size(frame, self.size)?;
        if self.failed {
            return Err(failed("it has ended already".into()));
        }
        self.raw.clear();
        let [width, height] = self.even.map(|s| s as usize);
        let row_bytes = 4 * frame.width() as usize;
        let mut rows = frame.as_raw().chunks_exact(row_bytes);
        let mut row = rows.next().unwrap_or_default();
        for _ in 0..height {
            let pixels = row.chunks_exact(4);
            self.raw
                .extend(pixels.clone().flat_map(|p| [p[0], p[1], p[2]]));
            if width > pixels.len() {
                self.raw
                    .extend(pixels.last().into_iter().flat_map(|p| [p[0], p[1], p[2]]));
            }
            // An odd height ends with its last row twice.
            row = rows.next().unwrap_or(row);
        }
        let sent = match self.child.stdin.as_mut() {
            Some(pipe) => pipe.write_all(&self.raw),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        if let Err(e) = sent {
            // It has closed its end: it says why.
            self.failed = true;
            let why = self.end().err().unwrap_or_else(|| e.to_string());
            return Err(failed(why));
        }
        self.frames += 1;
        Ok(())
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(&self.place.partial).map_or(0, |m| m.len())
    }

    fn finish(mut self: Box<Self>, provenance: &Provenance) -> Result<Finished, SessionError> {
        if self.frames == 0 {
            return Ok(Finished::default()); // dropping it removes the file
        }
        self.finished = true;
        let mut notes: Vec<String> = even_note(self.size, self.even).into_iter().collect();
        // One that failed before has said its last words.
        let ended = if self.failed { Ok(()) } else { self.end() };
        if (self.failed || ended.is_err()) && self.place.path.exists() {
            let stays = format!(
                "what it wrote stays as {}, as {} is there already",
                self.place.partial.display(),
                self.place.path.display()
            );
            return Err(failed(match ended {
                Ok(()) => stays,
                Err(why) => format!("{why}; {stays}"),
            }));
        }
        if let Err(why) = self.copy(&Texts::new(provenance)) {
            notes.push(format!(
                "the results could not be added to its provenance: {why}"
            ));
        }
        if self.failed {
            notes.push("ffmpeg ended early: the last frames may be missing".to_owned());
        }
        let bytes = self.bytes();
        if bytes == 0 {
            self.place.discard();
            return Err(failed("it wrote no film".to_owned()));
        }
        self.place.finish()?;
        if let Err(why) = ended {
            let holds = format!("{} holds what it wrote before", self.place.path.display());
            return Err(failed(format!("{why}; {holds}")));
        }
        Ok(Finished {
            frames: self.frames,
            rate: self.rate,
            bytes,
            notes,
        })
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        if !self.finished {
            // With its input closed ffmpeg completes the file by itself.
            let _ = self.end();
        }
        if self.frames == 0 {
            self.place.discard();
        }
    }
}

/// Texts in ffmpeg's own format, which escapes five characters.
fn metadata(texts: &Texts) -> String {
    let mut file = ";FFMETADATA1\n".to_owned();
    let items = [("title", &texts.title), ("comment", &texts.comment)];
    for (key, text) in items {
        file.push_str(key);
        file.push('=');
        for c in text.chars() {
            if matches!(c, '=' | ';' | '#' | '\\' | '\n') {
                file.push('\\');
            }
            file.push(c);
        }
        file.push('\n');
    }
    file
}

/// Reads to the end, so that ffmpeg never waits, and keeps the last lines.
fn listen(words: ChildStderr) -> Option<JoinHandle<Vec<String>>> {
    let read = move || {
        let mut lines: Vec<String> = Vec::new();
        for line in BufReader::new(words).lines().map_while(Result::ok) {
            if lines.len() == LINES {
                lines.remove(0);
            }
            lines.push(line);
        }
        lines
    };
    let thread = std::thread::Builder::new().name("ffmpeg".to_owned());
    thread.spawn(read).ok()
}

fn last_words(lines: &[String], status: &str) -> String {
    let start = lines.len().saturating_sub(LINES);
    let words: Vec<&str> = lines[start..]
        .iter()
        .map(|l| l.trim())
        .filter(|l| !l.is_empty())
        .collect();
    if words.is_empty() {
        format!("it ended with {status} and said nothing")
    } else {
        words.join("; ")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::film::sink::tests::{picture, provenance, target};
    use crate::film::spec::Format;

    /// A program that knows one codec, and otherwise does what the script says.
    fn program(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("ffmpeg");
        let text = format!(
            "#!/bin/sh\ncase \"$*\" in *-encoders*) echo ' V....D libx264 H.264'; exit 0;; esac\n{script}\n"
        );
        std::fs::write(&path, text).expect("writable");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its own");
        path
    }

    #[test]
    fn a_dying_ffmpeg_is_an_error_with_its_words() {
        let dir = tempfile::tempdir().expect("a folder");
        let program = program(dir.path(), "echo 'no such thing' >&2; exit 3");
        let target = target(&dir.path().join("a.mp4"), Format::Mp4);
        let told = provenance();
        let mut film =
            Ffmpeg::start(&program, &target, "libx264", [640, 360], 25, &told).expect("it starts");
        let died = (0..50).find_map(|i| film.frame(&picture(i, [640, 360])).err());
        let words = died.expect("it has died").to_string();
        assert!(words.contains("no such thing"), "{words}");
        assert!(film.frame(&picture(0, [640, 360])).is_err());
        let words = Box::new(film).finish(&told).map(|f| f.frames);
        assert!(words.is_err() || words.is_ok_and(|frames| frames == 0));
        assert!(!target.path.exists());
    }

    #[test]
    fn what_is_missing_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = target(&dir.path().join("a.mp4"), Format::Mp4);
        let told = provenance();
        let start = |program: &Path, codec| {
            let film = Ffmpeg::start(program, &target, codec, [64, 64], 25, &told);
            film.err().expect("it cannot start").to_string()
        };
        let words = start(&dir.path().join("none"), "libx264");
        assert!(words.contains("on the PATH"), "{words}");
        let words = start(&program(dir.path(), "exit 0"), "libx265");
        assert!(words.contains("no video encoder `libx265`"), "{words}");
        assert!(words.contains("libx264"), "{words}");
    }

    #[test]
    fn texts_are_escaped() {
        let texts = Texts {
            title: "a=b;c#d\\e".to_owned(),
            program: String::new(),
            comment: "{}".to_owned(),
        };
        let file = metadata(&texts);
        assert_eq!(file, ";FFMETADATA1\ntitle=a\\=b\\;c\\#d\\\\e\ncomment={}\n");
    }
}
