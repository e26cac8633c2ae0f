//! All tests of this folder in one program: one link step and one copy of the libraries on the disk,
//! where a program for each file would need as many.

mod balance;
mod from_nothing;
mod live;
mod repulsion;
mod soundness;
mod steer;
mod synergy_reference;
