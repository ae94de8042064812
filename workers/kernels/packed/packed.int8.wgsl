// Weights as whole numbers −127 … 127, four to a word, times a float32 scale for each 32 neighbours of a row; a row's stride is a multiple of 32.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<u32>;
@group(0) @binding(SCALES) var<storage, read> scales: array<f32>;
/// Bytes are masked and converted where they stand, and scaled down by powers of two, all exactly: shifts of vectors are slow on the software adapter.
/// The lower three are made positive by adding 128, the highest carries the word's sign.
fn w4(at: u32) -> vec4f {
  let bytes = vec4i(vec4u(weight[at >> 2u] ^ 0x808080u) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u));
  return scales[at >> 5u] * (vec4f(bytes) * vec4f(1.0, 0x1p-8, 0x1p-16, 0x1p-24) - vec4f(128.0, 128.0, 128.0, 0.0));
}
fn w1(at: u32) -> f32 {
  return scales[at >> 5u] * f32(extractBits(i32(weight[at >> 2u]), (at & 3u) << 3u, 8u));
}
