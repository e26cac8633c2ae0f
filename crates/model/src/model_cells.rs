//! To which cells a quantity belongs, the line that is drawn around cells, and rates per counted cell.
//!
//! Maps fade where there are none of the cells that a quantity belongs to: the MHC-I of tumour cells means nothing
//! where there is no tumour cell. Fields and auxiliaries declare it (`belongs_to`); an observable belongs to the
//! cells that its `weight` names.

use toml::Spanned;

use crate::error::Error;
use crate::local::Local;
use crate::model::{Model, Outline};
use crate::schema::{FieldKind, ModelFile, OutlineFile};

/// Most fields of cells that one quantity belongs to, or that an outline adds up: what a picture on the device has
/// room for.
pub const MOST_CARRIERS: usize = 8;

impl Model {
    /// Fields of cells that a quantity belongs to; empty: it is a property of the place.
    pub fn carriers(&self, local: Local) -> &[usize] {
        match local {
            Local::Field(i) | Local::Transport(i) => &self.fields[i].belongs_to,
            Local::Auxiliary(i) => &self.auxiliaries[i].belongs_to,
            Local::Observable(i) => &self.observables[i].belongs_to,
            Local::Term(i) => &self.fields[self.terms()[i].field].belongs_to,
        }
    }

    /// These cells with one over their typical size, so that sums are about 1 where they are usual.
    pub fn carriers_by_scale(&self, local: Local) -> Vec<(usize, f32)> {
        let by_scale = |f: &usize| (*f, (1.0 / self.fields[*f].scale) as f32);
        self.carriers(local).iter().map(by_scale).collect()
    }

    /// The outline for a picture that shows some fields as channels; none if those show the cells themselves.
    pub fn outline_beside(&self, channels: &[usize]) -> Option<&Outline> {
        let outline = self.outline.as_ref()?;
        let shown = outline.of.iter().any(|f| channels.contains(f));
        (!shown).then_some(outline)
    }

    /// The burden, if a rate of the cycle can be told per one of what it counts: a rate of change in the unit of the
    /// burden. What is a mean per cell already, or has another unit, is not divided again.
    pub fn burden_behind(&self, rate: usize) -> Option<usize> {
        let burden = self.burden?;
        let per_time = format!("{}/{}", self.observables[burden].unit, self.time_unit);
        (self.observables[rate].unit == per_time).then_some(burden)
    }

    pub(crate) fn link_cells(&mut self, file: &ModelFile) -> Result<(), Error> {
        for (i, f) in file.field.iter().enumerate() {
            let f = f.get_ref();
            let what = format!("`belongs_to` of field `{}`", f.id.get_ref());
            self.fields[i].belongs_to = self.cells(&f.belongs_to, &what)?;
        }
        for (i, a) in file.auxiliary.iter().enumerate() {
            let a = a.get_ref();
            let what = format!("`belongs_to` of auxiliary `{}`", a.id.get_ref());
            self.auxiliaries[i].belongs_to = self.cells(&a.belongs_to, &what)?;
        }
        for i in 0..self.observables.len() {
            let weight = self.observables[i].weight.as_ref();
            let named = weight.map_or_else(Vec::new, |w| w.uses("s").members);
            let fields = named.iter().filter_map(|id| self.field(id).ok());
            let mut cells: Vec<usize> = fields.filter(|f| self.is_cell(*f)).collect();
            cells.sort_unstable();
            cells.dedup();
            cells.truncate(MOST_CARRIERS);
            self.observables[i].belongs_to = cells;
        }
        let outline = file.model.outline.as_ref();
        self.outline = outline.map(|o| self.link_outline(o)).transpose()?;
        Ok(())
    }

    fn link_outline(&self, file: &OutlineFile) -> Result<Outline, Error> {
        let source = &self.source;
        let label = file.label.get_ref();
        let what = "`label` of `outline`";
        source.not_blank(label, file.label.span(), what, "it is shown to people")?;
        if file.of.get_ref().is_empty() {
            return Err(Error::new("`of` of `outline` names no field")
                .help("name fields of kind \"cell\", or leave out `outline`")
                .at(source.place(file.of.span())));
        }
        Ok(Outline {
            label: label.clone(),
            of: self.cells(file.of.get_ref(), "`of` of `outline`")?,
            at: source.positive(&file.at, "`at` of `outline`")?,
        })
    }

    fn is_cell(&self, field: usize) -> bool {
        self.fields[field].kind == FieldKind::Cell
    }

    // Indices of fields of cells.
    fn cells(&self, names: &[Spanned<String>], what: &str) -> Result<Vec<usize>, Error> {
        if let Some(name) = names.get(MOST_CARRIERS) {
            return Err(Error::new(format!(
                "{what} names {} fields; at most {MOST_CARRIERS} are possible",
                names.len()
            ))
            .at(self.source.place(name.span())));
        }
        let one = |name: &Spanned<String>| {
            let place = || self.source.place(name.span());
            let field = self.field(name.get_ref()).map_err(|e| e.at(place()))?;
            if self.is_cell(field) {
                return Ok(field);
            }
            let id = name.get_ref();
            Err(
                Error::new(format!("{what} names `{id}`, which is no field of cells"))
                    .help("name fields of kind \"cell\"")
                    .at(place()),
            )
        };
        names.iter().map(one).collect()
    }
}
