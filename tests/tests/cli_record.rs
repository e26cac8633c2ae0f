//! `warmfront record` from end to end: what plays, what is identical, what is left of a film that was cut
//! short, and what is refused. `ffprobe` and `ffmpeg` look at films here; the program needs neither.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::cli_support::{fail, finish, signal, succeed, warmfront};

/// Twenty frames of the default scenario on a small grid.
const SHORT: &str =
    "record inflamed --small --days 2 --size 640x360 --seconds 1 --fps 20 --quiet -o";

fn film(arguments: &str, file: &Path) -> Command {
    let mut command = warmfront(arguments);
    command.arg(file);
    command
}

/// Standard output of a program that must succeed and be silent otherwise.
fn tool(program: &str, arguments: &str, file: &Path) -> String {
    let mut command = Command::new(program);
    command.args(["-v", "error"]);
    if program == "ffmpeg" {
        command.arg("-i").arg(file);
        command.args(arguments.split_whitespace());
    } else {
        command.args(arguments.split_whitespace()).arg(file);
    }
    let output = command.output();
    let output = output
        .unwrap_or_else(|e| panic!("{program}: {e}; `cargo xtask setup` installs it where it may"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{program}: {said}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One entry of ffprobe's report on the video stream.
fn probe(file: &Path, key: &str) -> String {
    let arguments = format!("-select_streams v -show_entries stream={key} -of csv=p=0");
    tool("ffprobe", &arguments, file)
        .trim()
        .trim_matches(',')
        .to_owned()
}

/// A checksum of every decoded frame.
fn frames(file: &Path) -> Vec<String> {
    let text = tool("ffmpeg", "-map 0:v -f framemd5 -", file);
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|l| l.rsplit(',').next().unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn a_film_plays_everywhere_and_comes_out_the_same_twice() {
    let dir = tempfile::tempdir().expect("a folder");
    let [a, b] = ["a.mp4", "b.mp4"].map(|n| dir.path().join(n));
    succeed(&mut film(SHORT, &a));
    succeed(&mut film(SHORT, &b));
    for (key, value) in [
        ("codec_name", "h264"),
        ("pix_fmt", "yuv420p"),
        ("width", "640"),
        ("height", "360"),
        ("color_range", "tv"),
        ("color_space", "bt709"),
        ("color_primaries", "bt709"),
        ("color_transfer", "bt709"),
        ("r_frame_rate", "20/1"),
        ("nb_frames", "20"),
        ("duration", "1.000000"),
    ] {
        assert_eq!(probe(&a, key), value, "{key}");
    }
    let profile = probe(&a, "profile");
    assert!(
        ["High", "Main", "Constrained Baseline"].contains(&profile.as_str()),
        "{profile}"
    );
    // The index comes before the pictures: a browser plays while it loads.
    let bytes = std::fs::read(&a).expect("it was made");
    let at = |name: &[u8]| bytes.windows(4).position(|w| w == name);
    assert!(at(b"moov") < at(b"mdat") && at(b"moov").is_some());
    let tags = tool("ffprobe", "-show_entries format_tags -of json", &a);
    let tags: serde_json::Value = serde_json::from_str(&tags).expect("JSON");
    let tags = &tags["format"]["tags"];
    assert_eq!(tags["title"], "Inflamed");
    let told = tags["comment"].as_str().expect("a comment");
    let told: serde_json::Value = serde_json::from_str(told).expect("JSON");
    assert!(
        told["scenario"]
            .as_str()
            .is_some_and(|s| s.contains("[grid]"))
    );
    assert_eq!(told["results"]["time"], 2.0);

    let shown = frames(&a);
    assert_eq!(shown.len(), 20);
    assert!(shown == frames(&b), "two runs, one film");
    let mut distinct = shown;
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 20, "no frame stands still");
}

#[test]
fn a_film_shows_the_numbers_of_a_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("run");
    succeed(warmfront("run inflamed --small --days 2 --quiet --no-figures --out").arg(&out));
    let made = dir.path().join("film.gif");
    let json = SHORT.replace("--quiet", "--json --arm mek,combo");
    let done = succeed(&mut film(&json, &made));
    let told: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(told["frames"], 20);
    let results = &told["provenance"]["results"]["arms"];
    for arm in ["mek", "combo"] {
        let rows = crate::cli_support::series(&out, arm, "burden");
        let (_, last) = rows.last().expect("a row");
        assert_eq!(results[arm]["burden"].as_f64(), Some(*last), "{arm}");
    }
    assert!(results["control"].is_null());
}

#[test]
fn every_format_and_layout_has_its_frames() {
    let dir = tempfile::tempdir().expect("a folder");
    let tiny = "record inflamed --small --days 1 --size 640x480 --seconds 0.4 --fps 10 --quiet";
    for (name, more) in [
        ("plots.gif", "--layout plots --style light --hold-last 0.2"),
        ("doses.mp4", "--layout doses --style print --hold-first 0.2"),
        (
            "one.mp4",
            "--layout single --view ifng --range 0:0.5 --zoom 3 --centre 900,900 --hold-last 0.2",
        ),
        (
            "minus.mp4",
            "--compare difference --view tumour_sensitive --hold-last 0.2",
        ),
        (
            "wipe.mp4",
            "--compare wipe --without title,credit,doses --no-texture --hold-last 0.2",
        ),
        (
            "row.mp4",
            "--columns 4 --view drug_delivery --hold-last 0.2",
        ),
    ] {
        let file = dir.path().join(name);
        succeed(&mut film(&format!("{tiny} {more} -o"), &file));
        assert_eq!(frames(&file).len(), 6, "{name}");
    }
    let folder = dir.path().join("pictures");
    succeed(&mut film(&format!("{tiny} -o"), &folder));
    for k in 1..=4 {
        let picture = image::open(folder.join(format!("frame_{k:05}.png")));
        let picture = picture.expect("a PNG");
        assert_eq!((picture.width(), picture.height()), (640, 480));
    }
    // H.264 knows even sizes only.
    let odd = dir.path().join("odd.mp4");
    let line = tiny.replace("640x480", "641x361").replace("--quiet", "");
    let done = succeed(&mut film(&format!("{line} -o"), &odd));
    assert!(
        done.out.contains("641 × 361 became 642 × 362"),
        "{}",
        done.out
    );
    assert_eq!(
        (probe(&odd, "width"), probe(&odd, "height")),
        ("642".into(), "362".into())
    );
    // 3D, looked at from its middle.
    let solid = dir.path().join("solid.mp4");
    let cube = tiny.replace("--small", "--grid 16x16x8");
    succeed(&mut film(&format!("{cube} --slice 0.7 -o"), &solid));
    assert_eq!(frames(&solid).len(), 4);
}

#[test]
fn a_film_that_is_stopped_plays_up_to_there() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("stopped.mp4");
    let long = "record inflamed --small --days 28 --size 640x360 --seconds 60 --fps 30 -o";
    let mut child = film(long, &file)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let first = lines.next().and_then(Result::ok).unwrap_or_default();
    assert!(first.contains("1800 frames, 60.0 s"), "{first}");
    let going = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|l| l.starts_with("frame "));
    assert!(going, "it tells how far it is");
    signal(&child, Signal::INT);
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "{rest:?}");
    let said = rest.join("\n");
    let count = frames(&file).len();
    assert!(count > 20 && count < 1800, "{count}");
    assert!(
        said.contains(&format!("the first {count} of 1800 frames")),
        "{said}"
    );
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .expect("it is there")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_full_disk_leaves_every_frame_that_fitted() {
    // A disk of 600 kB in a mount name space of its own, as the user or as root; or, as root where there are
    // no name spaces, for as long as the film is made.
    let disk = "mount -t tmpfs -o size=600k none small || exit 77; \"$@\"; code=$?
        cp small/film.mp4 kept.mp4; ls -a small; umount small; exit $code";
    let ways = [
        &["unshare", "--user", "--map-root-user", "--mount", "sh"][..],
        &["unshare", "--mount", "sh"][..],
        &["sh"][..],
    ];
    let place = tempfile::tempdir().expect("a folder");
    let works = |way: &&&[&str]| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["-c"]);
        let try_it = "mount -t tmpfs -o size=600k none \"$1\" && umount \"$1\"";
        let tried = command.args([try_it, "sh"]).arg(place.path()).output();
        tried.is_ok_and(|o| o.status.success())
    };
    // A bound on the size of files is no way out: it holds for the memory of the driver too.
    let way = ways.iter().find(works).expect(
        "this machine lets nobody mount a small disk, so that a full one cannot be tried here",
    );
    let before: Vec<&str> = way.iter().copied().chain(["-c", disk, "sh"]).collect();
    film_without_room(&before, "No space left");
}

