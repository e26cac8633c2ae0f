//! The window with every scenario that the program carries.

use std::sync::Arc;

use warmfront_model::Library;
use warmfront_session::Row;

use super::Window;
use crate::state::Snapshot;

#[test]
fn every_scenario_of_the_library_fits() {
    let library = Library::embedded();
    for model in library.models() {
        let model = library.model(&model).expect("it is valid");
        for name in library.scenarios(&model) {
            let name = format!("{}/{name}", model.id);
            let scenario = library.scenario(&name).expect("it is valid");
            let values = vec![vec![0.5; model.observables.len()]; scenario.arms.len()];
            let rows = vec![Row { time: 0.0, values }];
            let mut w = Window::new(Snapshot {
                scenario: Some(Arc::new(scenario)),
                rows: Arc::new(rows),
                ..Snapshot::default()
            });
            assert_eq!(w.sent(), [], "{name}");
        }
    }
}
