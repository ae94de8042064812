// Tells an exported run from other files by what its archive holds, without opening it.

/** The list of an archive's files stands at its end: 46 bytes and a name each, beside hundreds of checkpoints still less than this. */
const LIST_BYTES = 262_144

/** Whether the file is a zip archive that holds a run: run.json and events.jsonl. */
export async function isRunArchive(file: Blob & { readonly name: string }): Promise<boolean> {
  if (!/\.zip$/i.test(file.name)) return false
  const list = new TextDecoder('latin1').decode(await file.slice(Math.max(0, file.size - LIST_BYTES)).arrayBuffer())
  return ['run.json', 'events.jsonl'].every((name) => list.includes(name))
}
