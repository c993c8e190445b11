/** Centavos as PostgreSQL writes `numeric`: 1990 becomes `19.90`. */
export function money(cents: number): string {
  const sign = cents < 0 ? '-' : ''
  const digits = String(Math.abs(Math.round(cents))).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
