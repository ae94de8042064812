// Turns logits into their gradient in place: dlogit = inverseTemperature · (w · (1[target] − p) − e · p · (log p + entropy)), p = exp(z − lse),
// w = dLoss/dlogp and e = dLoss/dentropy of the row.
// logits: [rows, vocabulary]; stats: [allRows] of (lse, logp, entropy, 0); targets: [allRows]; weights: [allRows] of (w, e), all read from firstRow
@group(0) @binding(0) var<storage, read_write> logits: array<f32>;
@group(0) @binding(1) var<storage, read> stats: array<vec4f>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<vec2f>;
struct Params { rows: u32, vocabulary: u32, firstRow: u32, inverseTemperature: f32 }
@group(0) @binding(4) var<uniform> params: Params;

// A thread takes 16 columns, 64 apart: an invocation costs more than the arithmetic of one entry.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let stat = stats[params.firstRow + row];
  let weight = weights[params.firstRow + row];
  let wanted = targets[params.firstRow + row];
  let end = min(params.vocabulary, (group.x + 1u) * 1024u);
  for (var column = group.x * 1024u + lane; column < end; column += 64u) {
    let at = row * params.vocabulary + column;
    let logp = logits[at] * params.inverseTemperature - stat.x;
    let p = exp(logp);
    let hit = select(0.0, 1.0, column == wanted);
    logits[at] = params.inverseTemperature * (weight.x * (hit - p) - weight.y * p * (logp + stat.z));
  }
}
