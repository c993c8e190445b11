import net from 'node:net'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { toPlataformaError } from './from-database-error.js'
import { PlataformaError } from './plataforma-error.js'

function serverError(code: string, more: Partial<pg.DatabaseError> = {}): Error {
  const error = new pg.DatabaseError(more.message ?? 'what the server says', 1, 'error')
  return Object.assign(error, { code, severity: 'ERROR', ...more })
}

describe('toPlataformaError', () => {
  test.each([
    ['23505', 'PLT_UNIQUE_VIOLATION'],
    ['23503', 'PLT_FOREIGN_KEY_VIOLATION'],
    ['23514', 'PLT_CHECK_VIOLATION'],
    ['23502', 'PLT_NOT_NULL_VIOLATION'],
    ['23P01', 'PLT_EXCLUSION_VIOLATION'],
    ['22P02', 'PLT_VALUE_INVALID'],
    ['22001', 'PLT_VALUE_INVALID'],
    ['22003', 'PLT_VALUE_INVALID'],
    ['22008', 'PLT_VALUE_INVALID'],
    ['42501', 'PLT_PERMISSION_DENIED'],
    ['42P01', 'PLT_TABLE_NOT_FOUND'],
    ['42703', 'PLT_COLUMN_UNKNOWN'],
    ['42601', 'PLT_DATABASE_ERROR'],
    ['40001', 'PLT_DATABASE_ERROR'],
    ['25P02', 'PLT_TRANSACTION_ABORTED'],
    ['25P03', 'PLT_TIMEOUT'],
    ['25P04', 'PLT_TIMEOUT'],
    ['55P03', 'PLT_TIMEOUT'],
    ['57014', 'PLT_TIMEOUT'],
    ['08006', 'PLT_DATABASE_UNAVAILABLE'],
    ['57P01', 'PLT_DATABASE_UNAVAILABLE'],
    ['57P03', 'PLT_DATABASE_UNAVAILABLE'],
    ['53300', 'PLT_DATABASE_UNAVAILABLE'],
    ['28P01', 'PLT_DATABASE_UNAVAILABLE'],
    ['3D000', 'PLT_DATABASE_UNAVAILABLE'],
  ])('%s becomes %s', (sqlState, code) => {
    const cause = serverError(sqlState)
    expect(toPlataformaError(cause, { module: 'vendas', table: 'clientes' })).toMatchObject({
      code,
      sqlState,
      cause,
      module: 'vendas',
      table: 'clientes',
      remedy: expect.any(String),
      message: 'vendas.clientes: what the server says',
    })
  })

  test('keeps what the server names', () => {
    const more = {
      table: 'pedidos',
      column: 'n',
      constraint: 'c',
      detail: 'Key (a)=(1)',
      hint: 'h',
    }
    expect(toPlataformaError(serverError('23505', more), { table: 'clientes' })).toMatchObject({
      table: 'pedidos',
      column: 'n',
      constraint: 'c',
      details: { detail: 'Key (a)=(1)', hint: 'h' },
    })
  })

  test('tells a policy from a missing privilege in any language of the server', () => {
    const more = { message: 'nova linha viola a política', routine: 'ExecWithCheckOptions' }
    expect(toPlataformaError(serverError('42501', more))).toMatchObject({
      code: 'PLT_TENANT_MISMATCH',
    })
  })

  test('a statement that somebody cancelled took no longer than its limit', () => {
    const message = 'canceling statement due to user request'
    expect(toPlataformaError(serverError('57014', { message }))).toMatchObject({
      code: 'PLT_DATABASE_ERROR',
    })
  })

  test('a server that is not there is unavailable, over every address of it', async () => {
    const listener = net.createServer().listen(0, 'localhost')
    await new Promise((resolve) => listener.once('listening', resolve))
    const { port } = listener.address() as net.AddressInfo
    await new Promise((resolve) => listener.close(resolve))
    const cause = await new pg.Client({ host: 'localhost', port }).connect().catch((error) => error)
    const error = toPlataformaError(cause)
    expect(error).toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE', cause })
    expect((error as Error).message).toContain('ECONNREFUSED')
    const several = new AggregateError([cause, new Error('other')])
    expect(toPlataformaError(several)).toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
  })

  test('leaves everything else as it is', () => {
    const own = new PlataformaError('PLT_CLOSED', 'x')
    const foreign = new TypeError('y')
    expect(toPlataformaError(own)).toBe(own)
    expect(toPlataformaError(foreign)).toBe(foreign)
    expect(toPlataformaError('text')).toBe('text')
    const coded = Object.assign(new Error('file'), { code: 'ENOENT' })
    expect(toPlataformaError(coded)).toBe(coded)
  })
})
