//! `[[counterfactual]]`: what a link may change, and the message where it names nothing.

use crate::common::{MODEL, has, parse_model};
use warmfront_model::Switchable;

/// The toy model with a link of these lines.
fn with_link(lines: &str) -> String {
    format!(
        "{MODEL}\n[[counterfactual]]\nid = \"link\"\nlabel = \"Link\"\nexplanation = \"A link.\"\n\
         cite = \"Assumed.\"\n{lines}\n"
    )
}

fn refused(lines: &str, parts: &[&str]) {
    let e = parse_model(&with_link(lines)).expect_err("it is wrong");
    has(&e.to_string(), parts);
}

#[test]
fn a_link_is_parameters_and_processes() -> Result<(), Box<dyn std::error::Error>> {
    let model = parse_model(&with_link(
        "parameters = { growth_rate = 1.0 }\noff = [\"clearance\"]",
    ))?;
    let link = &model.counterfactuals[model.counterfactual("link")?];
    assert_eq!(link.parameters, [(model.parameter("growth_rate")?, 1.0)]);
    assert_eq!(link.off, [Switchable::Process(model.process("clearance")?)]);
    Ok(())
}

#[test]
fn what_a_link_names_must_be_there() {
    let line = with_link("").lines().count();
    let at = format!("model.toml:{line}");
    refused(
        "parameters = { growth_rat = 0.0 }",
        &[
            &at,
            "unknown parameter `growth_rat`",
            "did you mean `growth_rate`",
        ],
    );
    refused(
        "off = [\"clearence\"]",
        &[
            &at,
            "unknown process or transport",
            "did you mean `clearance`",
        ],
    );
    refused("", &["counterfactual `link` changes nothing", "`off = ["]);
    refused(
        "parameters = { growth_rate = -1e9 }",
        &[&at, "outside its range"],
    );
    refused(
        "parameter = { growth_rate = 0.0 }",
        &["unknown key `parameter`"],
    );
}
