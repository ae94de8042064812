var<workgroup> spans_of: array<vec4u, TILE>;
var<workgroup> range: vec2u; // of the tile's keys: first, end

/// Whether a row attends to a key: spans are (prefix start, prefix end, own start, own end).
fn attends(span: vec4u, key: u32) -> bool { return (key >= span.x && key < span.y) || (key >= span.z && key < span.w); }

/// Reads the tile's spans; to be called by all lanes.
fn read_spans(top: u32, lane: u32) {
  if (lane < TILE) { spans_of[lane] = select(vec4u(), spans[min(top + lane, params.rows - 1u)], top + lane < params.rows); }
  workgroupBarrier();
  if (lane == 0u) {
    var first = 0xffffffffu;
    var end = 0u;
    for (var i = 0u; i < TILE; i++) {
      let span = spans_of[i];
      if (span.y > span.x) { first = min(first, span.x); end = max(end, span.y); }
      if (span.w > span.z) { first = min(first, span.z); end = max(end, span.w); }
    }
    range = vec2u(min(first, end), end);
  }
}

/// Whether any row of the tile attends to a key of the block from `key`; the same for all lanes.
fn block_wanted(key: u32, lane: u32) -> bool {
  workgroupBarrier();
  if (lane == 0u) {
    wanted = 0u;
    for (var i = 0u; i < TILE; i++) {
      let span = spans_of[i];
      if (max(key, span.x) < min(key + BLOCK, span.y) || max(key, span.z) < min(key + BLOCK, span.w)) { wanted = 1u; }
    }
  }
  return workgroupUniformLoad(&wanted) == 1u;
}

/// Loads the block's keys and, with `both`, its values.
fn load_block(key: u32, end: u32, kvHead: u32, lane: u32, keys: bool, values: bool) {
  for (var i = lane; i < BLOCK * WIDTH; i += LANES) {
    let d = i % WIDTH;
    let row = key + i / WIDTH;
    let inside = d < HEAD_DIM && row < end;
    let at = select(0u, (row * 2u * KV_HEADS + kvHead) * HEAD_DIM + d, inside);
    if (keys) { near[i] = select(0.0, kv[at], inside); }
    if (values) { far[i] = select(0.0, kv[at + select(0u, KV_HEADS * HEAD_DIM, inside)], inside); }
  }
}
