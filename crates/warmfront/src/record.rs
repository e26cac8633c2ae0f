//! `warmfront record`: a film of a scenario.

use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use warmfront_engine::Gpu;
use warmfront_model::{Local, Scenario, Shown, counted, plain};
use warmfront_session::film::{
    self, Camera, Encoder, Estimate, FilmProgress, FilmReport, FilmSpec, Format, Look, Panes,
    Target,
};
use warmfront_session::{Finish, SessionError, clock, file_size};
use warmfront_view::film::{Arrangement, Parts};
use warmfront_view::raster::Range;

use crate::cli::{Compare, EncoderName, LayoutName, PixelSize, RecordOptions};
use crate::exit::{self, Failure};
use crate::signals::Signals;
use crate::{output, progress, run};

/// Lines without a terminal come at most this often.
const PAUSE: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn record(options: &RecordOptions) -> Result<(), Failure> {
    let assets = options.compute.assets.open()?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let scenario = options.changes.apply(scenario)?;
    let (spec, warnings) = spec(options, &scenario)?;
    for warning in warmfront_session::warnings(&scenario, &spec.panes.arms())
        .iter()
        .chain(&warnings)
    {
        eprintln!("warning: {warning}");
    }
    spec.check(&scenario)?;
    let estimate = Estimate::of(&spec, &scenario)?;
    let quiet = options.quiet || options.json;
    if !quiet {
        eprintln!(
            "{}, {:.1} s, about {}",
            counted(estimate.frames, "frame"),
            estimate.seconds,
            file_size(estimate.bytes)
        );
    }
    let signals = Signals::listen()?;
    let mut meter = Meter::new(quiet);
    let gpu = meter.watching(options.compute.adapter.gpu()?);
    let report = film::make(
        &gpu,
        assets.files,
        &scenario,
        &spec,
        &signals.stop,
        &mut |p| meter.tell(p),
    )?;
    meter.end();
    let told = warmfront_session::warnings(&scenario, &spec.panes.arms()).len();
    for warning in report.warnings.iter().skip(told) {
        eprintln!("warning: {warning}");
    }
    let missing = missing(&report, &signals, &scenario, &options.output);
    if options.json {
        output::print_json(&summary(&report, &spec, missing.as_ref()));
    } else if !options.quiet
        && let Some(text) = words(&report, &spec)
    {
        output::print(&text);
    }
    match missing {
        None => Ok(()),
        Some(mut failure) => {
            failure.reported = options.json;
            Err(failure)
        }
    }
}

/// The film that the options describe, and what was probably not meant.
fn spec(options: &RecordOptions, scenario: &Scenario) -> Result<(FilmSpec, Vec<String>), Failure> {
    let per_day = scenario.model.units_per_day();
    let (arms, twice) = run::arms(scenario, &options.arm)?;
    let duration = scenario.time.duration;
    let from = options.from * per_day;
    let to = options.to.map_or(duration, |d| d * per_day);
    if !(options.seconds.is_finite() && options.seconds > 0.0) {
        return Err(usage(format!(
            "--seconds is {}: a number above 0 is needed",
            options.seconds
        )));
    }
    let per_second = match options.speed {
        Some(days) => days * per_day,
        None => (to.min(duration) - from) / options.seconds,
    };
    // A single moment is a film of one frame.
    let per_second = if to == from { 1.0 } else { per_second };
    let extent = scenario.grid.extent();
    let centre = match &options.centre {
        None => [0.5; 2],
        Some(text) => {
            let [x, y] = pair(
                text,
                ',',
                "--centre",
                "two numbers with a comma, as 960,960",
            )?;
            [x / extent[0], y / extent[1]]
        }
    };
    if !(1.0..=64.0).contains(&options.zoom) {
        return Err(usage(format!(
            "--zoom is {}: 1 (the whole tissue) to 64 is allowed",
            options.zoom
        )));
    }
    if !(0.0..=1.0).contains(&options.slice) {
        return Err(usage(format!(
            "--slice is {}: 0 to 1 is allowed",
            options.slice
        )));
    }
    if options.columns == Some(0) {
        return Err(usage("--columns is 0: at least 1 is needed".to_owned()));
    }
    let fps = u32::try_from(options.fps).unwrap_or(0);
    let range = match &options.range {
        None => None,
        Some(text) => {
            let [low, high] = pair(text, ':', "--range", "two numbers with a colon, as 0:1.5")?;
            Some(Range::linear(low as f32, high as f32))
        }
    };
    let panes = match (options.compare, options.layout) {
        (Some(Compare::Difference), _) if arms.len() > 1 => Panes::Difference {
            base: arms[0],
            arms: arms[1..].to_vec(),
        },
        (Some(Compare::Wipe), _) if arms.len() > 1 => Panes::Wipe {
            left: arms[0],
            right: arms[arms.len() - 1],
            at: 0.5,
        },
        (Some(_), _) => {
            return Err(usage(
                "--compare needs two arms or more in --arm".to_owned(),
            ));
        }
        (None, LayoutName::Single) => Panes::Arms(arms.last().copied().into_iter().collect()),
        (None, _) => Panes::Arms(arms),
    };
    let spec = FilmSpec {
        target: target(options)?,
        size: options
            .size
            .parse::<PixelSize>()
            .map_err(|e| usage(format!("--size is {e}")))?
            .0,
        fps,
        span: [from, to],
        per_second,
        hold: [options.hold_first, options.hold_last],
        look: look(options, scenario)?,
        range,
        panes,
        arrangement: match options.layout {
            LayoutName::Single | LayoutName::Arms => Arrangement::Panes,
            LayoutName::Plots => Arrangement::Plots,
            LayoutName::Doses => Arrangement::Doses,
        },
        columns: options.columns,
        parts: Parts::without(&options.without),
        style: options.style,
        camera: Camera {
            zoom: options.zoom,
            centre,
            slice: options.slice,
            ..Camera::default()
        },
        texture: !options.no_texture,
        hidden: Default::default(),
        title: options.title.clone(),
    };
    Ok((spec, twice))
}

