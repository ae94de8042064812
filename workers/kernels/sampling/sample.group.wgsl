// For graphics cards: a workgroup per row. Lanes load and exponentiate side by side; one lane adds in the order of the segments and entries, as one thread would.
const LANES = 256u; // at least as many as segments
var<workgroup> parts: array<vec4f, LANES>;
var<workgroup> shares: array<f32, LANES>;
var<workgroup> walk: Walk;
struct Walk { top: f32, sum: f32, goal: f32, passed: f32, segment: u32, token: u32, last: u32, running: u32 }

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let d = draw_of(row);
  if (lane == 0u) { walk.running = select(0u, 1u, lengths[d.slot] == 0u); }
  if (workgroupUniformLoad(&walk.running) == 0u) { return; }
  let base = d.logitsRow * params.vocabulary;
  let threshold = thresholds[select(0u, d.logitsRow, FILTERED)];
  if (lane < params.segments) { parts[lane] = partials[d.logitsRow * params.segments + lane]; }
  workgroupBarrier();
  if (lane == 0u) {
    walk.top = -3.0e38;
    for (var s = 0u; s < params.segments; s++) { walk.top = max(walk.top, parts[s].x); }
  }
  let top = workgroupUniformLoad(&walk.top);
  if (lane < params.segments) { shares[lane] = parts[lane].y * exp(parts[lane].x - top); }
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    var drawable = 0.0;
    var token = params.vocabulary;
    for (var s = 0u; s < params.segments; s++) {
      sum += shares[s];
      if (FILTERED) { drawable += parts[s].w; }
      if (params.greedy == 1u && parts[s].x == top) { token = min(token, u32(parts[s].z)); }
    }
    if (!FILTERED) { drawable = sum; }
    walk.sum = sum;
    walk.goal = chance(d) * drawable;
    walk.passed = 0.0;
    walk.segment = 0u;
    walk.token = token;
    walk.last = params.vocabulary;
  }
  if (params.greedy == 0u) {
    for (var turn = 0u; turn < params.segments; turn++) { // a turn is a segment that is walked; nearly always there is one
      if (lane == 0u) {
        while (walk.segment + 1u < params.segments) {
          var share = shares[walk.segment];
          if (FILTERED) { share = parts[walk.segment].w; }
          if (walk.passed + share > walk.goal) { break; }
          walk.passed += share;
          walk.segment++;
        }
      }
      let segment = workgroupUniformLoad(&walk.segment);
      for (var first = segment; first < params.vocabulary; first += params.segments * LANES) {
        let c = first + lane * params.segments;
        workgroupBarrier();
        if (c < params.vocabulary) { parts[lane].y = mass(logits[base + c] * params.inverseTemperature, top, threshold); } // the sums there are in `shares`
        workgroupBarrier();
        if (lane == 0u) {
          for (var i = 0u; i < LANES; i++) {
            let column = first + i * params.segments;
            if (column >= params.vocabulary) { break; }
            let entry = parts[i].y;
            if (entry > 0.0) { walk.last = column; }
            walk.passed += entry;
            if (walk.passed > walk.goal && entry > 0.0) {
              walk.token = column;
              break;
            }
          }
        }
        if (workgroupUniformLoad(&walk.token) < params.vocabulary) { break; }
      }
      if (lane == 0u) { walk.segment = segment + 1u; }
      if (workgroupUniformLoad(&walk.token) < params.vocabulary || segment + 1u >= params.segments) { break; }
    }
    if (lane == 0u && walk.token == params.vocabulary) { walk.token = walk.last; }
  }
  if (lane == 0u) { finish(row, d, walk.token, walk.top, walk.sum); }
}
