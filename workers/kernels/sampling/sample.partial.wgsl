// Per row and segment of the vocabulary (columns s, s + segments, …), in one pass: the maximum m of z = logits · inverseTemperature, Σ exp(z − m),
// and the first column that has the maximum. A running maximum is raised for four entries at a time.
// logits: [rows, vocabulary]; partials: [rows, segments] of (m, Σ exp(z − m), column, 0)
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec4f>;
struct Params { rows: u32, vocabulary: u32, segments: u32, inverseTemperature: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 32u;
  if (at >= params.rows * params.segments) { return; }
  let segment = at % params.segments;
  let base = at / params.segments * params.vocabulary;
  let step = params.segments;
  var top = -3.0e38;
  var sum = 0.0;
  var column = segment;
  var c = segment;
  for (; c + 3u * step < params.vocabulary; c += 4u * step) {
    let z = vec4f(logits[base + c], logits[base + c + step], logits[base + c + 2u * step], logits[base + c + 3u * step]) * params.inverseTemperature;
    let highest = max(max(z.x, z.y), max(z.z, z.w));
    if (highest > top) {
      sum *= exp(top - highest);
      top = highest;
      column = c + step * select(select(select(3u, 2u, z.z == top), 1u, z.y == top), 0u, z.x == top);
    }
    let e = exp(z - top);
    sum += e.x + e.y + e.z + e.w;
  }
  for (; c < params.vocabulary; c += step) {
    let z = logits[base + c] * params.inverseTemperature;
    if (z > top) {
      sum *= exp(top - z);
      top = z;
      column = c;
    }
    sum += exp(z - top);
  }
  partials[at] = vec4f(top, sum, f32(column), 0.0);
}
