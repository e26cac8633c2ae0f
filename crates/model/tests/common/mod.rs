//! A small model and scenario that the tests change one line at a time.

use std::sync::Arc;

use warmfront_model::{Error, Model, Scenario, Source};

/// A model that uses every kind of table once.
pub const MODEL: &str = r##"[model]
id = "toy"
label = "Toy"
description = "Cells, a signal and a drug."
time_unit = "day"
length_unit = "um"
default_scenario = "base"
time_step = 0.1
burden = "burden"
outline = { label = "Tumour", of = ["tumour"], at = 0.1 }

[[field]]
id = "tumour"
label = "Tumour"
unit = "1"
kind = "cell"
diffusion = "p.motility"
scale = 1.0
display = [0.0, 1.0]
colour = "#0072b2"
initial = 0.25

[[field]]
id = "signal"
label = "Signal"
unit = "ng/mL"
kind = "molecule"
diffusion = "100.0"
hindrance = "1.0 - 0.5 * a.crowding"
boundary = { x = "periodic", y_low = { fixed = 1.0 } }
scale = 2.0
display = [0.0, 4.0]
colour = "#d55e00"
initial = "p.motility * x.x"

[[field]]
id = "vessels"
label = "Vessels"
unit = "1"
kind = "static"
scale = 1.0
display = [0.0, 2.0]
colour = "#cc79a7"

[[parameter]]
id = "motility"
label = "Motility"
unit = "um2/day"
value = 10.0
range = [0.0, 100.0]
group = "Movement"
cite = "assumed"
confidence = "assumed"

[[parameter]]
id = "growth_rate"
label = "Growth rate"
unit = "1/day"
value = 0.3
range = [0.01, 3.0]
log = true
group = "Growth"
cite = "Somebody 2001"
confidence = "fitted"

[[compartment]]
id = "plasma"
label = "Plasma"
unit = "mg/L"
initial = 0.0
scale = 1.0

[[auxiliary]]
id = "crowding"
label = "Crowding"
unit = "1"
expression = "min(1.0, s.tumour)"
display = [0.0, 1.0]
belongs_to = ["tumour"]

[[process]]
id = "growth"
label = "Growth"
rate = "p.growth_rate * s.tumour * max(0.0, 1.0 - a.crowding)"
produces = { tumour = 1.0, signal = "p.motility" }
step = "release"
cite = "logistic growth"

[[process]]
id = "clearance"
label = "Clearance"
rate = "0.5"
consumes = "plasma"
cite = "assumed"

[[transport]]
id = "chemotaxis"
label = "Chemotaxis"
moves = ["tumour"]
potential = "5.0 * s.signal"
speed_limit = "p.motility"
cite = "assumed"

[[drug]]
id = "mek"
label = "MEK inhibitor"
unit = "mg"
into = "plasma"
per_dose = "0.1"
colour = "#009e73"
regimen = { dose = 60.0, every = 1.0, on = 21.0, off = 7.0 }
cite = "label"

[[observable]]
id = "burden"
label = "Burden"
unit = "1"
expression = "s.tumour"

[[observable]]
id = "growth"
label = "Growth"
unit = "1/day"
expression = "r.growth"
plot = "Growth"

[[view]]
id = "both"
label = "Both"
channels = [{ field = "tumour" }, { field = "signal", colour = "#ffffff", full = 3.0 }]

[[cycle]]
id = "release"
label = "Release"
rate = "growth"
explanation = "Cells grow."
cite = "assumed"
"##;

/// A scenario that uses every kind of table once.
pub const SCENARIO: &str = r#"label = "Base"
model = "toy"
description = "A disc."
seed = 7
off = ["chemotaxis"]

[grid]
cells = [32, 24]
spacing = 10.0

[time]
duration = 28
snapshots = [0, 14, 28]

[parameters]
growth_rate = 0.5

[compartments]
plasma = 2.0

[arms]
control = {}
mek = { label = "MEK inhibitor", doses = { mek = 1.0 } }
fast = { parameters = { growth_rate = 1.0 } }

[initial.tumour]
shapes = [{ shape = "disc", amplitude = 0.8, radius = 0.2, edge = 20.0, lobes = [[0.1, 3.0, 1.0]] }]
noise = 0.08
clip = [0.0, 0.9]

[initial.signal]
parameter = "motility"
mean = 3.0

[initial.vessels]
shapes = [
  { shape = "vessels", amplitude = 1.0, spacing = 60.0, sigma = 15.0, jitter = 0.35, core = 0.6, core_radius = 0.13, core_edge = 30.0 },
]

[numerics]
scheme = "backward_euler"
tolerance = 1e-5

[[event]]
time = 5.0
action = "dose"
drug = "mek"
multiple = 0.5
arms = ["mek"]

[[event]]
time = 7.0
action = "set"
parameters = { growth_rate = 0.2 }

[[event]]
time = 8
action = "brush"
field = "tumour"
centre = [100, 100]
radius = 30.0
amount = -0.5

[[event]]
time = 8
action = "bolus"
drug = "mek"
amount = 30

[[event]]
time = 9
action = "caption"
text = "A \"caption\""
"#;

/// The text with one part replaced, which must be there.
pub fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the text has no {from:?}");
    text.replacen(from, to, 1)
}

/// 1-based line of a part of a text.
pub fn line_of(text: &str, part: &str) -> u32 {
    let at = text.find(part).expect("the part is in the text");
    u32::try_from(text[..at].matches('\n').count()).expect("few lines") + 1
}

pub fn parse_model(text: &str) -> Result<Arc<Model>, Error> {
    let functions = Source::new("functions.wgsl", "");
    Model::parse(Source::new("model.toml", text), functions).map(Arc::new)
}

pub fn toy() -> Arc<Model> {
    parse_model(MODEL).expect("the toy model is right")
}

pub fn parse_scenario(text: &str) -> Result<Scenario, Error> {
    Scenario::parse(toy(), "base", Source::new("base.toml", text))
}

/// The message for the model with one part replaced.
pub fn model_error(from: &str, to: &str) -> String {
    let text = with(MODEL, from, to);
    let e = parse_model(&text).expect_err("the change must be refused");
    e.to_string()
}

/// The message for the scenario with one part replaced.
pub fn scenario_error(from: &str, to: &str) -> String {
    let text = with(SCENARIO, from, to);
    let e = parse_scenario(&text).expect_err("the change must be refused");
    e.to_string()
}

/// Asserts that a message has all parts.
pub fn has(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "no {part:?} in:\n{message}");
    }
}