// Records a film into `small`, started by `before`, until there is no room any more.
fn film_without_room(before: &[&str], reason: &str) {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(dir.path().join("small")).expect("writable");
    let arguments = "record inflamed --small --days 28 --size 1280x720 --seconds 20 --quality 12 --quiet -o small/film.mp4";
    let mut command = Command::new(before[0]);
    command
        .args(&before[1..])
        .arg(crate::cli_support::program())
        .args(arguments.split_whitespace())
        .current_dir(dir.path());
    let done = finish(&mut command);
    assert_eq!(done.code, 5, "{}", done.err);
    assert!(done.err.contains(reason), "{}", done.err);
    let kept = dir.path().join("kept.mp4");
    let count = frames(&kept).len();
    assert!(count > 3 && count < 600, "{count}");
    assert!(
        done.err
            .contains(&format!("the first {count} of 600 frames")),
        "{}",
        done.err
    );
    assert!(!done.out.contains("partial"), "{}", done.out);
}

#[test]
fn what_cannot_be_filmed_is_told_in_one_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let taken = dir.path().join("taken.mp4");
    std::fs::write(&taken, "mine").expect("writable");
    let at = |name: &str| dir.path().join(name);
    for (options, name, code, parts) in [
        (
            "--size 100x60",
            "x.mp4",
            2,
            ["100 x 60", "the smallest size"],
        ),
        ("--size 9000x9000", "x.mp4", 2, ["9000", "3840 × 2160"]),
        ("--size wide", "x.mp4", 2, ["--size", "1920x1080"]),
        ("--fps 0", "x.mp4", 2, ["0 frames per second", "1 to 120"]),
        ("--fps -3", "x.mp4", 2, ["frames per second", "1 to 120"]),
        (
            "--view immunofluoresence",
            "x.mp4",
            2,
            ["--view", "immunofluorescence"],
        ),
        ("--arm combi", "x.mp4", 2, ["combi", "combo"]),
        (
            "--from 9 --to 3",
            "x.mp4",
            2,
            ["from time 9 to 3", "0 to 28"],
        ),
        (
            "--speed 0",
            "x.mp4",
            2,
            ["cannot pass in a second", "above 0"],
        ),
        ("--zoom 0.1", "x.mp4", 2, ["--zoom", "64"]),
        ("--range 3:1 --view ifng", "x.mp4", 2, ["3", "below"]),
        ("--compare difference", "x.mp4", 2, ["difference", "field"]),
        ("--quality 99", "x.mp4", 2, ["99", "51"]),
        ("--max-size 3", "x.mp4", 2, ["--max-size", "--quality"]),
        ("", "x.avi", 2, [".avi", ".mp4"]),
        ("", "taken.mp4", 5, ["taken.mp4", "--force"]),
        ("", "no/such/x.mp4", 5, ["no/such", "cannot"]),
    ] {
        let line = format!("record inflamed --small {options} -o");
        let done = fail(&mut film(&line, &at(name)), code, &parts);
        let told = done
            .err
            .lines()
            .filter(|l| l.starts_with("error: "))
            .count();
        assert_eq!(told, 1, "{}", done.err);
    }
    assert_eq!(std::fs::read(&taken).expect("it is there"), b"mine");
    let there: Vec<_> = std::fs::read_dir(dir.path())
        .expect("it is there")
        .collect();
    assert_eq!(there.len(), 1, "{there:?}");
}
