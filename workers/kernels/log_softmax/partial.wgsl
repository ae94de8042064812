// Per row and segment of the vocabulary (columns s, s + SEGMENTS, …): the maximum m of z = logits · inverseTemperature, Σ exp(z − m) and Σ exp(z − m) · (z − m).
// logits: [rows, vocabulary]; partials: [rows, segments] of (m, Σ exp, Σ exp · (z − m), 0)
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec4f>;
struct Params { rows: u32, vocabulary: u32, segments: u32, inverseTemperature: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let segment = id.x;
  let row = id.y;
  if (segment >= params.segments || row >= params.rows) { return; }
  let base = row * params.vocabulary;
  var top = -3.0e38;
  for (var c = segment; c < params.vocabulary; c += params.segments) {
    top = max(top, logits[base + c] * params.inverseTemperature);
  }
  var sum = 0.0;
  var weighted = 0.0;
  for (var c = segment; c < params.vocabulary; c += params.segments) {
    let z = logits[base + c] * params.inverseTemperature;
    let e = exp(z - top);
    sum += e;
    weighted += e * (z - top);
  }
  partials[row * params.segments + segment] = vec4f(top, sum, weighted, 0.0);
}
