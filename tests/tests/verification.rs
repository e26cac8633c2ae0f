//! `warmfront verify`, one test per case, and the page of its results.
//!
//! A missing adapter is a failure. The page (`tests/VERIFICATION.md`) is compared by the names of its
//! checks and their verdicts; digits differ between adapters. To write it anew:
//! `warmfront verify --markdown > tests/VERIFICATION.md`.

use std::fs;
use std::path::Path;

use warmfront_engine::{Gpu, GpuOptions};
use warmfront_session::verify::{CASES, Report, select};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("VERIFICATION.md");
    fs::read_to_string(path).expect("the page of results exists")
}

// (what, pass) of the rows of one case on the page.
fn rows_on_page(page: &str, id: &str) -> Vec<(String, String)> {
    let heading = format!("## {id} ");
    let section = page
        .lines()
        .skip_while(|l| !l.starts_with(&heading))
        .skip(1);
    section
        .take_while(|l| !l.starts_with("## "))
        .filter(|l| l.starts_with("| ") && !l.starts_with("| What"))
        .map(|l| {
            let cells: Vec<&str> = l.split(" | ").collect();
            (
                cells[0].trim_start_matches("| ").to_owned(),
                cells[4].to_owned(),
            )
        })
        .collect()
}

fn verify(id: &str) {
    let gpu = Gpu::new(&GpuOptions::default()).expect("an adapter is there");
    let cases = select(&[id.to_owned()]).expect("the case exists");
    let mut report = Report::default();
    for case in cases {
        report.extend(case.run(&gpu));
    }
    println!("{}", report.table());
    assert!(report.pass(), "{}", report.table());
    let found: Vec<(String, String)> = report
        .rows
        .iter()
        .map(|r| (r.what.clone(), "yes".to_owned()))
        .collect();
    assert_eq!(
        found,
        rows_on_page(&page(), id),
        "tests/VERIFICATION.md is out of date"
    );
}

macro_rules! cases {
    ($($name:ident: $id:literal,)*) => {
        $(
            #[test]
            fn $name() {
                verify($id);
            }
        )*

        #[test]
        fn every_case_is_tested_and_on_the_page() {
            let tested = [$($id),*];
            let all: Vec<&str> = CASES.iter().map(|c| c.id).collect();
            assert_eq!(tested.as_slice(), all.as_slice());
            let page = page();
            for case in CASES {
                let heading = format!("## {} {}\n", case.id, case.title);
                assert!(page.contains(&heading), "tests/VERIFICATION.md lacks {heading:?}");
            }
        }
    };
}

cases! {
    v01_cosine_mode: "V1",
    v02_heat_kernel: "V2",
    v03_penetration: "V3",
    v04_fisher: "V4",
    v05_local_kinetics: "V5",
    v06_fixed_walls: "V6",
    v07_steady_lines: "V7",
    v08_order_in_space: "V8",
    v09_directed_movement: "V9",
    v10_turing: "V10",
    v11_symmetry: "V11",
    v12_reference: "V12",
    v13_noise: "V13",
    v14_robustness: "V14",
    v16_order_in_time: "V16",
    v17_conservation: "V17",
    v18_multigrid: "V18",
    v19_positivity: "V19",
    v20_batch: "V20",
    v21_barenblatt: "V21",
    v22_gray_scott: "V22",
    v23_keller_segel: "V23",
    v24_gierer_meinhardt: "V24",
    v25_nagumo: "V25",
    v26_brusselator: "V26",
    v27_fitzhugh_nagumo: "V27",
    v28_cyclic_competition: "V28",
    v29_held_walls: "V29",
    v30_threshold: "V30",
}

#[test]
fn unknown_cases_are_refused_with_a_name() {
    let error = select(&["V111".to_owned()]).expect_err("there is no such case");
    assert!(error.to_string().contains("V11"), "{error}");
}
