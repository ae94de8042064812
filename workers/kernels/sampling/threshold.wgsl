// The smallest z = logits · inverseTemperature that top-k, then top-p of what remains, leave drawable (ties kept), one workgroup per row;
// then Σ exp(z − max) over drawable entries per segment, written to partials.w.
// logits: [rows, vocabulary]; partials: [rows, segments] of (max, Σ exp, …, written); thresholds: [rows]
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> thresholds: array<f32>;
struct Params { vocabulary: u32, segments: u32, topK: u32, topP: f32, inverseTemperature: f32, firstRow: u32 }
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> counts: array<u32, 64>;
var<workgroup> masses: array<f32, 64>;

// An order-preserving map from f32 to u32, so that bisection ends after 32 exact steps.
fn rank(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

// Σ exp(z − top) over the row's entries of at least this rank; every lane gets the same sum.
fn massFrom(base: u32, lane: u32, least: u32, top: f32) -> f32 {
  var mass = 0.0;
  for (var c = lane; c < params.vocabulary; c += 64u) {
    let z = logits[base + c] * params.inverseTemperature;
    if (rank(z) >= least) { mass += exp(z - top); }
  }
  workgroupBarrier();
  masses[lane] = mass;
  workgroupBarrier();
  var all = 0.0;
  for (var i = 0u; i < 64u; i++) { all += masses[i]; }
  return all;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = params.firstRow + group.x;
  let base = row * params.vocabulary;
  var top = -3.0e38;
  for (var s = 0u; s < params.segments; s++) { top = max(top, partials[row * params.segments + s].x); }
  // Largest rank r with at least topK entries of rank ≥ r.
  var floorK = 0u;
  if (params.topK > 0u && params.topK < params.vocabulary) {
    for (var bit = 0u; bit < 32u; bit++) {
      let trial = floorK | (0x80000000u >> bit);
      var count = 0u;
      for (var c = lane; c < params.vocabulary; c += 64u) {
        count += select(0u, 1u, rank(logits[base + c] * params.inverseTemperature) >= trial);
      }
      counts[lane] = count;
      workgroupBarrier();
      var all = 0u;
      for (var i = 0u; i < 64u; i++) { all += counts[i]; }
      workgroupBarrier();
      if (all >= params.topK) { floorK = trial; }
    }
  }
  // Largest rank r such that the entries of rank ≥ r hold at least topP of the mass that top-k left.
  var floorP = floorK;
  if (params.topP < 1.0) {
    let whole = massFrom(base, lane, floorK, top);
    var found = 0u;
    for (var bit = 0u; bit < 32u; bit++) {
      let trial = found | (0x80000000u >> bit);
      let mass = massFrom(base, lane, max(trial, floorK), top);
      if (mass > 0.0 && mass >= params.topP * whole) { found = trial; }
    }
    floorP = max(floorK, found);
  }
  for (var s = lane; s < params.segments; s += 64u) {
    var mass = 0.0;
    for (var c = s; c < params.vocabulary; c += params.segments) {
      let z = logits[base + c] * params.inverseTemperature;
      if (rank(z) >= floorP) { mass += exp(z - top); }
    }
    partials[row * params.segments + s].w = mass;
  }
  if (lane == 0u) {
    // The threshold as a float: the inverse of rank().
    let bits = select(~floorP, floorP & 0x7fffffffu, (floorP & 0x80000000u) != 0u);
    thresholds[row] = select(bitcast<f32>(bits), -3.4e38, floorP == 0u);
  }
}
