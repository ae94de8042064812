// For graphics cards: SIDE × SIDE lanes share tiles of 4·SIDE rows, 4·SIDE columns and 16 k in workgroup memory; a lane owns 4 rows × 4 columns.
// What lies beyond an edge is loaded as zero, which adds nothing.
const SPAN = 4u * SIDE;
const LANES = SIDE * SIDE;
const DEPTH = 16u;
var<workgroup> tile_a: array<array<vec4f, SIDE>, DEPTH>; // [k][row / 4]
var<workgroup> tile_b: array<array<vec4f, SIDE>, DEPTH>; // [k][column / 4]

fn fetch_a(row: u32, k: u32, end: u32) -> f32 {
  if (row >= s.m || k >= end) { return 0f; }
  return a1(s.a_offset + row * s.a_row + k * s.a_k);
}
fn fetch_b(col: u32, k: u32, end: u32) -> f32 {
  if (col >= s.n || k >= end) { return 0f; }
  return b1(s.b_offset + col * s.b_col + k * s.b_k);
}

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) lane: vec3u, @builtin(local_invocation_index) index: u32) {
  let top = tile.y * SPAN;
  let left = tile.x * SPAN;
  let end = min(s.k, (tile.z + 1u) * s.chunk);
  var c = mat4x4f();
  for (var k0 = tile.z * s.chunk; k0 < end; k0 += DEPTH) {
    // neighbours load what lies side by side in memory: k when the operand lies along k, else rows (columns)
    for (var i = index; i < DEPTH * SPAN; i += LANES) {
      let ka = select(i / SPAN, i % DEPTH, A_ALONG);
      let ra = select(i % SPAN, i / DEPTH, A_ALONG);
      tile_a[ka][ra >> 2u][ra & 3u] = fetch_a(top + ra, k0 + ka, end);
      let kb = select(i / SPAN, i % DEPTH, B_ALONG);
      let rb = select(i % SPAN, i / DEPTH, B_ALONG);
      tile_b[kb][rb >> 2u][rb & 3u] = fetch_b(left + rb, k0 + kb, end);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k += 4u) {
      c = product(
        c,
        mat4x4f(tile_a[k][lane.y], tile_a[k + 1u][lane.y], tile_a[k + 2u][lane.y], tile_a[k + 3u][lane.y]),
        mat4x4f(tile_b[k][lane.x], tile_b[k + 1u][lane.x], tile_b[k + 2u][lane.x], tile_b[k + 3u][lane.x]),
      );
    }
    workgroupBarrier();
  }
  put(top + lane.y * 4u, left + lane.x * 4u, tile.z, c);
}
