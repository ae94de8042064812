// Tables of text: what quotes, line ends and headers mean, and which row is refused when they are wrong.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialectOf, readTable } from './csv.ts'
import { Source } from './source.ts'

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rejected: readonly (readonly [number, string])[]
}

async function read(content: string | Uint8Array<ArrayBuffer>, separator = ','): Promise<Table> {
  const rows: Readonly<Record<string, unknown>>[] = []
  const rejected: [number, string][] = []
  let columns: readonly string[] = []
  await readTable(new Source(new File([content], 'table.csv'), false), dialectOf(separator), {
    row: (row) => { rows.push(row) }, reject: (number, _, reason) => { rejected.push([number, reason]) }, columns: (names) => { columns = names },
  })
  return { columns, rows, rejected }
}

describe('a table of text', () => {
  it('has quoted fields with separators, quotes and line feeds in them, and any line ends', async () => {
    const { rows, rejected } = await read('\ufeffid,title\r\n1,"a, ""b""\r\nc"\r\n2,plain\n3,"last"')
    expect(rows).toEqual([{ id: '1', title: 'a, "b"\r\nc' }, { id: '2', title: 'plain' }, { id: '3', title: 'last' }])
    expect(rejected).toEqual([])
  })

  it('gives back what any writer of RFC 4180 wrote, whatever stands in the fields', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', '日', ' ', ';') })
    await fc.assert(fc.asyncProperty(fc.array(
      fc.tuple(field, field, field), { minLength: 1, maxLength: 12 },
    ), fc.constantFrom('\n', '\r\n'), async (lines, end) => {
      const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
      const { rows, rejected } = await read(`x,y,z${end}${lines.map((line) => line.map(quoted).join(',')).join(end)}${end}`)
      expect(rejected).toEqual([])
      expect(rows.map(({ x, y, z }) => [x, y, z])).toEqual(lines)
    }), { numRuns: 60, seed: 1 })
  })

  it('numbers its columns where the first line holds a number, and that line is its first row', async () => {
    expect(
      await read('B01,A7,5.0,1373155200\nB02,A8,4.0,1373155201\n'),
    ).toMatchObject({ columns: ['0', '1', '2', '3'], rows: [{ 0: 'B01', 2: '5.0' }, { 0: 'B02' }] })
  })

  it('takes a first line with a number for a header where other fields of it are names of columns', async () => {
    expect(await read('product_id,product_title,2020\nB1,mug,1\n')).toMatchObject({ columns: ['product_id', 'product_title', '2020'], rows: [{ product_id: 'B1' }] })
  })

  it('names an unnamed column by its place, and a name seen before as well', async () => {
    expect((await read(',id,id\n0,1,2\n')).columns).toEqual(['0', 'id', 'id (2)'])
  })

  it('refuses a row with too many or too few fields by its number, and reads on', async () => {
    const { rows, rejected } = await read('id,title\n1,a\n2,b,c\n3\n\n4,d\n')
    expect(rows.map(({ id }) => id)).toEqual(['1', '4'])
    expect(rejected.map(([number]) => number)).toEqual([2, 3])
    expect(rejected[0]![1]).toBe('the row has 3 fields, the header 2; quote fields that hold the separator')
  })

  it('refuses a row whose closing quote is followed by letters', async () => {
    const { rows, rejected } = await read('id,title\n1,"a"b\n2,c\n')
    expect(rows).toEqual([{ id: '2', title: 'c' }])
    expect(rejected).toEqual([[1, 'a closing quote is followed by "b\\n2,c\\n"; double the quotes within a field']])
  })

  it('refuses a row of bytes that are no UTF-8 with their place, across quoted lines, and never mends them', async () => {
    const bytes = new TextEncoder().encode('id,title\n1,"a\nb"\n2,c\n')
    bytes[bytes.indexOf(0x62)] = 0xe9
    const { rows, rejected } = await read(bytes)
    expect(rows).toEqual([{ id: '2', title: 'c' }])
    expect(rejected).toEqual([[1, 'bytes that are no UTF-8 stand at byte offset 14; save the file as UTF-8']])
  })

  it('is refused whole by row when it breaks off, and by byte offset when a quote is never closed', async () => {
    await expect(read('id,title\n1,a\n2')).rejects.toThrow('file table.csv breaks off in row 2, which has 1 of 2 fields: it was cut off')
    await expect(read('id,title\n1,a\n2,"b\n3,c\n')).rejects.toThrow('file table.csv has a quote in row 2 (byte offset 13) that is never closed')
  })

  it('separated by tabs takes a quote that is not closed as the letter it is, and closed ones as quotes', async () => {
    const { rows } = await read('id\ttext\n1\t5" pipe\n2\t"quoted ""word"""\n3\t"loose" end\n4\t"two\nlines"\n', '\t')
    expect(rows.map(({ text }) => text)).toEqual(['5" pipe', 'quoted "word"', '"loose" end', 'two\nlines'])
  })

  it('of a column called __proto__ has that column', async () => {
    const { rows } = await read('__proto__,b\nx,y\n')
    expect(Object.entries(rows[0]!)).toEqual([['__proto__', 'x'], ['b', 'y']])
  })
})