fn usage(message: String) -> Failure {
    Failure::new(exit::USAGE, message)
}

fn pair(text: &str, between: char, option: &str, wanted: &str) -> Result<[f64; 2], Failure> {
    let wrong = || usage(format!("{option} is `{text}`, which is not {wanted}"));
    let (a, b) = text.split_once(between).ok_or_else(wrong)?;
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    Ok([number(a).ok_or_else(wrong)?, number(b).ok_or_else(wrong)?])
}

fn look(options: &RecordOptions, scenario: &Scenario) -> Result<Look, Failure> {
    let model = &*scenario.model;
    let Some(name) = &options.view else {
        return Ok(if model.views.is_empty() {
            Look::Field(0)
        } else {
            Look::View(0)
        });
    };
    let auxiliary = model.auxiliaries.iter().position(|a| a.id == *name);
    if let Some(i) = auxiliary {
        return Ok(Look::Local(Local::Auxiliary(i)));
    }
    match model.shown(name).map_err(|e| e.inside("in --view"))? {
        Shown::View(i) => Ok(Look::View(i)),
        Shown::Field(i) => Ok(Look::Field(i)),
    }
}

fn target(options: &RecordOptions) -> Result<Target, Failure> {
    let encoder = match options.encoder {
        EncoderName::Openh264 => Encoder::OpenH264,
        EncoderName::Ffmpeg => {
            // WebM takes no H.264.
            let extension = options.output.extension();
            let usual = match extension.is_some_and(|e| e.eq_ignore_ascii_case("webm")) {
                true => "libvpx-vp9",
                false => "libx264",
            };
            Encoder::Ffmpeg(options.codec.clone().unwrap_or_else(|| usual.to_owned()))
        }
    };
    let format = Format::of(&options.output, &encoder).map_err(|e| match e {
        SessionError::Film { what, help } => usage(format!(
            "{what}: {help}\n  help: `--encoder ffmpeg` writes whatever ffmpeg can"
        )),
        other => other.into(),
    })?;
    if options.codec.is_some() && encoder == Encoder::OpenH264 {
        return Err(usage("--codec is for `--encoder ffmpeg`".to_owned()));
    }
    let most_bytes = match options.max_size {
        None => None,
        Some(_) if format != Format::Gif => {
            return Err(usage(
                "--max-size is for GIF; `--quality` makes an MP4 smaller".to_owned(),
            ));
        }
        Some(mb) if mb.is_finite() && mb > 0.0 => Some((mb * 1e6) as u64),
        Some(mb) => {
            return Err(usage(format!(
                "--max-size is {mb}: a number of megabytes above 0 is needed"
            )));
        }
    };
    Ok(Target {
        path: options.output.clone(),
        format,
        quality: options.quality,
        encoder,
        most_bytes,
        force: options.force,
    })
}

