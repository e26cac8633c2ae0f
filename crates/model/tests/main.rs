//! All tests of this folder in one program: one link step and one copy of the libraries on the disk,
//! where a program for each file would need as many.

mod biopsy;
mod common;
mod counterfactuals;
mod initial_maps;
mod library;
mod model_rules;
mod overrides;
mod scenario_rules;
mod tissue_maps;
