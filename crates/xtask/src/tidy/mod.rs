//! `cargo xtask tidy`: facts about the repository that no compiler checks.
//!
//! Each rule is one module with one function `check(&Tree) -> Vec<Finding>`. All rules run and all
//! findings are printed; a finding names the file and line, what was found and what is allowed.
//! Notes are printed as well but fail nothing.

mod counts;
mod layers;
mod layout;
mod length;
mod links;
mod model_names;
mod shaders;
mod test_files;
mod tree;
mod words;

use std::path::Path;

use crate::process::Failure;
pub use counts::write as write_counts;
pub use tree::{Finding, Tree};

type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

/// Rules whose findings fail.
const RULES: [Rule; 8] = [
    ("dependencies run one way", layers::check),
    ("the top level holds the agreed entries", layout::check),
    ("shaders are named and used", shaders::check),
    (
        "no Rust code names a field of the tumour model",
        model_names::check,
    ),
    ("every test file is compiled", test_files::check),
    ("links in Markdown resolve", links::check),
    (
        "pages count a model's parameters as its file does",
        counts::check,
    ),
    ("nothing unfinished is left", words::check),
];

/// Rules whose findings are worth a look.
const NOTES: [Rule; 1] = [("files stay short", length::check)];

/// Runs every rule on the repository.
pub fn run(root: &Path) -> Result<(), Failure> {
    let tree = Tree::open(root)?;
    for (title, check) in NOTES {
        for finding in check(&tree) {
            eprintln!("note ({title}): {finding}");
        }
    }
    let mut failures = 0;
    for (title, check) in RULES {
        let findings = check(&tree);
        if findings.is_empty() {
            eprintln!("ok: {title}");
        } else {
            eprintln!("FAILED: {title}");
            for finding in &findings {
                eprintln!("    {finding}");
            }
            failures += findings.len();
        }
    }
    if failures == 0 {
        Ok(())
    } else {
        Err(Failure::check(format!(
            "tidy found {failures} problem(s) in the repository"
        )))
    }
}
