const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1,234,567` */
export function whole(value: number): string {
  return WHOLE.format(value)
}

/** Milliseconds with as many decimals as matter: `0.83`, `12.4`, `230`. */
export function milliseconds(value: number): string {
  if (value >= 100) return whole(value)
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** `4.2 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** `1 order`, `2 orders` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}
