const DAY_MS = 86_400_000
const DAYS_KEPT = 4_096
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, '0'))

/** Dates of large inserts repeat, and `toISOString` costs a microsecond each. */
const days = new Map<number, string>()

/** A moment as PostgreSQL reads it, in UTC, years before 1 with BC. */
export function timestamptzText(date: Date): string {
  const time = date.getTime()
  const day = Math.floor(time / DAY_MS)
  const year = date.getUTCFullYear()
  const suffix = year < 1 ? '+00 BC' : '+00'
  return `${dayText(day)} ${clockText(time - day * DAY_MS)}${suffix}`
}

/** The wall clock of this process, as `pg` reads a timestamp without time zone. */
export function timestampText(date: Date): string {
  const offsetMs = localOffsetMs(date)
  const time = date.getTime() + offsetMs
  const day = Math.floor(time / DAY_MS)
  const suffix = date.getFullYear() < 1 ? ' BC' : ''
  return `${dayText(day)} ${clockText(time - day * DAY_MS)}${suffix}`
}

/** The day of this process's calendar. */
export function dateText(date: Date): string {
  const time = date.getTime() + localOffsetMs(date)
  return `${dayText(Math.floor(time / DAY_MS))}${date.getFullYear() < 1 ? ' BC' : ''}`
}

/** To the millisecond: `getTimezoneOffset` loses the seconds of historic offsets. */
function localOffsetMs(date: Date): number {
  const wall = new Date(0)
  wall.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate())
  wall.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds())
  return wall.getTime() - date.getTime()
}

function dayText(day: number): string {
  const known = days.get(day)
  if (known !== undefined) return known
  const date = new Date(day * DAY_MS)
  const year = date.getUTCFullYear()
  const shown = String(year < 1 ? 1 - year : year).padStart(4, '0')
  const text = `${shown}-${TWO_DIGITS[date.getUTCMonth() + 1]}-${TWO_DIGITS[date.getUTCDate()]}`
  if (days.size >= DAYS_KEPT) days.clear()
  days.set(day, text)
  return text
}

function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  const hours = TWO_DIGITS[Math.floor(minutes / 60)]
  return `${hours}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}.${THREE_DIGITS[ms - seconds * 1_000]}`
}
