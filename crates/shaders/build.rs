//! Rebuilds the crate when a model is added, so that the embedded assets are never stale.

fn main() {
    println!("cargo::rerun-if-changed=../../shaders");
}
