// For graphics cards, second of three (Dao et al. 2023, flash-decoding): a workgroup per key head, row and SPLIT keys takes the GROUP query heads of that key head.
// Lanes are keys while scores are made and components while values are summed; each key and value is loaded once for all heads.
// qkv: placed queries in the first columns; kv: [*, 2·KV_HEADS·HEAD_DIM]; parts: [rows, HEADS, splits, HEAD_DIM + 2] of (Σ exp(score − top)·v, top, Σ exp(score − top))
@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<DecodeRow>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;
struct Params { rows: u32, splits: u32, scale: f32, eps: f32 }
@group(0) @binding(4) var<uniform> params: Params;

const LANES = 64u;
const OWN = (HEAD_DIM + LANES - 1u) / LANES; // components a lane sums
var<workgroup> queries: array<f32, GROUP * HEAD_DIM>;
var<workgroup> scores: array<f32, GROUP * LANES>;
var<workgroup> fades: array<f32, GROUP>; // of what was summed before this tile of keys
var<workgroup> tops: array<f32, GROUP>;
var<workgroup> sums: array<f32, GROUP>;
var<workgroup> keys: array<u32, LANES>; // cache rows of the tile's keys

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let kvHead = group.x;
  let row = group.y;
  let at = state[row];
  let count = at.length + at.drawn;
  let first = group.z * SPLIT;
  if (first >= count) { return; }
  let end = min(count, first + SPLIT);
  let base = (row * (HEADS + 2u * KV_HEADS) + kvHead * GROUP) * HEAD_DIM;
  for (var i = lane; i < GROUP * HEAD_DIM; i += LANES) { queries[i] = qkv[base + i] * params.scale; }
  if (lane < GROUP) {
    tops[lane] = -3.0e38;
    sums[lane] = 0.0;
  }
  var o: array<f32, GROUP * OWN>;
  for (var tile = first; tile < end; tile += LANES) {
    workgroupBarrier();
    let held = min(LANES, end - tile);
    if (lane < held) {
      let cacheRow = key_of(at, tile + lane);
      keys[lane] = cacheRow;
      let k = (cacheRow * 2u * KV_HEADS + kvHead) * HEAD_DIM;
      //! for G in GROUP
      var s$G = 0.0;
      //! end
      for (var d = 0u; d < HEAD_DIM; d++) {
        let value = kv[k + d];
        //! for G in GROUP
        s$G = fma(queries[$Gu * HEAD_DIM + d], value, s$G);
        //! end
      }
      //! for G in GROUP
      scores[$Gu * LANES + lane] = s$G;
      //! end
    }
    workgroupBarrier();
    if (lane < GROUP) { // one lane per head: a tile's maximum and sum in the order of its keys
      var top = tops[lane];
      for (var i = 0u; i < held; i++) { top = max(top, scores[lane * LANES + i]); }
      fades[lane] = exp(tops[lane] - top);
      tops[lane] = top;
    }
    workgroupBarrier();
    if (lane < held) {
      //! for G in GROUP
      scores[$Gu * LANES + lane] = exp(scores[$Gu * LANES + lane] - tops[$G]);
      //! end
    }
    workgroupBarrier();
    if (lane < GROUP) {
      var sum = sums[lane] * fades[lane];
      for (var i = 0u; i < held; i++) { sum += scores[lane * LANES + i]; }
      sums[lane] = sum;
    }
    for (var own = 0u; own < OWN; own++) {
      let d = own * LANES + lane;
      if (d < HEAD_DIM) {
        //! for G in GROUP
        var v$G = o[$Gu * OWN + own] * fades[$G];
        //! end
        for (var i = 0u; i < held; i++) {
          let value = kv[(keys[i] * 2u * KV_HEADS + KV_HEADS + kvHead) * HEAD_DIM + d];
          //! for G in GROUP
          v$G = fma(scores[$Gu * LANES + i], value, v$G);
          //! end
        }
        //! for G in GROUP
        o[$Gu * OWN + own] = v$G;
        //! end
      }
    }
  }
  workgroupBarrier();
  for (var g = 0u; g < GROUP; g++) {
    let part = ((row * HEADS + kvHead * GROUP + g) * params.splits + group.z) * (HEAD_DIM + 2u);
    for (var own = 0u; own < OWN; own++) {
      let d = own * LANES + lane;
      if (d < HEAD_DIM) { parts[part + d] = o[g * OWN + own]; }
    }
    if (lane == 0u) {
      parts[part + HEAD_DIM] = tops[g];
      parts[part + HEAD_DIM + 1u] = sums[g];
    }
  }
}
