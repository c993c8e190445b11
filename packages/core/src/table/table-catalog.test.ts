import { expect, test } from 'vitest'
import { TableCatalog } from './table-catalog.js'

/** Answers when the test says so. */
function heldReader() {
  const asked: { parameters: readonly unknown[]; answer: (names: readonly string[]) => void }[] = []
  const read = (_: string, parameters: readonly unknown[]): Promise<readonly object[]> =>
    new Promise((resolve) => {
      const answer = (names: readonly string[]): void =>
        resolve(names.map((name) => ({ name, kind: 'r', columns: [], keys: null, tenant: null })))
      asked.push({ parameters, answer })
    })
  return { asked, read }
}

const address = (name: string) => ({ schema: 'module_a', name })

test('calls at the same time share one query, and later ones need none', async () => {
  const { asked, read } = heldReader()
  const catalog = new TableCatalog()
  const calls = [catalog.table(address('a'), read), catalog.table(address('b'), read)]
  asked[0]?.answer(['a', 'b'])
  const [a] = await Promise.all(calls)
  expect(await catalog.table(address('a'), read)).toBe(a)
  expect(catalog.known(address('b'))?.name).toBe('b')
  expect(asked).toHaveLength(1)
})

test('an unknown table is looked for once more, alone', async () => {
  const { asked, read } = heldReader()
  const catalog = new TableCatalog()
  const first = catalog.table(address('a'), read)
  asked[0]?.answer(['a'])
  await first
  const late = catalog.table(address('late'), read)
  expect(asked[1]?.parameters).toEqual(['module_a', ['late']])
  asked[1]?.answer(['late'])
  expect((await late).name).toBe('late')
  const missing = catalog.table(address('lat'), read)
  asked[2]?.answer([])
  await expect(missing).rejects.toMatchObject({
    code: 'PLT_TABLE_NOT_FOUND',
    message: expect.stringContaining('Did you mean "late"?'),
  })
})

test('what was read before a change is not kept after it', async () => {
  const { asked, read } = heldReader()
  const catalog = new TableCatalog()
  const before = catalog.table(address('a'), read)
  catalog.forget('module_a')
  asked[0]?.answer(['a'])
  await before
  expect(catalog.known(address('a'))).toBeUndefined()
  const after = catalog.table(address('a'), read)
  expect(asked).toHaveLength(2)
  asked[1]?.answer(['a', 'b'])
  await after
  expect(catalog.known(address('b'))?.name).toBe('b')
})

test('a failed read is tried again by the next call', async () => {
  const catalog = new TableCatalog()
  const failing = async (): Promise<never> => {
    throw new Error('away')
  }
  await expect(catalog.table(address('a'), failing)).rejects.toThrow('away')
  const { asked, read } = heldReader()
  const next = catalog.table(address('a'), read)
  asked[0]?.answer(['a'])
  expect((await next).name).toBe('a')
})

test('one table is read anew, and forgotten where it is gone', async () => {
  const { asked, read } = heldReader()
  const catalog = new TableCatalog()
  const first = catalog.table(address('a'), read)
  asked[0]?.answer(['a', 'b'])
  const old = await first
  const again = catalog.table(address('a'), read, { refresh: true })
  asked[1]?.answer(['a'])
  expect(await again).not.toBe(old)
  const gone = catalog.table(address('a'), read, { refresh: true })
  asked[2]?.answer([])
  await expect(gone).rejects.toMatchObject({ code: 'PLT_TABLE_NOT_FOUND' })
  expect(catalog.known(address('a'))).toBeUndefined()
  expect(catalog.known(address('b'))?.name).toBe('b')
})
