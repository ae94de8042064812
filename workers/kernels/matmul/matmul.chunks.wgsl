// C = Σ over the chunks of k, in order, of their partial products, scaled, plus bias, add or C: the second half of a product split along k.
struct Shape {
  m: u32, n: u32, chunks: u32,
  c_offset: u32, c_row: u32,
  alpha: f32,
}
@group(0) @binding(0) var<storage, read> parts: array<f32>; // [chunks, m, n]
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> add: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@group(0) @binding(4) var<uniform> s: Shape;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let col = id.x;
  let row = id.y;
  if (col >= s.n || row >= s.m) { return; }
  var sum = 0f;
  for (var chunk = 0u; chunk < s.chunks; chunk++) { sum += parts[(chunk * s.m + row) * s.n + col]; }
  let at = s.c_offset + row * s.c_row + col;
  var y = s.alpha * sum;
  if (BIAS) { y += bias[col]; }
  if (ADD) { y += add[at]; }
  if (ACCUMULATE) { y += c[at]; }
  c[at] = y;
}
