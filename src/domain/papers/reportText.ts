// A report as text that other programs take: Markdown and LaTeX of everything, CSV of the tables and of the figures' points.
import { csvCell, csvLine } from '../csv.ts'
import { latexText, markdownText, tableCsv, tableLatex, tableMarkdown } from '../tableText.ts'
import type { Figure, Printed } from './experiment.ts'
import type { Report } from './report.ts'

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function printedMarkdown({ title, source, columns, rows }: Printed): string {
  return [
    `### ${markdownText(title)}`, '', line(['', ...columns.map(markdownText)]), line(['---', ...columns.map(() => '---:')]),
    ...rows.map(({ name, values }) => line([markdownText(name), ...values.map((value) => markdownText(String(value)))])), '', `${markdownText(source)}.`, '',
  ].join('\n')
}

function figureMarkdown({ title, x, y, names, series, says }: Figure): string {
  const points = series.flatMap(({ name, points: own }) => own.map((point) => line([
    markdownText(name), markdownText(names?.[point.x] ?? String(point.x)), point.y.toFixed(4), point.low === undefined ? '–' : `${point.low.toFixed(4)} – ${point.high!.toFixed(4)}`,
  ])))
  return [`### ${markdownText(title)}`, '', line(['Series', markdownText(x === '' ? 'what' : x), markdownText(y), '95 %']), line(['---', '---:', '---:', '---:']), ...points, '', markdownText(says), ''].join('\n')
}

export function reportMarkdown({ title, from, tables, figures, lists, printed, verdict, runs }: Report): string {
  return [
    `## ${markdownText(title)}`, '', `${markdownText(from)}. ${runs.done} of ${runs.planned} runs are done, ${Math.round(runs.seconds)} seconds of them.`, '',
    ...verdict.flatMap((sentence) => [markdownText(sentence), '']),
    ...tables.flatMap(({ title: name, table }) => [`### ${markdownText(name)}`, '', tableMarkdown(table)]),
    ...lists.map(printedMarkdown), ...figures.map(figureMarkdown),
    ...(printed.length === 0 ? [] : ['## As printed', '', ...printed.map(printedMarkdown)]),
  ].join('\n')
}

function printedLatex({ title, source, columns, rows }: Printed): string {
  const cell = (value: string | number): string => latexText(String(value))
  return [
    '\\begin{table}', '  \\centering', `  \\caption{${latexText(`${title}. ${source}.`)}}`, `  \\begin{tabular}{l${'r'.repeat(columns.length)}}`, '    \\toprule',
    `    ${['', ...columns.map(cell)].join(' & ')} \\\\`, '    \\midrule',
    ...rows.map(({ name, values }) => `    ${[latexText(name), ...values.map(cell)].join(' & ')} \\\\`), '    \\bottomrule', '  \\end{tabular}', '\\end{table}', '',
  ].join('\n')
}

export function reportLatex({ tables, lists, printed }: Report): string {
  return [...tables.map(({ table }) => tableLatex(table)), ...[...lists, ...printed].map(printedLatex)].join('\n')
}

/** The tables in full precision, and after them the points of the figures. */
export function reportCsv({ tables, figures }: Report): string {
  const points = figures.flatMap(({ title, names, series }) => series.flatMap(({ name, points: own }) => own.map((point) => (
    [title, name, names?.[point.x] ?? point.x, point.y, point.low ?? '', point.high ?? '']))))
  return [
    ...tables.map(({ table }) => tableCsv(table)),
    ...(points.length === 0 ? [] : [['figure', 'series', 'x', 'y', 'low_95', 'high_95'], ...points].map((cells) => csvLine(cells.map(csvCell)))),
  ].join('')
}
