// C[m, n] = alpha · A·B + bias[n] + (C | add[m, n]); one invocation per output, k ascending. The definition that every faster variant repeats bit by bit.
struct Shape {
  m: u32, n: u32, k: u32, alpha: f32,
  a_offset: u32, a_row: u32, a_k: u32,   // A's element (row, k) lies at a_offset + row·a_row + k·a_k
  b_offset: u32, b_col: u32, b_k: u32,
  c_offset: u32, c_row: u32,
}
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> add: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
@group(0) @binding(5) var<uniform> s: Shape;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= s.n || id.y >= s.m) { return; }
  var sum = 0f;
  for (var k = 0u; k < s.k; k++) {
    sum = fma(a[s.a_offset + id.y * s.a_row + k * s.a_k], b[s.b_offset + id.x * s.b_col + k * s.b_k], sum);
  }
  let at = s.c_offset + id.y * s.c_row + id.x;
  var y = s.alpha * sum;
  if (BIAS) { y += bias[id.x]; }
  if (ADD) { y += add[at]; }
  if (ACCUMULATE) { y += c[at]; }
  c[at] = y;
}
