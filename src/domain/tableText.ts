// A table of methods as text that other programs take: Markdown, LaTeX (booktabs), CSV.
import { csvCell, csvLine } from './csv.ts'
import { captionOf, MEASURE_TITLES, type Cell, type Mark, type MethodsTable } from './methodsTable.ts'

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}', '{': '\\{', '}': '\\}', '$': '\\$', '&': '\\&', '#': '\\#', '_': '\\_', '%': '\\%', '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}', '<': '\\textless{}', '>': '\\textgreater{}', '|': '\\textbar{}', '"': '{\\char34}', '†': '\\textdagger{}', '‡': '\\textdaggerdbl{}',
  '↓': '$\\downarrow$', '×': '$\\times$', '→': '$\\rightarrow$', '−': '$-$', '–': '--', '’': '\'', '\u00a0': '~',
}

/** Text that LaTeX sets as it stands; line breaks become spaces. */
export function latexText(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\\{}$&#_%~^<>|"†‡↓×→−–’\u00a0]/g, (letter) => LATEX[letter]!)
}

/** Text that Markdown shows as it stands, within a table's cell. */
export function markdownText(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\\`*_{}[\]<>#|~$]/g, '\\$&')
}

const DIGITS = 3
const fixed = (value: number): string => value.toFixed(DIGITS)
const LETTERS = { original: 'o', start: 's' } as const

export function markText({ against, level, lower }: Mark): string {
  return `${level === 2 ? '‡' : '†'}${LETTERS[against]}${lower ? '↓' : ''}`
}

function markdownCell(cell: Cell | undefined): string {
  if (cell === undefined) return '–'
  const mean = cell.best ? `**${fixed(cell.mean)}**` : fixed(cell.mean)
  return [mean, ...cell.marks.map(markText), `[${fixed(cell.low)}, ${fixed(cell.high)}]`].join(' ')
}

export function tableMarkdown(table: MethodsTable): string {
  const { data, measures, rows, notes } = table
  const titles = data.flatMap(({ name }) => measures.map((measure) => `${data.length > 1 ? `${markdownText(name)}: ` : ''}${MEASURE_TITLES[measure]}`))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['Method', '', ...titles]),
    line(['---', '---', ...titles.map(() => '---:')]),
    ...rows.map(({ title, detail, cells }) => line([
      markdownText(title), markdownText(detail), ...cells.flatMap((by) => measures.map((measure) => markdownCell(by?.[measure]))),
    ])),
    '',
    markdownText([captionOf(table), ...notes].join(' ')),
    '',
  ].join('\n')
}

function latexCell(cell: Cell | undefined): string {
  if (cell === undefined) return '--'
  const mean = cell.best ? `\\textbf{${fixed(cell.mean)}}` : fixed(cell.mean)
  const marks = cell.marks.map(({ against, level, lower }) => `${level === 2 ? '\\ddagger' : '\\dagger'} ${LETTERS[against]}${lower ? '\\downarrow' : ''}`).join('\\,')
  return `${mean}${marks === '' ? '' : `$^{${marks}}$`} {\\scriptsize [${fixed(cell.low)}, ${fixed(cell.high)}]}`
}

/** A row's first cell: after the `\\` or rule before it, `[` would begin a length and `*` a variant. */
const rowBegin = (text: string): string => (/^\s*[[*]/.test(text) ? `{}${text}` : text)

/** A `table` float for a document that loads booktabs. */
export function tableLatex(table: MethodsTable): string {
  const { data, measures, rows, notes } = table
  const width = measures.length
  const spans = data.map((_, at) => `\\cmidrule(lr){${3 + at * width}-${2 + (at + 1) * width}}`)
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText([captionOf(table), ...notes].join(' '))}}`,
    `  \\begin{tabular}{ll${'r'.repeat(width * data.length)}}`,
    '    \\toprule',
    `    & ${data.map(({ name, queries }) => `& \\multicolumn{${width}}{c}{${latexText(`${name} (${queries} queries)`)}}`).join(' ')} \\\\`,
    `    ${spans.join(' ')}`,
    `    Method & & ${data.flatMap(() => measures.map((measure) => MEASURE_TITLES[measure])).join(' & ')} \\\\`,
    '    \\midrule',
    ...rows.map(({ title, detail, cells }) => {
      const values = cells.flatMap((by) => measures.map((measure) => latexCell(by?.[measure])))
      return `    ${[rowBegin(latexText(title)), latexText(detail), ...values].join(' & ')} \\\\`
    }),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n')
}

/** One line for each method, set of data and measure, in full precision. */
export function tableCsv({ data, measures, rows }: MethodsTable): string {
  const head = [
    'method', 'detail', 'role', 'data', 'data_hash', 'measure', 'queries', 'mean', 'low_95', 'high_95',
    'delta_original', 'p_original', 'p_original_holm', 'delta_start', 'p_start', 'p_start_holm',
  ]
  const lines = rows.flatMap(({ title, detail, role, cells }) => cells.flatMap((by, at) => measures.flatMap((measure): (string | number)[][] => {
    const cell = by?.[measure]
    if (cell === undefined) return []
    const { original, start } = cell.tests
    const tested = [original, start].flatMap((test): (string | number)[] => (test === undefined ? ['', '', ''] : [test.delta, test.p, test.adjusted]))
    return [[title, detail, role, data[at]!.name, data[at]!.hash, measure, cell.queries, cell.mean, cell.low, cell.high, ...tested]]
  })))
  return [head, ...lines].map((line) => csvLine(line.map(csvCell))).join('')
}