// Why the film is not what was asked for; none: it is.
fn missing(
    report: &FilmReport,
    signals: &Signals,
    scenario: &Scenario,
    file: &Path,
) -> Option<Failure> {
    let there = match &report.file {
        // What an encoder that gave up has written, nobody knows.
        Some(_) if matches!(report.finish, Finish::Failed(SessionError::Encoder { .. })) => {
            format!(
                "{} may hold a part of the film, or nothing that plays",
                file.display()
            )
        }
        Some(f) => format!(
            "{} has the first {} of {}, up to {}",
            file.display(),
            // Frames that a GIF left out lie between those that it kept.
            if f.notes.is_empty() {
                f.frames
            } else {
                report.made
            },
            counted(report.planned, "frame"),
            clock(&scenario.model, report.time)
        ),
        // The error says where the unfinished film is.
        None if report.made > 0 => String::new(),
        None => format!(
            "no frame was finished, and {} was not written",
            file.display()
        ),
    };
    match &report.finish {
        Finish::Complete => None,
        Finish::Cancelled => Some(Failure::new(
            signals.code(),
            format!("{}; {there}", signals.words()),
        )),
        Finish::Failed(e) => Some(Failure::new(
            exit::code(e.kind()),
            format!("{e}\n  {there}").trim_end().to_owned(),
        )),
        Finish::Unfinished => Some(Failure::new(
            exit::NUMERICAL,
            format!("the film ended early; {there}"),
        )),
    }
}

fn words(report: &FilmReport, spec: &FilmSpec) -> Option<String> {
    let file = report.file.as_ref()?;
    let [w, h] = spec.size;
    let (frames, rate) = report.in_file();
    let mut text = format!(
        "{}: {} of {w}x{h}, {:.2} s at a rate of {} per second, {}; made in {:.1} s ({:.1} frames/s)\n",
        spec.target.path.display(),
        counted(frames, "frame"),
        report.seconds(),
        plain((10.0 * rate).round() / 10.0),
        file_size(file.bytes as f64),
        report.wall.as_secs_f64(),
        report.made as f64 / report.wall.as_secs_f64().max(1e-3),
    );
    for note in &file.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    Some(text)
}

fn summary(report: &FilmReport, spec: &FilmSpec, missing: Option<&Failure>) -> serde_json::Value {
    let file = report.file.clone().unwrap_or_default();
    json!({
        "file": spec.target.path.display().to_string(),
        "complete": missing.is_none(),
        "error": missing.map(|f| f.message.clone()),
        "size": spec.size,
        "fps": report.in_file().1,
        "frames": file.frames,
        "made_frames": report.made,
        "planned_frames": report.planned,
        "seconds": report.seconds(),
        "bytes": file.bytes,
        "notes": file.notes,
        "wall_seconds": report.wall.as_secs_f64(),
        "simulation_seconds": report.simulating.as_secs_f64(),
        "ticks": report.ticks,
        "time": report.time,
        "warnings": report.warnings,
        "provenance": report.provenance,
    })
}

impl From<warmfront_view::ViewError> for Failure {
    fn from(error: warmfront_view::ViewError) -> Self {
        SessionError::from(error).into()
    }
}

/// How far the film is.
enum Meter {
    Silent,
    Bar(ProgressBar),
    Lines(u64, Duration),
}

impl Meter {
    fn new(silent: bool) -> Self {
        if silent {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(0, Duration::ZERO);
        }
        let bar = ProgressBar::new(1);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    fn watching(&self, gpu: Gpu) -> Gpu {
        match self {
            Self::Silent => gpu,
            Self::Bar(bar) => progress::watching(gpu, Some(bar)),
            Self::Lines(..) => progress::watching(gpu, None),
        }
    }

    fn tell(&mut self, p: &FilmProgress) {
        let text = || {
            let rate = p.frames as f64 / p.wall.as_secs_f64().max(1e-3);
            let left = match p.left() {
                Some(left) => format!(", {:.0} s left", left.as_secs_f64().ceil()),
                None => String::new(),
            };
            if p.finishing {
                return format!("completing the file of {}", counted(p.frames, "frame"));
            }
            format!(
                "frame {}/{}, {rate:.1} frames/s, {}{left}",
                p.frames,
                p.planned,
                file_size(p.bytes as f64)
            )
        };
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.set_length(p.planned);
                bar.set_position(p.frames);
                bar.set_message(text());
            }
            Self::Lines(tenth, last) => {
                let now = 10 * p.frames / p.planned.max(1);
                if p.finishing || now > *tenth && p.wall >= *last + PAUSE {
                    (*tenth, *last) = (now, p.wall);
                    eprintln!("{}", text());
                }
            }
        }
    }

    fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
