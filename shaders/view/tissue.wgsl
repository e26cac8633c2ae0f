// Tissue to pixels: one field through a colour map, or several fields in colours that mix. `tissue` draws a pane
// into a texture when something changed; `again` puts that texture on the screen, pixel by pixel.
// The arithmetic is that of crates/view/src/tissue.rs and mix.rs; row 0 of the data is the bottom row.

struct Channel {
    colour: vec4f, // linear RGB; w: the full value
    start: u32,   // first value of the plane shown
    seed: u32,    // of the texture; 0: none
    minus: u32,   // first value of the plane that is subtracted
    differs: u32, // 1: `minus` counts
}

// A field of cells, as part of a sum.
struct Cells {
    start: u32,  // first value of the plane shown
    minus: u32,  // the same of the arm that is subtracted, or again of the arm shown
    weight: f32, // what a value is multiplied with
    spare: u32,
}

struct Pane {
    corner: vec2f,    // what lies at the upper left corner, cells from the lower left one of the tissue
    step: vec2f,      // cells per pixel
    cells: vec2u,     // across and up
    stride: vec2u,    // values from cell to cell across and up
    lattice: vec2f,   // nuclei per cell edge; 0: no texture
    range: vec2f,     // limits of the colour scale
    ground: vec4f,    // linear RGB where no field is
    count: u32,       // channels of a composite
    logarithmic: u32,
    eye: f32,         // exponent from relative value to the share that it covers
    composite: u32,   // 1: the channels together; 0: a map of channel 0
    edge: vec2f,      // sum of `outline` on the line around cells; width of the line in pixels
    outlined: u32,    // fields of `outline` that count; 0: no line
    carried: u32,     // fields of `carriers` that count; 0: a property of the place
    channels: array<Channel, 8>,
    outline: array<Cells, 8>,
    carriers: array<Cells, 8>, // cells to which the quantity of a map belongs
}

@group(0) @binding(0) var<uniform> pane: Pane;
// As bits: WGSL promises nothing about NaN in f32.
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read> colours: array<u32, 256>;
// A pane drawn before, for `again`.
@group(0) @binding(3) var picture: texture_2d<f32>;

// The target encodes sRGB itself and wants linear light.
override LINEAR_TARGET: bool = false;

const NOT_A_NUMBER = vec3f(1.0, 0.0, 1.0);
// Where there are none of the cells to which a quantity belongs.
const NO_CELLS = vec3f(64.0, 64.0, 68.0) / 255.0;
// Sum of the carriers from which on a map has its full colour.
const PRESENT = 0.1;
// The line around cells, and what sets it off from any colour: its colour, its width beyond the line, its strength.
const LINE = vec3f(1.0);
const HALO = vec3f(13.0 / 255.0);
const HALO_WIDTH = 1.2;
const HALO_STRENGTH = 0.65;
// What `load` adds up instead of one channel.
const OUTLINE = 100u;
const CARRIERS = 101u;
// Below this sum of weights no colour can be told.
const LEAST_WEIGHT = 1e-24;
// Most samples per pixel and axis where a pixel covers several cells.
const MOST_SAMPLES = 4.0;
// Mean of `nuclei` over a plane, so that on average texture leaves faint values as they are.
const MEAN_NUCLEUS = 0.292;

