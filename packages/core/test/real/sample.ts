import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** The text of a sample database, as it is published. */
export async function readSample(name: string): Promise<string> {
  const path = new URL(`../fixtures/${name}.sql.gz`, import.meta.url)
  return (await promisify(gunzip)(await readFile(path))).toString('utf8')
}

export interface CopyBlock {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** The `COPY … FROM stdin` blocks of a dump, as texts of values. */
export function copyBlocks(dump: string): CopyBlock[] {
  const blocks: CopyBlock[] = []
  const pattern = /^COPY public\.(\w+) \(([^)]+)\) FROM stdin;\n([\s\S]*?)^\\\.$/gm
  for (const [, table = '', columns = '', body = ''] of dump.matchAll(pattern)) {
    const lines = body.split('\n').slice(0, -1)
    const rows = lines.map((line) => line.split('\t').map(copyValue))
    blocks.push({
      table,
      columns: columns.split(', ').map((name) => name.replaceAll('"', '')),
      rows,
    })
  }
  return blocks
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function copyValue(text: string): string | null {
  if (text === '\\N') return null
  return text.replace(/\\(.)/g, (_, character: string) => ESCAPES[character] ?? character)
}
