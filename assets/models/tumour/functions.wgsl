// Pure functions of the tumour model: every formula that is longer than a line or used twice.
//
// Theory: saturation laws (Hill), receptor occupancy, PD-1 signalling, ERK dependence, packing.
// Practice: all arguments are f32 and non-negative; a concentration may be exactly 0. Powers are
// taken of max(x, 1e-20), so that no function returns NaN. Half-values are > 0 by their ranges.

// Saturating response, 0..1, half at `k`.
fn hill(x: f32, k: f32) -> f32 {
    return x / (k + x);
}

// Saturating response with exponent `n`, 0..1, half at `k`.
fn hill_power(x: f32, k: f32, n: f32) -> f32 {
    let q = pow(max(x / k, 1e-20), n);
    return q / (1.0 + q);
}

// Factor 1 / (1 + x/k) by which an inhibitor lowers a rate.
fn inhibition(x: f32, k: f32) -> f32 {
    return 1.0 / (1.0 + x / k);
}

// ERK signalling left under a MEK inhibitor (nM), 1 = untreated.
fn erk_activity(inhibitor: f32, ic50: f32, exponent: f32) -> f32 {
    return 1.0 - hill_power(inhibitor, ic50, exponent);
}

// Factor on a process of which the fraction `dependence` needs ERK.
fn erk_gate(dependence: f32, erk: f32) -> f32 {
    return 1.0 - dependence * (1.0 - erk);
}

// Fraction of PD-1 engaged by the PD-L1 that antibody leaves free.
fn pd1_engagement(pdl1: f32, occupancy: f32, half_level: f32) -> f32 {
    let free_pdl1 = pdl1 * (1.0 - occupancy);
    return free_pdl1 / (half_level + free_pdl1);
}

// T-cell activity under PD-1 engagement: falls from `high` to `low`, Hill of order 2.
fn t_cell_activity(engaged: f32, half_level: f32, low: f32, high: f32) -> f32 {
    let q = engaged / half_level;
    return low + (high - low) / (1.0 + q * q);
}

// Joint suppression of killing by Treg, myeloid cells and TGF-beta, 1 = none.
fn joint_suppression(treg: f32, k_treg: f32, myeloid: f32, k_myeloid: f32, tgfb: f32, k_tgfb: f32) -> f32 {
    return 1.0 / (1.0 + treg / k_treg + myeloid / k_myeloid + tgfb / k_tgfb);
}

// TCR stimulation per CD8 cell, 0..1: recognised targets over contact-limited encounters.
fn tcr_signal(recognised: f32, tumour: f32, k_contact: f32) -> f32 {
    return recognised / (k_contact + tumour);
}

// Space left for growth and entry, 0..1.
fn free_volume(occupied: f32, packed: f32) -> f32 {
    return max(0.0, 1.0 - occupied / packed);
}

// Growth factor of oxygen, 0..1; a positive `constant` replaces it (well-mixed reduction).
fn oxygen_growth(oxygen: f32, k: f32, constant: f32) -> f32 {
    return select(oxygen / (k + oxygen), constant, constant > 0.0);
}

// Share of the anoxic death rate that acts, 0..1: none above the threshold.
fn hypoxia(oxygen_factor: f32, threshold: f32) -> f32 {
    return max(0.0, 1.0 - oxygen_factor / threshold);
}

// Permeability of tumour nests for lymphocytes, 1 = open.
fn nest_permeability(tumour: f32, exclusion: f32, half_density: f32) -> f32 {
    let q = tumour * tumour;
    return 1.0 - exclusion * q / (q + half_density * half_density);
}

// Motility left to lymphocytes in packed tumour, 1 = unhindered.
fn packing_mobility(tumour: f32, hindrance: f32) -> f32 {
    return 1.0 - hindrance * min(tumour, 1.0);
}

// Motility left to tumour cells at low density, 1 = all. With `degeneracy` 1 it is in proportion to
// density (porous medium): cells in an empty place do not move, and the front is sharp.
fn degenerate_motility(tumour: f32, packed: f32, degeneracy: f32) -> f32 {
    return 1.0 - degeneracy * (1.0 - min(tumour / packed, 1.0));
}

// Chemokine-gated recruitment, 0..1: a constitutive share plus a chemokine-dependent one.
fn recruitment_gate(base: f32, chemokine: f32, k: f32) -> f32 {
    return base + (1.0 - base) * hill(chemokine, k);
}

// Relative gain 1 + a*x.
fn gain(size: f32, response: f32) -> f32 {
    return 1.0 + size * response;
}

// Plasma antibody, mg/L to nM, with molar mass in kDa.
fn antibody_nanomolar(plasma: f32, kilodalton: f32) -> f32 {
    return 1e3 * plasma / kilodalton;
}

// Plasma MEK inhibitor, mg/L to nM, with molar mass in Da.
fn inhibitor_nanomolar(plasma: f32, dalton: f32) -> f32 {
    return 1e6 * plasma / dalton;
}

// Supply of primed CD8 by the lymph node (per day): antigen-loaded DC, times the ERK-dependent
// part that MEK inhibition blocks, times the gain from PD-L1 blockade on DC.
fn priming_rate(maximum: f32, dc: f32, k_dc: f32, erk_dependence: f32, erk: f32, pdl1_gain: f32, occupancy: f32) -> f32 {
    return maximum * hill(dc, k_dc) * erk_gate(erk_dependence, erk) * gain(pdl1_gain, occupancy);
}
