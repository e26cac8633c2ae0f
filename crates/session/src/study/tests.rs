use std::sync::atomic::{AtomicBool, AtomicUsize};

use warmfront_engine::GpuOptions;
use warmfront_model::{Library, Overrides};

use super::*;

/// The scenario `inflamed` on the smallest grid, two days, as three dose levels.
fn study(seed: u32) -> Result<Study, SessionError> {
    let overrides = Overrides {
        days: Some(2.0),
        grid: Some([16, 16, 1]),
        seed: Some(seed),
        ..Overrides::default()
    };
    let mut scenario = Library::embedded().scenario("inflamed")?.with(overrides)?;
    let mut arms = Vec::new();
    for (i, multiple) in [0.0, 0.5, 1.0].iter().enumerate() {
        let mut arm = scenario.arms[0].clone();
        arm.id = format!("level_{i}");
        arm.doses.fill(*multiple);
        arms.push(arm);
    }
    scenario.arms = arms;
    scenario.time.record_steps = false;
    Ok(Study {
        groups: vec![scenario],
        batch: None,
    })
}

fn gpu() -> Gpu {
    Gpu::new(&GpuOptions::default()).expect("tests that simulate need a Vulkan driver")
}

#[test]
fn a_case_does_not_depend_on_its_batch() -> Result<(), SessionError> {
    let (gpu, files) = (gpu(), Files::embedded());
    let never = AtomicBool::new(false);
    let mut study = study(1)?;
    let together = study.run(&gpu, &files, None, &never, &mut |_| {})?;
    study.batch = Some(2);
    let apart = study.run(&gpu, &files, None, &never, &mut |_| {})?;
    assert!(together.complete && apart.complete);
    assert_eq!((together.batch, apart.batch), (3, 2));
    assert_eq!(together.outcomes, apart.outcomes);
    let burden = study.groups[0].model.burden.expect("it has a burden");
    let [none, half, full] = [0, 1, 2].map(|i| together.outcomes[i].last(burden));
    assert!(none > half && half > full, "{none:?} {half:?} {full:?}");
    Ok(())
}

#[test]
fn a_stopped_study_goes_on_where_it_was() -> Result<(), Box<dyn std::error::Error>> {
    let (gpu, files) = (gpu(), Files::embedded());
    let dir = tempfile::tempdir()?;
    let mut study = study(1)?;
    study.batch = Some(1);
    let never = AtomicBool::new(false);
    let whole = study.run(&gpu, &files, None, &never, &mut |_| {})?;

    // Stopped in the second batch; the line of the first is cut in half by a kill, and one is noise.
    let stop = AtomicBool::new(false);
    let mut store = Store::open(dir.path(), &study, &gpu.report.name)?;
    let cut = study.run(&gpu, &files, Some(&mut store), &stop, &mut |p| {
        stop.store(p.done == 1 && p.share > 0.3, Ordering::Relaxed);
    })?;
    assert!(!cut.complete && cut.outcomes.len() == 1);
    drop(store);
    let path = dir.path().join(Store::NAME);
    let mut text = std::fs::read_to_string(&path)?;
    text.push_str("{\"case\":{\"group\":0,\"ar");
    std::fs::write(&path, text)?;

    let kept = |study, adapter: &str| Store::kept(dir.path(), study, adapter);
    assert_eq!(kept(&study, &gpu.report.name), Kept::Ours);
    let elsewhere = kept(&study, "another adapter");
    assert!(matches!(elsewhere, Kept::Others(why) if why.contains("this is another adapter")));
    let mut store = Store::open(dir.path(), &study, &gpu.report.name)?;
    let ran = AtomicUsize::new(0);
    let rest = study.run(&gpu, &files, Some(&mut store), &never, &mut |p| {
        ran.fetch_add(
            usize::from(p.share == 1.0 && p.running == 1),
            Ordering::Relaxed,
        );
    })?;
    assert_eq!(rest.taken_up, 1);
    assert_eq!(rest.outcomes, whole.outcomes);

    // A line that is whole JSON but no whole case is run again.
    let text = std::fs::read_to_string(&path)?;
    let cut: Vec<String> = text
        .lines()
        .map(|line| match line.contains("\"arm\":1") {
            true => line.replacen("\"times\":[0.0,", "\"times\":[", 1),
            false => line.to_owned(),
        })
        .collect();
    assert_ne!(cut.join("\n") + "\n", text);
    std::fs::write(&path, cut.join("\n") + "\n")?;
    let store = Store::open(dir.path(), &study, &gpu.report.name)?;
    assert_eq!((store.held().len(), store.damaged()), (2, 1));

    // A number that somebody changed, and bytes that are no text, cost their own case alone.
    let changed = cut[1].replacen("0.0", "0.1", 1);
    let mut bytes = format!("{}\n{changed}\n", cut[0]).into_bytes();
    bytes.extend([0xff, 0xfe, b'\n']);
    bytes.extend(format!("{}\n", cut[3]).bytes());
    std::fs::write(&path, bytes)?;
    let store = Store::open(dir.path(), &study, &gpu.report.name)?;
    assert_eq!((store.held().len(), store.damaged()), (1, 2));
    drop(store);

    // Another study does not take these cases for its own.
    let other = self::study(2)?;
    let found = kept(&other, &gpu.report.name);
    assert!(matches!(found, Kept::Others(why) if why.contains("another question")));
    assert!(
        Store::open(dir.path(), &other, &gpu.report.name)?
            .held()
            .is_empty()
    );

    // What is no store is named, not waited for, and not taken for an empty one.
    for (text, says) in [
        ("garbage\n", "line 1 of cases.jsonl"),
        ("", "line 1 of cases.jsonl"),
    ] {
        std::fs::write(&path, text)?;
        let found = kept(&study, &gpu.report.name);
        assert!(
            matches!(&found, Kept::Others(why) if why.contains(says)),
            "{found:?}"
        );
    }
    std::fs::remove_file(&path)?;
    std::fs::create_dir(&path)?;
    let found = kept(&study, &gpu.report.name);
    assert!(
        matches!(&found, Kept::Others(why) if why.contains("no regular file")),
        "{found:?}"
    );
    std::fs::remove_dir(&path)?;
    Ok(())
}

#[test]
fn a_case_that_fails_is_a_result() -> Result<(), SessionError> {
    let (gpu, files) = (gpu(), Files::embedded());
    let mut study = study(1)?;
    let scenario = &mut study.groups[0];
    let growth = scenario.model.parameters.iter();
    let rate = growth.clone().position(|p| p.id == "growth_rate_sensitive");
    // Far outside its range: the field leaves anything that its model means.
    scenario.arms[1].parameters[rate.expect("a parameter of the model")] = 1e9;
    let packed = growth.clone().position(|p| p.id == "packing_density");
    scenario.arms[1].parameters[packed.expect("a parameter of the model")] = 1e20;
    let never = AtomicBool::new(false);
    let found = study.run(&gpu, &files, None, &never, &mut |_| {})?;
    let burden = study.groups[0].model.burden.expect("it has a burden");
    let [fine, failed, other] = [0, 1, 2].map(|i| &found.outcomes[i]);
    assert!(failed.failure.is_some() && failed.last(burden).is_none());
    assert!(fine.last(burden).is_some() && other.last(burden).is_some());
    assert!(found.complete);
    Ok(())
}
