// Draws one token per row from softmax(z), z = logits · inverseTemperature, by inverse transform over the row's segments; greedy takes the first maximum.
// Chance is Threefry-2x32-20 (Salmon et al. 2011) on (seed, step), (prompt, member), position: a function of nothing else.
// logits: [*, vocabulary]; partials: [*, segments] of (max, Σ exp, …); thresholds: [*], z below it is never drawn (FILTERED);
// rows: [count] of (logits row, slot, prompt key, member); stops: [stopCount]; tokens: [slots, capacity]; logps: [slots, capacity]; lengths: [slots], 0 while running
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read> thresholds: array<f32>;
@group(0) @binding(3) var<storage, read> rows: array<vec4u>;
@group(0) @binding(4) var<storage, read> stops: array<u32>;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(6) var<storage, read_write> logps: array<f32>;
@group(0) @binding(7) var<storage, read_write> lengths: array<u32>;
struct Params { count: u32, vocabulary: u32, segments: u32, stopCount: u32, capacity: u32, position: u32, seed: u32, step: u32, greedy: u32, inverseTemperature: f32 }
@group(0) @binding(8) var<uniform> params: Params;

fn rotate(x: u32, by: u32) -> u32 { return (x << by) | (x >> (32u - by)); }

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  var keys = array<u32, 3>(key.x, key.y, 0x1BD11BDAu ^ key.x ^ key.y);
  var turns = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = counter.x + key.x;
  var y = counter.y + key.y;
  for (var round = 0u; round < 20u; round++) {
    x += y;
    y = rotate(y, turns[round % 8u]) ^ x;
    if (round % 4u == 3u) {
      let injection = round / 4u + 1u;
      x += keys[injection % 3u];
      y += keys[(injection + 1u) % 3u] + injection;
    }
  }
  return vec2u(x, y);
}

// The mass of one entry relative to the row's maximum; zero where the filter cuts it off.
fn mass(z: f32, top: f32, threshold: f32) -> f32 {
  if (FILTERED && z < threshold) { return 0.0; }
  return exp(z - top);
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  let source = rows[id.x];
  let slot = source.y;
  if (lengths[slot] != 0u) { return; }
  let base = source.x * params.vocabulary;
  let firstPart = source.x * params.segments;
  let threshold = thresholds[select(0u, source.x, FILTERED)];
  var top = -3.0e38;
  for (var s = 0u; s < params.segments; s++) { top = max(top, partials[firstPart + s].x); }
  var sum = 0.0;
  var drawable = 0.0;
  for (var s = 0u; s < params.segments; s++) {
    let part = partials[firstPart + s];
    sum += part.y * exp(part.x - top);
    if (FILTERED) { drawable += part.w; }
  }
  if (!FILTERED) { drawable = sum; }
  var token = params.vocabulary;
  if (params.greedy == 1u) {
    for (var s = 0u; s < params.segments; s++) {
      if (partials[firstPart + s].x < top) { continue; }
      for (var c = s; c < params.vocabulary; c += params.segments) {
        if (logits[base + c] * params.inverseTemperature == top) { token = min(token, c); break; }
      }
    }
  } else {
    let key = threefry(vec2u(params.seed, params.step), source.zw);
    let uniform01 = f32(threefry(key, vec2u(params.position, 0u)).x >> 8u) * 5.9604644775390625e-8;
    let goal = uniform01 * drawable;
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
  if (token >= params.vocabulary) { token = params.vocabulary - 1u; }
  let at = slot * params.capacity + params.position;
  tokens[at] = token;
  logps[at] = logits[base + token] * params.inverseTemperature - top - log(sum);
  var ended = params.position + 1u == params.capacity;
  for (var i = 0u; i < params.stopCount; i++) { ended = ended || stops[i] == token; }
  if (ended) { lengths[slot] = params.position + 1u; }
}
