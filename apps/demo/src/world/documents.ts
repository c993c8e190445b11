import type { Random } from './random.js'

const CPF_WEIGHTS = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]
const CNPJ_WEIGHTS = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
const NFE_WEIGHTS = [2, 3, 4, 5, 6, 7, 8, 9]

/** A taxpayer number of a person, with its two check digits: 11 digits. */
export function cpf(random: Random): string {
  const base = random.digits(9)
  const first = checkDigit(base, CPF_WEIGHTS.slice(1))
  return `${base}${first}${checkDigit(base + first, CPF_WEIGHTS)}`
}

/** A taxpayer number of a company, with its two check digits: 14 digits. */
export function cnpj(random: Random, branch = 1): string {
  const base = random.digits(8) + String(branch).padStart(4, '0')
  const first = checkDigit(base, CNPJ_WEIGHTS.slice(1))
  return `${base}${first}${checkDigit(base + first, CNPJ_WEIGHTS)}`
}

/** What the access key of an electronic invoice is made of. */
export interface InvoiceKeyParts {
  /** IBGE code of the state, two digits. */
  readonly state: string
  readonly issuedAt: Date
  readonly cnpj: string
  readonly number: number
}

/** The access key of an electronic invoice (NF-e, model 55): 44 digits, the last one a check. */
export function invoiceKey(random: Random, parts: InvoiceKeyParts): string {
  const month = parts.issuedAt.toISOString().slice(2, 7).replace('-', '')
  const number = String(parts.number).padStart(9, '0')
  const base = `${parts.state}${month}${parts.cnpj}55001${number}1${random.digits(8)}`
  const weights = Array.from(base, (_, place) => NFE_WEIGHTS[(base.length - 1 - place) % 8] ?? 2)
  return `${base}${checkDigit(base, weights)}`
}

/** Modulo 11, as all three documents use it. */
function checkDigit(digits: string, weights: readonly number[]): string {
  const sum = weights.reduce((total, weight, place) => total + weight * Number(digits[place]), 0)
  const rest = sum % 11
  return rest < 2 ? '0' : String(11 - rest)
}
