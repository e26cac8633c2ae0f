//! What is saved, opened, reopened from a picture, and edited while it runs.

use std::path::Path;

use warmfront_app::command::Command;
use warmfront_app::state::News;
use warmfront_model::Library;
use warmfront_session::Provenance;

use crate::rig::{Rig, temporary};
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("it is there").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

#[test]
fn what_was_done_is_saved_shared_opened_and_recovered() {
    let folder = temporary("saved");
    let rig = Rig::leaving(&folder);
    rig.send(Command::Play(false));
    rig.wait("a pause", |s| !s.playing && s.scenario.is_some());
    rig.send(Command::Dose {
        drug: 0,
        multiple: 2.5,
    });
    rig.wait("a dose", |s| s.multiples.first() == Some(&2.5));
    let path = folder.join("mine.toml");
    rig.send(Command::Save(path.clone()));
    rig.wait("news", |s| matches!(s.news, Some((_, News::Done(_)))));
    let text = std::fs::read_to_string(&path).expect("it was written");
    assert!(text.contains("2.5"));
    rig.send(Command::Share);
    let shared = rig.wait("a text", |s| s.shared_text.is_some()).shared_text;
    let (_, packed) = shared.expect("it is there");
    assert!(packed.len() < text.len());
    // Into a folder that is none.
    rig.send(Command::Save(path.join("below.toml")));
    rig.wait("a refusal", |s| {
        matches!(s.news, Some((_, News::Refused(_))))
    });

    for command in [Command::Open(path), Command::OpenText(packed.to_string())] {
        let before = rig.shared.get().version;
        rig.send(command);
        rig.send(Command::Play(false));
        let opened = rig.wait("the same again", |s| {
            s.version > before && s.multiples[0] == 2.5
        });
        assert!(opened.name != "inflamed");
    }
    for command in [
        Command::Open(folder.join("nothing.toml")),
        Command::Open(folder.join("picture.xyz")),
        Command::OpenText("warmfront-1:AAAA".into()),
        Command::OpenText("label = ".into()),
    ] {
        let before = rig.shared.get().news.map_or(0, |(n, _)| n);
        rig.send(command);
        let said = rig.wait("a refusal", |s| {
            s.news.as_ref().is_some_and(|(n, _)| *n > before)
        });
        assert!(matches!(said.news, Some((_, News::Refused(_)))));
        assert!(said.fault.is_none() && said.scenario.is_some());
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_picture_opens_the_simulation_that_made_it() {
    let folder = temporary("reopened");
    let rig = Rig::new("heat");
    rig.send(Command::Play(false));
    rig.wait("a pause", |s| !s.playing && s.scenario.is_some());
    let library = Library::embedded();
    let made = library.scenario("gray_scott").expect("it is valid");
    let changes = warmfront_model::Overrides {
        seed: Some(77),
        grid: Some([24, 16, 1]),
        ..Default::default()
    };
    let made = made.with(changes).expect("it is allowed");
    let texts = Provenance::new(&made, &[0], "an adapter", None).texts();
    let pairs = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
    let blank = image::RgbaImage::new(2, 2);
    let png = warmfront_view::encode_png(&blank, &pairs).expect("a picture");
    // What counts is what is in it, not its name.
    let picture = folder.join("picture.dat");
    std::fs::write(&picture, png).expect("writable");
    rig.send(Command::Open(picture.clone()));
    rig.send(Command::Play(false));
    let opened = rig.wait("the same again", |s| {
        s.scenario.as_ref().is_some_and(|now| now.seed == 77)
    });
    let now = opened.scenario.expect("it is there");
    assert_eq!(
        (now.grid.cells, now.to_toml()),
        ([24, 16, 1], made.to_toml())
    );
    // The window may be started with it as well.
    drop(rig);
    let rig = Rig::new(&picture.display().to_string());
    rig.wait("the same at the start", |s| {
        s.scenario.as_ref().is_some_and(|now| now.seed == 77)
    });
    // A foreign one changes nothing.
    let foreign = warmfront_view::encode_png(&blank, &[]).expect("a picture");
    let path = folder.join("foreign.png");
    std::fs::write(&path, foreign).expect("writable");
    rig.send(Command::Open(path));
    let said = rig.wait(
        "a refusal",
        |s| matches!(&s.news, Some((_, News::Refused(why))) if why.contains("does not say which")),
    );
    assert!(said.fault.is_none() && said.scenario.is_some_and(|now| now.seed == 77));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_model_is_edited_while_it_runs() {
    let folder = temporary("edited");
    let models = folder.join("models").join("heat");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/models/heat"),
        &models,
    );
    let library = Library::folder(&folder);
    let rig = Rig::with(library, Some(folder.clone()), "heat");
    rig.send(Command::Speed(f64::INFINITY));
    rig.wait("a running clock", |s| s.time > 0.0);
    rig.send(Command::Play(false));
    let paused = rig.wait("a pause", |s| !s.playing);
    let file = models.join("model.toml");
    let text = std::fs::read_to_string(&file).expect("it is there");

    std::fs::write(&file, text.replace("[[field]]", "[[filed]]")).expect("it can be written");
    let said = rig.wait("a refusal", |s| {
        matches!(s.news, Some((_, News::Refused(_))))
    });
    let Some((_, News::Refused(why))) = said.news else {
        return;
    };
    assert!(
        why.contains("model.toml:") && why.contains("filed"),
        "{why}"
    );
    assert!(said.fault.is_none() && said.time == paused.time);

    let title = "A title that was changed";
    let old = format!(
        "label = \"{}\"",
        paused.scenario.expect("it is there").model.label
    );
    assert!(text.contains(&old));
    std::fs::write(
        &file,
        text.replacen(&old, &format!("label = \"{title}\""), 1),
    )
    .expect("it can");
    let changed = rig.wait("the change", |s| {
        s.scenario.as_ref().is_some_and(|s| s.model.label == title)
    });
    assert_eq!(changed.time, paused.time, "the moment is kept");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
