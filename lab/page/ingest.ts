// Shards through the product's own ingest worker: what they hold, without keeping it.
import { recogniseFiles, surveyFiles } from '../../src/client/ingest.ts'
import type { ColumnMapping } from '../../src/protocol/ingest.ts'
import { chosenFiles, reading } from './files.ts'
import type { IngestJob, Results } from './protocol.ts'

const PROGRESS_MS = 2000

export async function ingest({ filter }: IngestJob): Promise<Results['ingest']> {
  const files = chosenFiles()
  const started = performance.now()
  const recognised = await reading(() => recogniseFiles(files))
  const mappings: Record<string, ColumnMapping> = {}
  for (const { file, container, gzip, format, role, columns, suggested } of recognised) {
    await window.labProgress(`${file}: ${format === 'table' ? 'a table' : format} (${container}${gzip ? ', gzip' : ''}, ${role})`)
    if (suggested === undefined) continue
    mappings[file] = suggested
    const meant = Object.entries(suggested.columns).map(([name, column]) => `${name} = ${column}`).join(', ')
    await window.labProgress(`${file} has the columns ${columns.join(', ')}, read as ${suggested.role}: ${meant}`)
  }
  let told = performance.now()
  const { report, problem } = await reading(() => surveyFiles(files, {
    filter, mappings,
    onProgress: ({ file, rows, bytes, totalBytes }) => {
      if (performance.now() - told < PROGRESS_MS) return
      told = performance.now()
      void window.labProgress(`${file}: ${rows} rows, ${Math.round((bytes / totalBytes) * 100)} % of ${Math.round(totalBytes / 2 ** 20)} MB`)
    },
  }))
  const { products, queries, judgements, joined, users, interactions, rejected, rejectedCount, leftOut } = report
  for (const note of report.notes ?? []) await window.labProgress(note)
  return {
    products, queries: queries === 0 && judgements === 0 ? leftOut.queriesWithoutJudgement ?? 0 : queries, judgements, joined, users, interactions,
    rejected, rejectedCount,
    seconds: (performance.now() - started) / 1000,
    formats: Object.fromEntries(recognised.map(({ file, format }) => [file, format])), rejectedBy: report.rejectedBy, filtered: leftOut.filtered,
    rankings: report.rankings ?? 0, outputs: report.outputs ?? 0, items: report.items ?? 0, sequences: report.sequences ?? 0,
    ...(problem === undefined ? {} : { problem }),
  }
}
