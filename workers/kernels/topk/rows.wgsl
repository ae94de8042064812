// Copies the rows of the kept products that lie in one slab of the matrix, one workgroup an entry.
// best: [queries, k] of (rank, position); slab: [count, width], the matrix's rows from `first`; rows: [queries, k, width]
@group(0) @binding(0) var<storage, read> best: array<vec2u>;
@group(0) @binding(1) var<storage, read> slab: array<f32>;
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;
struct Params { k: u32, first: u32, count: u32, width: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let entry = group.y * params.k + group.x;
  let position = best[entry].y;
  if (position < params.first || position >= params.first + params.count) { return; }
  let source = (position - params.first) * params.width;
  for (var i = lane; i < params.width; i += 64u) { rows[entry * params.width + i] = slab[source + i]; }
}
