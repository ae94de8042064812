// Turns logits into their gradient in place: dlogit = inverseTemperature · (w · (1[target] − p) − e · p · (log p + entropy)), p = exp(z − lse),
// w = dLoss/dlogp and e = dLoss/dentropy of the row.
// logits: [rows, vocabulary]; stats: [allRows] of (lse, logp, entropy, 0); targets: [allRows]; weights: [allRows] of (w, e), all read from firstRow
@group(0) @binding(0) var<storage, read_write> logits: array<f32>;
@group(0) @binding(1) var<storage, read> stats: array<vec4f>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<vec2f>;
struct Params { rows: u32, vocabulary: u32, firstRow: u32, inverseTemperature: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.vocabulary || row >= params.rows) { return; }
  let at = row * params.vocabulary + column;
  let stat = stats[params.firstRow + row];
  let weight = weights[params.firstRow + row];
  let logp = logits[at] * params.inverseTemperature - stat.x;
  let p = exp(logp);
  let hit = select(0.0, 1.0, column == targets[params.firstRow + row]);
  logits[at] = params.inverseTemperature * (weight.x * (hit - p) - weight.y * p * (logp + stat.z));
}