@vertex
fn cover(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
    return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

struct Corner {
    @builtin(position) position: vec4f,
    @location(0) across: vec2f, // 0 at the upper left, 1 at the lower right corner
}

@vertex
fn spread(@builtin(vertex_index) i: u32) -> Corner {
    let c = vec2f(f32(i & 1u), f32(i >> 1u)) * 2.0;
    return Corner(vec4f(c * 2.0 - 1.0, 0.0, 1.0), vec2f(c.x, 1.0 - c.y));
}

@fragment
fn again(corner: Corner) -> @location(0) vec4f {
    let size = textureDimensions(picture);
    let at = max(corner.across, vec2f(0.0)) * vec2f(size);
    // A point of the picture covers several pixels: between its points it is interpolated.
    if any(fwidth(at) < vec2f(0.75)) {
        return between(at - 0.5, vec2i(size) - 1);
    }
    return textureLoad(picture, min(vec2u(at), size - 1u), 0);
}

fn between(at: vec2f, last: vec2i) -> vec4f {
    let low = floor(at);
    let f = at - low;
    var sum = vec4f(0.0);
    for (var k = 0; k < 4; k++) {
        let step = vec2i(k & 1, k >> 1);
        let w = select(1.0 - f, f, step == vec2i(1));
        let point = clamp(vec2i(low) + step, vec2i(0), last);
        sum += w.x * w.y * textureLoad(picture, point, 0);
    }
    return sum;
}

@fragment
fn tissue(@builtin(position) at: vec4f) -> @location(0) vec4f {
    let place = place_of(at.xy);
    if any(place < vec2f(0.0)) || any(place > vec2f(pane.cells)) {
        discard;
    }
    var shown: vec4f;
    if pane.composite == 0u {
        shown = map(place);
    } else {
        shown = composite(place);
    }
    if shown.w == 0.0 {
        return vec4f(finish(NOT_A_NUMBER), 1.0);
    }
    return vec4f(finish(outlined(shown.rgb, at.xy)), 1.0);
}

// Where a pixel lies, in cells.
fn place_of(pixel: vec2f) -> vec2f {
    let offset = pixel * pane.step;
    return vec2f(pane.corner.x + offset.x, pane.corner.y - offset.y);
}

// A colour with the line around cells over it. The distance from the line is that of a plane with the slope here.
fn outlined(colour: vec3f, pixel: vec2f) -> vec3f {
    if pane.outlined == 0u {
        return colour;
    }
    let x = vec2f(1.0, 0.0);
    let y = vec2f(0.0, 1.0);
    let across = density(pixel + x) - density(pixel - x);
    let up = density(pixel + y) - density(pixel - y);
    let slope = max(0.5 * length(vec2f(across, up)), 1e-12);
    let distance = abs(density(pixel) - pane.edge.x) / slope;
    let reach = 0.5 * pane.edge.y + 0.5 - distance;
    let dark = mix(colour, HALO, HALO_STRENGTH * clamp(reach + HALO_WIDTH, 0.0, 1.0));
    return mix(dark, LINE, clamp(reach, 0.0, 1.0));
}

// Density of the cells that have an outline.
fn density(pixel: vec2f) -> f32 {
    return sample(OUTLINE, place_of(pixel)).x;
}

// The colour in sRGB, and 0 where a value is not finite.
fn map(place: vec2f) -> vec4f {
    let value = sample(0u, place);
    if value.y > 0.0 {
        return vec4f(0.0);
    }
    let low = pane.range.x;
    var t = (value.x - low) / (pane.range.y - low);
    if pane.logarithmic != 0u {
        t = log(max(value.x, low) / low) / log(pane.range.y / low);
    }
    let row = clamp(t, 0.0, 1.0) * 255.0;
    let i = min(u32(row), 254u);
    let colour = mix(unpack4x8unorm(colours[i]), unpack4x8unorm(colours[i + 1u]), row - f32(i));
    if pane.carried == 0u {
        return vec4f(colour.rgb, 1.0);
    }
    let present = smoothstep(0.0, PRESENT, sample(CARRIERS, place).x);
    return vec4f(mix(NO_CELLS, colour.rgb, present), 1.0);
}

// Every field covers a share of the pixel; the colour of what is covered is the mean of the fields' colours,
// weighted by the fourth power of their shares. In sRGB, and 0 where a value is not finite.
fn composite(place: vec2f) -> vec4f {
    // Nuclei of a few pixels would only flicker and weave patterns.
    let pixels = 1.0 / max(max(pane.lattice.x * pane.step.x, pane.lattice.y * pane.step.y), 1e-6);
    let strength = select(0.0, 0.6 * smoothstep(4.0, 9.0, pixels), pane.lattice.x > 0.0);
    var bare = 1.0;
    var sum = vec4f(0.0);
    for (var c = 0u; c < pane.count; c++) {
        let channel = pane.channels[c];
        let value = sample(c, place);
        if value.y > 0.0 {
            return vec4f(0.0);
        }
        let relative = max(value.x / channel.colour.w, 0.0);
        var share = select(0.0, pow(relative, pane.eye), relative > 0.0);
        if channel.seed != 0u && strength > 0.0 {
            share *= mix(1.0, nuclei(place * pane.lattice, channel.seed) / MEAN_NUCLEUS, strength);
        }
        share = min(share, 1.0);
        bare *= 1.0 - share;
        let squared = share * share;
        sum += squared * squared * vec4f(channel.colour.rgb, 1.0);
    }
    var colour = pane.ground.rgb;
    if sum.w >= LEAST_WEIGHT {
        colour = mix(sum.rgb / sum.w, colour, bare);
    }
    return vec4f(encode(colour), 1.0);
}

// Value of channel `c`, or of a sum of cells, and whether it is not finite (1) or is (0). Between cell centres it is
// interpolated; where a pixel covers several cells it is their mean.
fn sample(c: u32, place: vec2f) -> vec2f {
    let covered = clamp(ceil(pane.step - 0.001), vec2f(1.0), vec2f(MOST_SAMPLES));
    if covered.x * covered.y > 1.0 {
        var sum = vec2f(0.0);
        for (var j = 0.0; j < covered.y; j += 1.0) {
            for (var i = 0.0; i < covered.x; i += 1.0) {
                let shift = (vec2f(i, j) + 0.5) / covered - 0.5;
                sum += load(c, vec2i(floor(place + shift * pane.step)));
            }
        }
        return sum / (covered.x * covered.y);
    }
    let centre = place - 0.5;
    let low = floor(centre);
    let f = centre - low;
    let cell = vec2i(low);
    var sum = vec2f(0.0);
    for (var k = 0u; k < 4u; k++) {
        let step = vec2u(k & 1u, k >> 1u);
        let w = select(1.0 - f, f, step == vec2u(1u));
        let weight = w.x * w.y;
        // A cell of no weight does not count, not even as NaN.
        if weight > 1e-3 {
            sum += weight * load(c, cell + vec2i(step));
        }
    }
    return sum;
}

fn load(c: u32, cell: vec2i) -> vec2f {
    let i = vec2u(clamp(cell, vec2i(0), vec2i(pane.cells) - 1));
    let at = dot(i, pane.stride);
    if c == OUTLINE || c == CARRIERS {
        return vec2f(cells(c, at), 0.0);
    }
    let channel = pane.channels[c];
    let bits = values[channel.start + at];
    if !finite(bits) {
        return vec2f(0.0, 1.0);
    }
    if channel.differs == 0u {
        return vec2f(bitcast<f32>(bits), 0.0);
    }
    let minus = values[channel.minus + at];
    if !finite(minus) {
        return vec2f(0.0, 1.0);
    }
    return vec2f(bitcast<f32>(bits) - bitcast<f32>(minus), 0.0);
}

// The sum of the cells of an outline, or of the carriers; of a difference, in the arm that has fewer of them.
fn cells(c: u32, at: u32) -> f32 {
    var sum = vec2f(0.0);
    if c == OUTLINE {
        for (var k = 0u; k < pane.outlined; k++) {
            sum += part(pane.outline[k], at);
        }
    } else {
        for (var k = 0u; k < pane.carried; k++) {
            sum += part(pane.carriers[k], at);
        }
    }
    return min(sum.x, sum.y);
}

fn part(cells: Cells, at: u32) -> vec2f {
    return cells.weight * vec2f(or_nothing(values[cells.start + at]), or_nothing(values[cells.minus + at]));
}

fn or_nothing(bits: u32) -> f32 {
    return select(0.0, bitcast<f32>(bits), finite(bits));
}

fn finite(bits: u32) -> bool {
    return (bits & 0x7f800000u) != 0x7f800000u;
}

// Discs of uneven size, shape and brightness around jittered lattice points; fixed in the tissue.
fn nuclei(p: vec2f, seed: u32) -> f32 {
    let home = vec2i(floor(p));
    var brightest = 0.0;
    for (var k = 0; k < 9; k++) {
        let site = home + vec2i(k % 3, k / 3) - 1;
        let h = hash(vec3u(bitcast<vec2u>(site), seed));
        let g = hash(vec3u(h.zy, seed + 1u));
        let r = vec3f(h >> vec3u(8u)) / 16777216.0;
        let q = vec3f(g >> vec3u(8u)) / 16777216.0;
        let d = p - vec2f(site) - 0.5 - 0.5 * (r.xy - 0.5);
        let angle = 6.2831853 * r.z;
        let turned = vec2f(d.x * cos(angle) + d.y * sin(angle), d.y * cos(angle) - d.x * sin(angle));
        let long = 1.0 + 0.5 * q.x;
        let distance = length(turned * vec2f(1.0 / long, long)) / (0.34 + 0.14 * q.y);
        brightest = max(brightest, (0.6 + 0.4 * q.z) * (1.0 - smoothstep(0.55, 1.1, distance)));
    }
    return brightest;
}

// pcg3d: M. Jarzynski and M. Olano, J. Comput. Graph. Tech. 9(3), 2020.
fn hash(key: vec3u) -> vec3u {
    var v = key * 1664525u + 1013904223u;
    v.x += v.y * v.z;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v ^= v >> vec3u(16u);
    v.x += v.y * v.z;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    return v;
}

fn encode(linear: vec3f) -> vec3f {
    let v = clamp(linear, vec3f(0.0), vec3f(1.0));
    return select(1.055 * pow(v, vec3f(1.0 / 2.4)) - 0.055, v * 12.92, v <= vec3f(0.0031308));
}

// A colour in sRGB as the target wants it.
fn finish(c: vec3f) -> vec3f {
    let linear = select(pow((c + 0.055) / 1.055, vec3f(2.4)), c / 12.92, c <= vec3f(0.04045));
    return select(c, linear, LINEAR_TARGET);
}
