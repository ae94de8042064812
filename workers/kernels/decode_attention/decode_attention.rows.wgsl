// A row of decoding, eight words: (prompt's first cache row, prompt's length, first cache row of its own, tokens drawn), (logits row, slot, prompt key, member).
// Its newest token stands at position length + drawn − 1 and in cache row own + drawn − 1; it attends to the prompt, to its own past and to itself, in this order.
struct DecodeRow { start: u32, length: u32, own: u32, drawn: u32, logitsRow: u32, slot: u32, key: u32, member: u32 }
fn position_of(row: DecodeRow) -> u32 { return row.length + row.drawn - 1u; }
fn newest_of(row: DecodeRow) -> u32 { return row.own + row.drawn - 1u; }
/// The cache row of the t-th key.
fn key_of(row: DecodeRow, t: u32) -> u32 { return select(row.own + t - row.length, row.start + t, t < row.length); }
