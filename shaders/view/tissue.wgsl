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
    channels: array<Channel, 8>,
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
    let offset = at.xy * pane.step;
    let place = vec2f(pane.corner.x + offset.x, pane.corner.y - offset.y);
    if any(place < vec2f(0.0)) || any(place > vec2f(pane.cells)) {
        discard;
    }
    if pane.composite == 0u {
        return vec4f(map(place), 1.0);
    }
    return vec4f(composite(place), 1.0);
}

fn map(place: vec2f) -> vec3f {
    let value = sample(0u, place);
    if value.y > 0.0 {
        return finish(NOT_A_NUMBER);
    }
    let low = pane.range.x;
    var t = (value.x - low) / (pane.range.y - low);
    if pane.logarithmic != 0u {
        t = log(max(value.x, low) / low) / log(pane.range.y / low);
    }
    let row = clamp(t, 0.0, 1.0) * 255.0;
    let i = min(u32(row), 254u);
    let colour = mix(unpack4x8unorm(colours[i]), unpack4x8unorm(colours[i + 1u]), row - f32(i));
    return finish(colour.rgb);
}

// Every field covers a share of the pixel; the colour of what is covered is the mean of the fields' colours,
// weighted by the fourth power of their shares.
fn composite(place: vec2f) -> vec3f {
    // Nuclei of a few pixels would only flicker and weave patterns.
    let pixels = 1.0 / max(max(pane.lattice.x * pane.step.x, pane.lattice.y * pane.step.y), 1e-6);
    let strength = select(0.0, 0.6 * smoothstep(4.0, 9.0, pixels), pane.lattice.x > 0.0);
    var bare = 1.0;
    var sum = vec4f(0.0);
    for (var c = 0u; c < pane.count; c++) {
        let channel = pane.channels[c];
        let value = sample(c, place);
        if value.y > 0.0 {
            return finish(NOT_A_NUMBER);
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
    return select(encode(colour), colour, LINEAR_TARGET);
}

// Value of channel `c` and whether it is not finite (1) or is (0). Between cell centres it is
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
