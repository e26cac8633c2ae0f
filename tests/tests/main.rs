//! All tests of this folder in one program: one link step and one copy of the libraries on the disk,
//! where a program for each file would need as many.

mod channels;
mod cli_data;
mod cli_errors;
mod cli_figure;
mod cli_list;
mod cli_record;
mod cli_reopen;
mod cli_run;
mod cli_support;
mod cli_sweep;
mod cli_synergy;
mod cli_why;
mod cli_window;
mod explicit_pairs;
mod oracle;
mod pharmacokinetics;
mod scenarios;
mod shaders;
mod stiff_reference;
mod tissue;
mod validation;
mod verification;
mod well_mixed;
mod why;
