// Files of texts to imitate, read whole: what each row comes to, and a sentence for every row that cannot be used.
import { isText, type Imitation } from '../../src/domain/imitation.ts'
import type { ReadImitations } from '../../src/protocol/ingest.ts'
import { TEXT_FORMATS } from './formats/texts.ts'
import type { Sink } from './format.ts'
import type { IntakeOptions } from './intake.ts'
import { readFile } from './read.ts'
import { recogniseFile } from './recognise.ts'
import { Tally } from './report.ts'

const WANTED = 'give Rec-R1\'s SFT Parquet (a column text), or lines or a table with messages, conversations, prompt and completion, or query and output'

/** The name of the format of texts that a file is, from its first kilobytes; undefined where it is none. */
export async function textsOf(file: File): Promise<string | undefined> {
  try {
    return (await recogniseFile(file, TEXT_FORMATS)).format?.name
  } catch {
    return undefined
  }
}

/**
 * Reads all of them, in their order. Throws a sentence that names the file where one is no file of texts, damaged, or nothing in any can be used;
 * word for word repeated texts are counted and left out.
 */
export async function readImitations(files: readonly File[], { signal, onProgress }: Partial<IntakeOptions> = {}): Promise<ReadImitations> {
  const tally = new Tally()
  const imitations: Imitation[] = []
  const seen = new Set<string>()
  const formats: Record<string, string> = {}
  let [repeated, texts, doneBytes, doneRows] = [0, 0, 0, 0]
  const ignored = (): void => undefined
  const sink: Sink = {
    product: ignored, facts: ignored, person: ignored, query: ignored, judgement: ignored, interaction: ignored, sequence: ignored, category: ignored,
    retrieved: ignored, output: ignored, filtered: ignored, note: (sentence) => { tally.notes.add(sentence) },
    imitation(told) {
      const words = JSON.stringify(told)
      if (seen.has(words)) {
        repeated++
        return
      }
      seen.add(words)
      if (isText(told)) texts++
      imitations.push(told)
    },
    reject: (at, column, reason) => { tally.reject(at, column, reason) },
  }
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  for (const file of files) {
    signal?.throwIfAborted()
    const { format, recognised } = await recogniseFile(file, TEXT_FORMATS, signal)
    if (format === undefined) throw new Error(`file ${file.name} holds no texts to imitate (its columns are ${recognised.columns.join(', ')}); ${WANTED}`)
    formats[file.name] = format.name
    const { rows } = await readFile(file, format, sink, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (progress) => onProgress?.({ file: file.name, rows: doneRows + progress.rows, bytes: doneBytes + progress.bytes, totalBytes }),
    })
    doneBytes += file.size
    doneRows += rows
  }
  const [first] = tally.rejected
  if (imitations.length === 0) {
    const names = files.map(({ name }) => name).join(', ')
    throw new Error(first === undefined ? `no text stands in ${names}; ${WANTED}` : `nothing in ${names} can be imitated; the first refused row: ${first.file} row ${first.row}, ${first.column}: ${first.reason}`)
  }
  return {
    imitations,
    report: {
      formats, rows: doneRows, texts, answers: imitations.length - texts, repeated, rejected: tally.rejected, rejectedCount: tally.rejectedCount,
      rejectedBy: Object.fromEntries(tally.rejectedBy), notes: [...tally.notes],
    },
  }
}
