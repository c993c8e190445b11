import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { PlataformaError } from './plataforma-error.js'

describe('PlataformaError', () => {
  test('shows in a log what there is, and nothing that there is not', () => {
    const cause = new Error('underneath')
    const error = new PlataformaError('PLT_TIMEOUT', 'Too long.', { remedy: 'Wait.', cause })
    const shown = inspect(error)
    for (const part of ['PLT_TIMEOUT', 'Too long.', 'Wait.', 'underneath']) {
      expect(shown).toContain(part)
    }
    expect(shown).not.toContain('undefined')
    expect(error.table).toBeUndefined()
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'PlataformaError',
      code: 'PLT_TIMEOUT',
      remedy: 'Wait.',
    })
  })

  test('is known across two installed copies of the package, and nothing else is', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('plataforma.error'), {
      value: true,
    })
    expect(foreign).toBeInstanceOf(PlataformaError)
    for (const other of [new Error('x'), null, 'PLT_TIMEOUT', {}]) {
      expect(other instanceof PlataformaError).toBe(false)
    }
  })
})
