//! All tests of this folder in one program: one link step and one copy of the libraries on the disk,
//! where a program for each file would need as many.

mod dose_matrix;
mod figures;
mod synthetic;
