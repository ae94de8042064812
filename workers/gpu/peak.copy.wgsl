// The copy peak: a lane copies WORDS elements, neighbours side by side.
@group(0) @binding(0) var<storage, read> source: array<ELEMENT>;
@group(0) @binding(1) var<storage, read_write> target_: array<ELEMENT>;
struct Span { lanes: u32 }
@group(0) @binding(2) var<uniform> s: Span;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
//! for I in WORDS
  target_[id.x + $Iu * s.lanes] = source[id.x + $Iu * s.lanes];
//! end
}
