// What drawing a token is told, and its chance: Threefry-2x32-20 (Salmon et al. 2011) on (seed, step), (prompt, member), position: a function of nothing else.
// One token per row from softmax(z), z = logits · inverseTemperature, by inverse transform over the row's segments (columns s, s + segments, …) in order;
// greedy takes the first maximum. logits: [*, vocabulary]; partials: [*, segments] of (max, Σ exp(z − max), first column of the maximum, Σ over drawable entries);
// thresholds: [*], z below it is never drawn (FILTERED); state: [count] rows of decoding (eight words, see kernels/decode_attention), then from word
// `newest` on [count] tokens as drawn; stops: [stopCount]; tokens: [slots, capacity]; logps: [slots, capacity]; lengths: [slots], 0 while running
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read> thresholds: array<f32>;
@group(0) @binding(3) var<storage, read_write> state: array<u32>;
@group(0) @binding(4) var<storage, read> stops: array<u32>;
@group(0) @binding(5) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(6) var<storage, read_write> logps: array<f32>;
@group(0) @binding(7) var<storage, read_write> lengths: array<u32>;
struct Params { count: u32, vocabulary: u32, segments: u32, stopCount: u32, capacity: u32, newest: u32, seed: u32, step: u32, greedy: u32, inverseTemperature: f32 }
@group(0) @binding(8) var<uniform> params: Params;

// A draw's row of decoding: its logits row, slot, prompt key, member, and the position that it draws.
struct Draw { logitsRow: u32, slot: u32, key: u32, member: u32, position: u32 }

fn draw_of(row: u32) -> Draw {
  let at = row * 8u;
  return Draw(state[at + 4u], state[at + 5u], state[at + 6u], state[at + 7u], state[at + 3u]);
}

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

// A number in [0, 1) of 24 bits.
fn chance(d: Draw) -> f32 {
  let key = threefry(vec2u(params.seed, params.step), vec2u(d.key, d.member));
  return f32(threefry(key, vec2u(d.position, 0u)).x >> 8u) * 5.9604644775390625e-8;
}

// Writes what was drawn and moves the row on; whether it has ended is told by its slot's length.
fn finish(row: u32, d: Draw, drawn: u32, top: f32, sum: f32) {
  let token = min(drawn, params.vocabulary - 1u);
  let at = d.slot * params.capacity + d.position;
  tokens[at] = token;
  logps[at] = logits[d.logitsRow * params.vocabulary + token] * params.inverseTemperature - top - log(sum);
  var ended = d.position + 1u == params.capacity;
  for (var i = 0u; i < params.stopCount; i++) { ended = ended || stops[i] == token; }
  if (ended) { lengths[d.slot] = d.position + 1u; }
  state[params.newest + row] = token;
  state[row * 8u + 3u] = d.position + 1u;
}
