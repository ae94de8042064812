// Per row and segment of the vocabulary (columns s, s + SEGMENTS, …): Σ p · log(p / q) + q − p, whose sum over all columns is KL(p ‖ q),
// with log p = ours − lse and log q = theirs − lse of the row. Every term is at least zero; where p and q are near, a series keeps its digits.
// ours, theirs: [rows, vocabulary]; ourStats, theirStats: [allRows] of (lse, …) from firstRow; parts: [allRows, segments], written from firstRow
@group(0) @binding(0) var<storage, read> ours: array<f32>;
@group(0) @binding(1) var<storage, read> theirs: array<f32>;
@group(0) @binding(2) var<storage, read> ourStats: array<vec4f>;
@group(0) @binding(3) var<storage, read> theirStats: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;
struct Params { rows: u32, vocabulary: u32, segments: u32, firstRow: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let segment = id.x;
  let row = id.y;
  if (segment >= params.segments || row >= params.rows) { return; }
  let base = row * params.vocabulary;
  let ourLse = ourStats[params.firstRow + row].x;
  let theirLse = theirStats[params.firstRow + row].x;
  var sum = 0.0;
  for (var c = segment; c < params.vocabulary; c += params.segments) {
    let logp = ours[base + c] - ourLse;
    let logq = theirs[base + c] - theirLse;
    let p = exp(logp);
    let d = logp - logq;
    // exp(−d) − 1 + d
    let near = d * d * (0.5 - d * (1.0 / 6.0 - d * (1.0 / 24.0 - d / 120.0)));
    sum += select(exp(logq) - p + p * d, p * near, abs(d) < 0.1);
  }
  parts[(params.firstRow + row) * params.segments + segment] = sum;
}
