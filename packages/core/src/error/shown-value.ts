const LONGEST = 200

/** Any value as a message can show it: JSON where there is some, and else what it is. */
export function shownValue(value: unknown): string {
  const text = textOf(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Circular, or with a part that has no JSON.
    return Object.prototype.toString.call(value)
  }
}
