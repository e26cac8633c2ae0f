//! Verdicts, and tables as they are read.

use super::*;

fn row(values: &[(&str, &str, f64)]) -> Results {
    let mut arms: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (arm, quantity, value) in values {
        let all = arms.entry((*arm).to_owned()).or_default();
        all.insert((*quantity).to_owned(), *value);
    }
    Results { time: 1.0, arms }
}

#[test]
fn the_verdict_has_three_steps() {
    let was = [row(&[("a", "n", 2.0), ("b", "n", 1e-9), ("b", "m", 4.0)])];
    let verdict = |is: &[(&str, &str, f64)]| {
        let c = compare(&was, &[row(is)], 1e-3);
        (c.verdict, c.different, c.worst[0].quantity.clone())
    };
    let same = verdict(&[("a", "n", 2.0), ("b", "n", 1e-9), ("b", "m", 4.000_000_001)]);
    assert_eq!((same.0, same.1), (Verdict::Identical, 0));
    // What is nearly nothing need not agree in its digits.
    let near = verdict(&[("a", "n", 2.0), ("b", "n", 2e-9), ("b", "m", 4.001)]);
    assert_eq!(near, (Verdict::Agrees, 2, "n".to_owned()));
    let far = verdict(&[("a", "n", 2.0), ("b", "n", 1e-9), ("b", "m", 4.1)]);
    assert_eq!(far, (Verdict::Differs, 1, "m".to_owned()));
    let missing = verdict(&[("a", "n", 2.0), ("b", "n", 1e-9)]);
    assert_eq!(missing, (Verdict::Differs, 1, "m".to_owned()));
}

#[test]
fn tables_are_read_by_time() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Library::embedded().scenario("inflamed")?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("t.csv");
    let head = "time_days,arm,quantity,unit,value\n";
    std::fs::write(
        &path,
        format!("{head}0,a,n,1,2\n0,b,n,1,NaN\n1.5,a,n,1,3\n"),
    )?;
    let rows = table(&path, &scenario)?.expect("a table");
    assert_eq!(
        (rows.len(), rows[1].time, rows[1].arms["a"]["n"]),
        (2, 1.5, 3.0)
    );
    assert!(rows[0].arms["b"].is_empty());
    for (text, part) in [
        ("a,b\n", "line 1"),
        (
            "time_days,arm,quantity,unit,value\n0,a,n,1,x\n",
            "line 2: `x`",
        ),
        (
            "time_days,arm,quantity,unit,value\n1,a,n,1,0\n0,a,n,1,0\n",
            "line 3",
        ),
        ("time_days,arm,quantity,unit,value\n1,a\n", "line 2"),
    ] {
        std::fs::write(&path, text)?;
        let e = table(&path, &scenario).expect_err(text).to_string();
        assert!(e.contains(part), "{e}");
    }
    assert!(table(Path::new("x.png"), &scenario)?.is_none());
    Ok(())
}
