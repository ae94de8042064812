// Reads every element of a weight both ways: fours[i] by w4, ones[i] by w1    fours, ones: [count], count a multiple of four
@group(0) @binding(1) var<storage, read_write> fours: array<f32>;
@group(0) @binding(2) var<storage, read_write> ones: array<f32>;
struct Params { count: u32 }
@group(0) @binding(UNIFORMS) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x * 4u;
  if (at >= params.count) { return; }
  let four = w4(at);
  for (var i = 0u; i < 4u; i++) {
    fours[at + i] = four[i];
    ones[at + i] = w1(at + i);
  }
}
