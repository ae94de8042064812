// For the software adapter: one thread per row.
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  let d = draw_of(id.x);
  if (lengths[d.slot] != 0u) { return; }
  let base = d.logitsRow * params.vocabulary;
  let firstPart = d.logitsRow * params.segments;
  let threshold = thresholds[select(0u, d.logitsRow, FILTERED)];
  var top = -3.0e38;
  for (var s = 0u; s < params.segments; s++) { top = max(top, partials[firstPart + s].x); }
  var sum = 0.0;
  var drawable = 0.0;
  var token = params.vocabulary;
  for (var s = 0u; s < params.segments; s++) {
    let part = partials[firstPart + s];
    sum += part.y * exp(part.x - top);
    if (FILTERED) { drawable += part.w; }
    if (params.greedy == 1u && part.x == top) { token = min(token, u32(part.z)); }
  }
  if (!FILTERED) { drawable = sum; }
  if (params.greedy == 0u) {
    let goal = chance(d) * drawable;
    var passed = 0.0;
    var last = params.vocabulary;
    for (var s = 0u; s < params.segments; s++) {
      let part = partials[firstPart + s];
      var share = part.y * exp(part.x - top);
      if (FILTERED) { share = part.w; }
      if (passed + share <= goal && s + 1u < params.segments) { passed += share; continue; }
      // Rounding can leave the goal just past this segment's end: then the last entry with mass stands, here or in the segments after it.
      for (var c = s; c < params.vocabulary; c += params.segments) {
        let entry = mass(logits[base + c] * params.inverseTemperature, top, threshold);
        if (entry > 0.0) { last = c; }
        passed += entry;
        if (passed > goal && entry > 0.0) { token = c; break; }
      }
      if (token < params.vocabulary) { break; }
    }
    if (token == params.vocabulary) { token = last; }
  }
  finish(id.x, d, token, top, sum);
}
