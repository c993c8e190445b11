import { expect, test } from 'vitest'
import { cnpj, cpf, invoiceKey } from './documents.js'
import { Random } from './random.js'

/** The digits that `Random` would have chosen. */
function fixed(digits: string): Random {
  const random = new Random(1)
  random.digits = (length) => digits.slice(0, length)
  return random
}

test('CPF ends with its two check digits', () => {
  expect(cpf(fixed('111444777'))).toBe('11144477735')
  expect(cpf(fixed('529982247'))).toBe('52998224725')
})

test('CNPJ ends with its two check digits', () => {
  expect(cnpj(fixed('11222333'))).toBe('11222333000181')
  expect(cnpj(fixed('11444777'))).toBe('11444777000161')
})

test('an invoice key carries state, month, issuer, model and number, and its check digit', () => {
  const key = invoiceKey(fixed('12345678'), {
    state: '35',
    issuedAt: new Date('2026-03-15T12:00:00Z'),
    cnpj: '11222333000181',
    number: 42,
  })
  expect(key).toMatch(/^3526031122233300018155001000000042112345678\d$/)
  const sum = Array.from(key.slice(0, 43)).reduce(
    (total, digit, place) => total + Number(digit) * (2 + ((42 - place) % 8)),
    0,
  )
  expect((sum + (sum % 11 < 2 ? 0 : Number(key[43]))) % 11 < 2).toBe(true)
})
