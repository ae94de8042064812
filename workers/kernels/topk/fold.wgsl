// Folds one stretch of scores into the best k of every query, one workgroup a query: scores above the floor join the pool; of a pool
// of more than k the k best are kept, by rank and then by lower position, found by radix selection over both, eight bits at a time.
// scores: [queries, stride], the stretch's products from column `at`; best: [queries, k] of (rank, position) in any order
// pool: [queries, k + stride] scratch; state: [queries] of (how many are kept, rank that a new score must exceed), zero at the start
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> best: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> pool: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> state: array<vec2u>;
struct Params { rows: u32, stride: u32, first: u32, k: u32, at: u32 }
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> pooled: atomic<u32>;
var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> size: u32;
var<workgroup> chosen: vec3u; // the digit of the k-th best, how many are wanted of those that share it, 1 when that is all of them

// An order-preserving map from f32 to u32; both zeros are one number.
fn rank(value: f32) -> u32 {
  let bits = select(bitcast<u32>(value), 0u, value == 0.0);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

// The order of entries as eight digits, most significant first: higher rank, then lower position.
fn digit(entry: vec2u, at: u32) -> u32 {
  let word = select(entry.x, ~entry.y, at >= 4u);
  return (word >> (24u - 8u * (at & 3u))) & 255u;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let query = group.x;
  let own = query * params.k;
  let mine = query * (params.k + params.stride);
  let before = state[query];
  if (lane == 0u) { atomicStore(&pooled, before.x); }
  workgroupBarrier();
  for (var i = lane; i < before.x; i += 64u) { pool[mine + i] = best[own + i]; }
  for (var i = lane; i < params.rows; i += 64u) {
    let r = rank(scores[query * params.stride + params.at + i]);
    if (r > before.y) { pool[mine + atomicAdd(&pooled, 1u)] = vec2u(r, params.first + i); }
  }
  storageBarrier();
  workgroupBarrier();
  if (lane == 0u) { size = atomicLoad(&pooled); }
  let count = workgroupUniformLoad(&size);

  // The order of the k-th best, as (rank, ~position): digits found so far, zeros below.
  var least = vec2u(0u);
  if (count > params.k) {
    var wanted = params.k;
    for (var at = 0u; at < 8u; at++) {
      for (var i = lane; i < 256u; i += 64u) { atomicStore(&histogram[i], 0u); }
      workgroupBarrier();
      let mask = vec2u(select(~(0xffffffffu >> (8u * (at & 3u))), 0xffffffffu, at >= 4u), select(0u, ~(0xffffffffu >> (8u * (at & 3u))), at >= 4u));
      for (var i = lane; i < count; i += 64u) {
        let entry = pool[mine + i];
        if (all((vec2u(entry.x, ~entry.y) & mask) == least)) { atomicAdd(&histogram[digit(entry, at)], 1u); }
      }
      workgroupBarrier();
      if (lane == 0u) {
        var above = 0u;
        var value = 255u;
        var here = atomicLoad(&histogram[255]);
        while (above + here < wanted) {
          above += here;
          value--;
          here = atomicLoad(&histogram[value]);
        }
        chosen = vec3u(value, wanted - above, select(0u, 1u, here == wanted - above));
      }
      let found = workgroupUniformLoad(&chosen);
      let bits = found.x << (24u - 8u * (at & 3u));
      least |= select(vec2u(bits, 0u), vec2u(0u, bits), at >= 4u);
      wanted = found.y;
      if (found.z == 1u) { break; }
    }
  }

  if (lane == 0u) { atomicStore(&pooled, 0u); }
  workgroupBarrier();
  for (var i = lane; i < count; i += 64u) {
    let entry = pool[mine + i];
    if (entry.x > least.x || (entry.x == least.x && ~entry.y >= least.y)) { best[own + atomicAdd(&pooled, 1u)] = entry; }
  }
  // The floor is the k-th best's rank or lower. What comes later has higher positions: of equal rank it stands behind.
  if (lane == 0u) { state[query] = vec2u(min(count, params.k), least.x); }
}
