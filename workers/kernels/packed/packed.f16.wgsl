// Weights as 16-bit floats, two to a word: element (row, column) lies at row·stride + column; a row's stride is a multiple of eight.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<vec2u>;
fn w4(at: u32) -> vec4f {
  let words = weight[at >> 2u];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
fn w1(at: u32) -> f32 { return unpack2x16float(weight[at >> 2u][(at >> 1u) & 1u])[at & 1u]; }
