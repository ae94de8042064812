// Per row: log-sum-exp of z = logits · inverseTemperature, log-probability of the target, entropy; segments are added in order.
// logits: [rows, vocabulary]; partials: [rows, segments]; targets: [rows] from firstRow; stats: [allRows] of (lse, logp, entropy, 0), written from firstRow
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> stats: array<vec4f>;
struct Params { rows: u32, vocabulary: u32, segments: u32, firstRow: u32, inverseTemperature: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.rows) { return; }
  let base = row * params.segments;
  var top = -3.0e38;
  for (var s = 0u; s < params.segments; s++) {
    top = max(top, partials[base + s].x);
  }
  var sum = 0.0;
  var weighted = 0.0;
  for (var s = 0u; s < params.segments; s++) {
    let part = partials[base + s];
    let fade = exp(part.x - top);
    sum += part.y * fade;
    weighted += (part.z + part.y * (part.x - top)) * fade;
  }
  let logSum = log(sum);
  let token = targets[params.firstRow + row];
  let logp = logits[row * params.vocabulary + token] * params.inverseTemperature - top - logSum; // as the sampler has it: a common offset of the logits cancels before it rounds
  stats[params.firstRow + row] = vec4f(top + logSum, logp, max(0.0, logSum - weighted / sum), 0.0);
}
