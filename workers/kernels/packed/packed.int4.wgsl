// Weights as whole numbers 0 … 15, eight to a word, times a scale plus an offset for each 32 neighbours of a row: both are bfloat16 in one word,
// the scale above the offset. A row's stride is a multiple of 32.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<u32>;
@group(0) @binding(SCALES) var<storage, read> scales: array<u32>;
/// Digits are masked and converted where they stand in the word's upper half, as bytes are in packed.int8.wgsl.
fn w4(at: u32) -> vec4f {
  let line = scales[at >> 5u];
  let upper = vec4u((weight[at >> 3u] * select(65536u, 1u, (at & 4u) != 0u)) ^ 0x80000000u);
  let digits = vec4f(vec4i(upper & vec4u(0xf0000u, 0xf00000u, 0xf000000u, 0xf0000000u))) * vec4f(0x1p-16, 0x1p-20, 0x1p-24, 0x1p-28) + vec4f(0.0, 0.0, 0.0, 8.0);
  return fma(digits, vec4f(bitcast<f32>(line & 0xffff0000u)), vec4f(bitcast<f32>(line * 65536u)));
}
fn w1(at: u32) -> f32 {
  let line = scales[at >> 5u];
  return fma(f32((weight[at >> 3u] >> ((at & 7u) << 2u)) & 15u), bitcast<f32>(line & 0xffff0000u), bitcast<f32>(line << 16u));
}
