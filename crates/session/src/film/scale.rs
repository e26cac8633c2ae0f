//! Colours of a single quantity in a film: map and limits.

use warmfront_model::{FieldKind, Local, Model};
use warmfront_view::Colormap;
use warmfront_view::raster::Range;

use super::{FilmSpec, Look, Panes};
use crate::SessionError;
use crate::units::{colormap_name, pretty_unit};

/// The map of rates and differences.
const DIVERGING: &str = "balance";

/// The scale of one quantity.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pub(super) label: String,
    pub(super) unit: String,
    pub(super) range: Range,
    pub(super) map: Colormap,
}

/// The single quantity of a look; none for a composite.
pub(super) fn local_of(look: Look) -> Option<Local> {
    match look {
        Look::View(_) => None,
        Look::Field(i) => Some(Local::Field(i)),
        Look::Local(local) => Some(local),
    }
}

impl Scale {
    /// Of the quantity `local`, which the film shows as `look`.
    pub(super) fn of(
        spec: &FilmSpec,
        look: Look,
        local: Local,
        model: &Model,
    ) -> Result<Self, SessionError> {
        let label = model.local_label(local);
        let difference = matches!(spec.panes, Panes::Difference { .. });
        let display = match local {
            Local::Field(i) => Some(model.fields[i].display),
            Local::Auxiliary(i) => Some(model.auxiliaries[i].display),
            Local::Observable(_) | Local::Term(_) | Local::Transport(_) => None,
        };
        let display = display.filter(|[low, high]| high > low);
        // Limits that were asked for hold for what was asked for.
        let asked = spec.range.filter(|_| look == spec.look);
        let range = match (asked, display) {
            (Some(range), _) => range,
            (None, Some([low, high])) if difference => {
                let most = low.abs().max(high.abs()) as f32;
                Range::linear(-most, most)
            }
            (None, Some([low, high])) => Range::linear(low as f32, high as f32),
            (None, None) => {
                return Err(SessionError::Film {
                    what: format!("the model gives no colour range for {label}"),
                    help: "give one: `--range LOW:HIGH`".to_owned(),
                });
            }
        };
        range.check()?;
        let signed = difference || matches!(local, Local::Term(_) | Local::Transport(_));
        let kind = match local {
            Local::Field(i) => model.fields[i].kind,
            _ => FieldKind::Cell,
        };
        let name = if signed {
            DIVERGING
        } else {
            colormap_name(kind)
        };
        Ok(Self {
            label: if difference {
                format!("{label}, minus the first arm")
            } else {
                label
            },
            unit: pretty_unit(&model.local_unit(local)),
            range,
            map: Colormap::named(name)?,
        })
    }
}
